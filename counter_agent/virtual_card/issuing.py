"""The made-up authority: generations of a CA under one name, and the certificates of one made-up holder.

The names say that nothing here is real, so that nobody takes a training card's certificate for a true one.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

POLICY_OID: Final = "1.2.392.200149.8.5.1.3.30"
KEY_BITS: Final = 2048
_JAPAN: Final = timezone(timedelta(hours=9))
_BIRTHDAY: Final = (4, 17)
_CN_DIGITS: Final = 23
_GENERATIONS: Final = ((-9, 1), (-7, 8), (-1, 14))
"""First and last year of each generation of the CA, from the card's year of issue; the middle one issued the card."""
_ISSUING: Final = 1


@dataclass(frozen=True, slots=True)
class Holder:
    """The made-up holder's keys and the authority's; `number` makes the serial numbers and the common name."""

    authority_keys: tuple[rsa.RSAPrivateKey, ...] = field(repr=False)
    authentication_key: rsa.RSAPrivateKey = field(repr=False)
    signature_key: rsa.RSAPrivateKey = field(repr=False)
    number: int = field(repr=False)
    issued_on: date


def make_holder(number: int, issued_on: date) -> Holder:
    """New keys for the authority and one card; takes a second or two."""
    authority = tuple(_new_key() for _ in _GENERATIONS)
    return Holder(authority, _new_key(), _new_key(), number, issued_on)


def authority_certificates(holder: Holder) -> tuple[x509.Certificate, ...]:
    """Every generation of the CA, one name, each signed by itself."""
    name = _authority_name()
    return tuple(
        _certificate(
            name, name, key, key, number + 1, (_years_on(holder.issued_on, first), _years_on(holder.issued_on, last)),
            is_authority=True,
        )
        for number, (key, (first, last)) in enumerate(zip(holder.authority_keys, _GENERATIONS, strict=True))
    )  # fmt: skip


def issuer(holder: Holder) -> x509.Certificate:
    """The generation that issued the card's certificates."""
    return authority_certificates(holder)[_ISSUING]


def anchors_pem(holder: Holder) -> bytes:
    """The CA's certificates as a technician configures them."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in authority_certificates(holder))


def issue(holder: Holder, key: rsa.RSAPrivateKey, *, expired: bool) -> bytes:
    """The holder's certificate for one of the keys (DER). Issued alike each time: signing has no chance in it.

    It ends on the fifth birthday after it was issued, as a real one does.
    """
    issued_on = _years_on(holder.issued_on, -6) if expired else holder.issued_on
    common_name = f"{holder.number:0{_CN_DIGITS}d}"[:_CN_DIGITS]
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    validity = (issued_on, _fifth_birthday(issued_on))
    authority_key = holder.authority_keys[_ISSUING]
    serial = holder.number * 2 + (key is holder.signature_key)
    made = _certificate(subject, _authority_name(), key, authority_key, serial, validity, is_authority=False)
    return made.public_bytes(Encoding.DER)


def sign_verbatim(key: rsa.RSAPrivateKey, content: bytes) -> bytes:
    """PKCS#1 v1.5 padding around the very bytes given, as the card does it; the library would hash them first."""
    numbers = key.private_numbers()
    size = KEY_BITS // 8
    padded = b"\x00\x01" + b"\xff" * (size - len(content) - 3) + b"\x00" + content
    value = int.from_bytes(padded, "big")
    first, second = pow(value, numbers.dmp1, numbers.p), pow(value, numbers.dmq1, numbers.q)
    signed = second + ((first - second) * numbers.iqmp % numbers.p) * numbers.q
    return signed.to_bytes(size, "big")


def _authority_name() -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Madoguchi training"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Made-up user authentication"),
        ]
    )


def _certificate(
    subject: x509.Name,
    issued_by: x509.Name,
    key: rsa.RSAPrivateKey,
    signed_with: rsa.RSAPrivateKey,
    serial: int,
    validity: tuple[date, date],
    *,
    is_authority: bool,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issued_by)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(datetime.combine(validity[0], time(), _JAPAN).astimezone(UTC))
        .not_valid_after(datetime.combine(validity[1], time(23, 59, 59), _JAPAN).astimezone(UTC))
        .add_extension(_usage(is_authority=is_authority), critical=True)
    )
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_with.public_key())
    builder = builder.add_extension(authority_id, critical=False)
    if is_authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    else:
        policy = x509.PolicyInformation(x509.ObjectIdentifier(POLICY_OID), None)
        builder = builder.add_extension(x509.CertificatePolicies([policy]), critical=True)
    with warnings.catch_warnings():
        # Dates long past are no mistake here: they are what an expired card has.
        warnings.simplefilter("ignore")
        return builder.sign(signed_with, SHA256())


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _fifth_birthday(issued_on: date) -> date:
    month, day = _BIRTHDAY
    birthday = date(issued_on.year, month, day)
    return _years_on(birthday, 4 if birthday > issued_on else 5)


def _years_on(day: date, years: int) -> date:
    """The same day some years later or earlier; the 29th of February becomes the 28th."""
    year = day.year + years
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
