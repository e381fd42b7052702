"""What a read proves: possession, dates, key usage and the chain to configured anchors. Owns `cryptography`.

Revocation is not checked: the data goes only to verifiers accredited under 公的個人認証法17条. Several generations of
the CA share one name, so the issuer is picked by signature. Nothing of a certificate shows when it is printed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from counter_agent.card_errors import CertificateUnreadable

_SMALLEST_KEY_BITS: Final = 2048
_JAPAN: Final = timezone(timedelta(hours=9))
Made = TypeVar("Made")


class Dates(StrEnum):
    """Where a moment lies in a certificate's validity."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"


class Chain(StrEnum):
    """Whether a configured anchor issued the certificate."""

    VALID = "valid"
    NO_ANCHORS = "no_anchors"
    UNTRUSTED = "untrusted"
    ANCHOR_OUT_OF_DATE = "anchor_out_of_date"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One trusted CA certificate, of whichever generation."""

    certificate: x509.Certificate = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts of one read. `policy_valid` is None where no policy is configured."""

    possession_proved: bool
    dates: Dates
    chain: Chain
    key_usage_valid: bool
    policy_valid: bool | None
    valid_from_on: date
    valid_until_on: date

    @property
    def dates_valid(self) -> bool:
        return self.dates is Dates.VALID

    @property
    def chain_valid(self) -> bool | None:
        """None without configured anchors: then nobody said whom to trust."""
        return None if self.chain is Chain.NO_ANCHORS else self.chain is Chain.VALID

    @property
    def holds(self) -> bool:
        """Everything was looked at and is as it must be; revocation is never looked at."""
        policy_holds = self.policy_valid is not False
        return (
            self.possession_proved
            and self.dates_valid
            and self.chain is Chain.VALID
            and self.key_usage_valid
            and policy_holds
        )


def load_anchors(pem: bytes) -> tuple[Anchor, ...]:
    """Every CA certificate of a PEM file. Raises `CertificateUnreadable` if there is none or one is broken."""
    certificates = _made(lambda: x509.load_pem_x509_certificates(pem), "the anchors are no PEM certificates")
    if not all(_is_authority(certificate) for certificate in certificates):
        raise CertificateUnreadable("an anchor is not a CA's certificate")
    return tuple(Anchor(certificate) for certificate in certificates)


def judge(
    certificate: bytes,
    challenge: bytes,
    signature: bytes,
    anchors: tuple[Anchor, ...],
    now: datetime,
    *,
    policy_oid: str | None = None,
) -> Judgement:
    """What a card's certificate and its signature over a challenge prove at a moment (aware).

    Raises `CertificateUnreadable` if the certificate is none. A wrong signature or date is a verdict.
    """
    parsed = _made(lambda: x509.load_der_x509_certificate(certificate), "the card's certificate is none")
    return _made(
        lambda: Judgement(
            possession_proved=_is_signed(parsed, challenge, signature),
            dates=_dates(parsed, now),
            chain=_chain(parsed, anchors, now),
            key_usage_valid=_may_authenticate(parsed),
            policy_valid=None if policy_oid is None else _has_policy(parsed, policy_oid),
            valid_from_on=parsed.not_valid_before_utc.astimezone(_JAPAN).date(),
            valid_until_on=parsed.not_valid_after_utc.astimezone(_JAPAN).date(),
        ),
        "the card's certificate has parts that cannot be read",
    )


_LIBRARY_SAYS = (
    *(ValueError, TypeError, OverflowError, UnsupportedAlgorithm),
    *(x509.DuplicateExtension, x509.ExtensionNotFound, x509.InvalidVersion, x509.UnsupportedGeneralNameType),
)
"""What the library raises about bytes that are no certificate, or one it cannot read."""


def _made(make: Callable[[], Made], problem: str) -> Made:
    """What the library makes of a card's bytes; whatever it says of them becomes one error without the bytes."""
    with warnings.catch_warnings():
        # A real certificate may be of a form that the library warns about; the verdicts say what matters.
        warnings.simplefilter("ignore")
        try:
            return make()
        except _LIBRARY_SAYS as error:
            raise CertificateUnreadable(problem) from error


def _is_signed(certificate: x509.Certificate, challenge: bytes, signature: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < _SMALLEST_KEY_BITS:
        return False
    try:
        key.verify(signature, challenge, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _dates(certificate: x509.Certificate, now: datetime) -> Dates:
    if now < certificate.not_valid_before_utc:
        return Dates.NOT_YET_VALID
    return Dates.EXPIRED if now > certificate.not_valid_after_utc else Dates.VALID


def _chain(certificate: x509.Certificate, anchors: tuple[Anchor, ...], now: datetime) -> Chain:
    if not anchors:
        return Chain.NO_ANCHORS
    issuers = [one.certificate for one in anchors if _is_issued_by(certificate, one.certificate)]
    if _is_authority(certificate) or not issuers:
        return Chain.UNTRUSTED
    in_force = any(_dates(issuer, now) is Dates.VALID for issuer in issuers)
    return Chain.VALID if in_force else Chain.ANCHOR_OUT_OF_DATE


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid and basic.ca
    return basic.ca and usage.key_cert_sign


def _may_authenticate(certificate: x509.Certificate) -> bool:
    """An end entity whose key may sign; where the certificate says nothing of it, RFC 5280 sets no limit."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return not _is_authority(certificate)
    return usage.digital_signature and not _is_authority(certificate)


def _has_policy(certificate: x509.Certificate, policy_oid: str) -> bool:
    try:
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return False
    return any(policy.policy_identifier.dotted_string == policy_oid for policy in policies)
