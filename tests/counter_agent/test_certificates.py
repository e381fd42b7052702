from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from counter_agent.card_errors import CertificateUnreadable
from counter_agent.certificates import Anchor, Chain, Dates, Judgement, judge, load_anchors
from counter_agent.virtual_card.issuing import (
    POLICY_OID,
    Holder,
    anchors_pem,
    authority_certificates,
    issue,
    make_holder,
    sign_verbatim,
)
from tests.counter_agent.cards import CHALLENGE

ISSUED_ON = date(2022, 2, 1)
IN_TIME = datetime(2022, 7, 1, 3, 0, tzinfo=UTC)
LAST_SECOND = datetime(2026, 4, 17, 14, 59, 59, tzinfo=UTC)
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@cache
def holder(number: int = 10**22) -> Holder:
    return make_holder(number, ISSUED_ON)


def anchors(of: Holder | None = None) -> tuple[Anchor, ...]:
    return load_anchors(anchors_pem(of or holder()))


def signed(challenge: bytes = CHALLENGE) -> bytes:
    return sign_verbatim(holder().authentication_key, DIGEST_INFO + sha256(challenge).digest())


def judged(
    certificate: bytes | None = None,
    *,
    signature: bytes | None = None,
    trusted: tuple[Anchor, ...] | None = None,
    now: datetime = IN_TIME,
    policy_oid: str | None = None,
) -> Judgement:
    der = certificate or issue(holder(), holder().authentication_key, expired=False)
    trust = anchors() if trusted is None else trusted
    return judge(der, CHALLENGE, signature or signed(), trust, now, policy_oid=policy_oid)


def odd_certificate(
    *,
    usage: x509.KeyUsage | None = None,
    is_ca: bool = False,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey | None = None,
) -> bytes:
    """A certificate the true authority might have issued for another purpose."""
    authority = authority_certificates(holder())[1]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odd")]))
        .issuer_name(authority.subject)
        .public_key(key or holder().authentication_key.public_key())
        .serial_number(7)
        .not_valid_before(IN_TIME - timedelta(days=1))
        .not_valid_after(IN_TIME + timedelta(days=1))
    )
    if usage is not None:
        builder = builder.add_extension(usage, critical=True)
    if is_ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(holder().authority_keys[1], SHA256()).public_bytes(Encoding.DER)


def usage_of(*, signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(signing, False, not signing, False, False, False, False, False, False)  # noqa: FBT003


def test_a_good_card_holds() -> None:
    verdict = judged(policy_oid=POLICY_OID)
    assert verdict.holds
    assert (verdict.possession_proved, verdict.dates, verdict.chain) == (True, Dates.VALID, Chain.VALID)
    assert (verdict.key_usage_valid, verdict.policy_valid) == (True, True)
    assert (verdict.valid_from_on, verdict.valid_until_on) == (date(2022, 2, 1), date(2026, 4, 17))


def test_another_signature_proves_nothing() -> None:
    assert not judged(signature=signed(b"another challenge")).possession_proved
    assert not judged(signature=b"\0").possession_proved
    assert not judged(signature=signed(b"another challenge")).holds


@pytest.mark.parametrize(
    ("now", "dates"),
    [
        (datetime(2022, 1, 31, 14, 59, 59, tzinfo=UTC), Dates.NOT_YET_VALID),
        (datetime(2022, 1, 31, 15, 0, 0, tzinfo=UTC), Dates.VALID),
        (LAST_SECOND, Dates.VALID),
        (LAST_SECOND + timedelta(seconds=1), Dates.EXPIRED),
        (datetime(1970, 1, 1, tzinfo=UTC), Dates.NOT_YET_VALID),
    ],
)
def test_the_dates_are_of_the_moment(now: datetime, dates: Dates) -> None:
    assert judged(now=now).dates is dates
    assert judged(now=now).holds is (dates is Dates.VALID)


def test_the_certificate_ends_on_the_fifth_birthday_after_its_issue() -> None:
    after_birthday = replace(holder(), issued_on=date(2022, 4, 17))
    der = issue(after_birthday, holder().authentication_key, expired=False)
    assert judged(der).valid_until_on == date(2027, 4, 17)


def test_the_generation_is_picked_by_signature_not_by_name() -> None:
    generations = authority_certificates(holder())
    assert len({one.subject for one in generations}) == 1
    assert judged(trusted=anchors()[::-1]).chain is Chain.VALID
    assert judged(trusted=(anchors()[1],)).chain is Chain.VALID
    assert judged(trusted=(anchors()[0], anchors()[2])).chain is Chain.UNTRUSTED


def test_an_authority_of_the_same_name_with_other_keys_is_not_trusted() -> None:
    stranger = make_holder(10**22 + 5, ISSUED_ON)
    assert judged(trusted=anchors(stranger)).chain is Chain.UNTRUSTED
    forged = issue(stranger, holder().authentication_key, expired=False)
    verdict = judged(forged)
    assert verdict.possession_proved
    assert not verdict.holds


def test_a_generation_that_has_run_out_vouches_for_nobody() -> None:
    late = datetime(2031, 1, 1, tzinfo=UTC)
    assert judged(now=late).chain is Chain.ANCHOR_OUT_OF_DATE


def test_without_anchors_nobody_said_whom_to_trust() -> None:
    verdict = judged(trusted=())
    assert verdict.chain_valid is None
    assert not verdict.holds


def test_the_authority_itself_is_no_holder() -> None:
    der = authority_certificates(holder())[1].public_bytes(Encoding.DER)
    assert judged(der).chain is Chain.UNTRUSTED
    assert judged(odd_certificate(is_ca=True)).chain is Chain.UNTRUSTED
    assert not judged(odd_certificate(is_ca=True)).holds


def test_a_key_that_may_not_sign_is_refused() -> None:
    assert judged(odd_certificate(usage=usage_of(signing=True))).key_usage_valid
    assert not judged(odd_certificate(usage=usage_of(signing=False))).key_usage_valid
    assert judged(odd_certificate()).key_usage_valid


def test_a_policy_is_asked_for_only_where_it_is_configured() -> None:
    assert judged().policy_valid is None
    assert judged(policy_oid="1.2.3").policy_valid is False
    assert not judged(policy_oid="1.2.3").holds
    assert judged(odd_certificate(), policy_oid=POLICY_OID).policy_valid is False


def test_a_key_of_another_kind_or_too_short_proves_nothing() -> None:
    short = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505 - that is the point
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert not judged(odd_certificate(key=short)).possession_proved
    assert not judged(odd_certificate(key=curve)).possession_proved


@pytest.mark.parametrize("pem", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_anchors_that_are_none_are_refused(pem: bytes) -> None:
    with pytest.raises(CertificateUnreadable):
        load_anchors(pem)


def test_a_holders_certificate_is_no_anchor() -> None:
    der = issue(holder(), holder().authentication_key, expired=False)
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    with pytest.raises(CertificateUnreadable, match="not a CA"):
        load_anchors(pem)


def test_nothing_of_a_certificate_shows_when_a_verdict_is_printed() -> None:
    der = issue(holder(), holder().authentication_key, expired=False)
    certificate = x509.load_der_x509_certificate(der)
    name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    shown = f"{judged()!r} {anchors()!r} {holder()!r}"
    assert str(name) not in shown
    assert str(certificate.serial_number) not in shown


@given(st.binary(max_size=400))
def test_bytes_that_are_no_certificate_are_one_error(der: bytes) -> None:
    with pytest.raises(CertificateUnreadable, match="the card's certificate is none"):
        judge(der, CHALLENGE, signed(), anchors(), IN_TIME, policy_oid=POLICY_OID)


@given(st.data())
def test_a_certificate_with_bytes_changed_never_holds(data: st.DataObject) -> None:
    der = bytearray(issue(holder(), holder().authentication_key, expired=False))
    place = data.draw(st.integers(0, len(der) - 1))
    der[place] ^= data.draw(st.integers(1, 255))
    try:
        assert not judge(bytes(der), CHALLENGE, signed(), anchors(), IN_TIME).holds
    except CertificateUnreadable:
        return
