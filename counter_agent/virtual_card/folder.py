"""Where a made-up card is kept: keys, PINs and the tries left, which outlive the process as on a real card.

The folder has `card.json` (readable by its owner alone) and `anchors.pem`, the made-up CA's certificates.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from counter_agent.card_errors import CardError
from counter_agent.virtual_card.issuing import Holder, anchors_pem, issue, issuer, make_holder, sign_verbatim
from counter_agent.virtual_card.knobs import Kind, Knobs
from counter_agent.virtual_card.model import (
    AUTHENTICATION_KEY,
    AUTHENTICATION_PIN,
    SIGNATURE_CERTIFICATE,
    SIGNATURE_KEY,
    SIGNATURE_PASSWORD,
    TRIES,
    Contents,
    Tries,
    VirtualCard,
)

DEFAULT_PIN: Final = "1234"
DEFAULT_PASSWORD: Final = "ABC123"  # noqa: S105 - a made-up card's, shown to whoever trains with it
ANCHORS: Final = "anchors.pem"
_CARD: Final = "card.json"
_LABELS: Final = {
    Kind.CARD: b"JPKIAPICCTOKEN2",
    Kind.OLD: b"JPKIAPICCTOKEN",
    Kind.ANDROID: b"JPKIAPGPSETOKEN",
    Kind.IPHONE: b"JPKIAPIOSTOKEN",
    Kind.NOT_MYNUMBER: b"",
}


def open_card(folder: Path, today: date, knobs: Knobs | None = None, *, pin: str = DEFAULT_PIN) -> VirtualCard:
    """The card kept in a folder; a new one, issued today with this PIN, if there is none yet.

    Raises `CardError` if the folder holds something that is no card.
    """
    knobs = knobs or Knobs()
    if not (folder / _CARD).exists():
        _make(folder, today, pin)
    kept = _load(folder)
    left = {int(number, 16): tries for number, tries in kept["tries"].items()}
    if knobs.blocked:
        left[AUTHENTICATION_PIN] = 0
    return VirtualCard(_contents(kept, knobs), Tries(left, partial(_keep_tries, folder)), knobs)


def unlock(folder: Path) -> None:
    """Give a kept card all its tries back, as the municipal office does."""
    _keep_tries(folder, TRIES)


def _make(folder: Path, today: date, pin: str) -> None:
    holder = make_holder(secrets.randbelow(10**22) + 10**22, today)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ANCHORS).write_bytes(anchors_pem(holder))
    _save(
        folder,
        {
            "issued_on": today.isoformat(),
            "number": holder.number,
            "pins": {_name(AUTHENTICATION_PIN): pin, _name(SIGNATURE_PASSWORD): DEFAULT_PASSWORD},
            "tries": {_name(number): tries for number, tries in TRIES.items()},
            "authority_keys": [_pem(key) for key in holder.authority_keys],
            "authentication_key": _pem(holder.authentication_key),
            "signature_key": _pem(holder.signature_key),
        },
    )


def _contents(kept: Mapping[str, Any], knobs: Knobs) -> Contents:
    holder = Holder(
        tuple(_key(pem) for pem in kept["authority_keys"]),
        _key(kept["authentication_key"]),
        _key(kept["signature_key"]),
        kept["number"],
        date.fromisoformat(kept["issued_on"]),
    )
    keys = {AUTHENTICATION_KEY: partial(sign_verbatim, holder.authentication_key)}
    if not knobs.under15:
        keys[SIGNATURE_KEY] = partial(sign_verbatim, holder.signature_key)
    pins = {int(number, 16): pin.encode("ascii") for number, pin in kept["pins"].items()}
    return Contents(_files(holder, knobs), pins, keys)


def _files(holder: Holder, knobs: Knobs) -> dict[int, bytes]:
    authority = issuer(holder).public_bytes(Encoding.DER)
    files = {
        0x000A: issue(holder, holder.authentication_key, expired=knobs.expired),
        0x000B: authority,
        0x0002: authority,
        0x0006: _LABELS[knobs.kind].ljust(32).ljust(160, b"\x00"),
        0x0008: bytes.fromhex("8F0000" if knobs.under15 else "8F8F00"),
    }
    if not knobs.under15:
        files[SIGNATURE_CERTIFICATE] = issue(holder, holder.signature_key, expired=knobs.expired)
    return files


def _keep_tries(folder: Path, left: Mapping[int, int]) -> None:
    _save(folder, _load(folder) | {"tries": {_name(number): tries for number, tries in left.items()}})


def _load(folder: Path) -> dict[str, Any]:
    try:
        kept = json.loads((folder / _CARD).read_text(encoding="ascii"))
        return {**kept, "tries": dict(kept["tries"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CardError(
            f"{folder / _CARD}: no made-up card can be read there; delete the folder for a new one"
        ) from error


def _save(folder: Path, kept: Mapping[str, Any]) -> None:
    """Whole or not at all: a process killed while it writes leaves the card as it was."""
    written = folder / f".{_CARD}.new"
    written.touch(mode=0o600)
    written.write_text(json.dumps(kept, indent=1), encoding="ascii")
    written.replace(folder / _CARD)


def _name(number: int) -> str:
    return f"{number:04X}"


def _pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def _key(pem: str) -> RSAPrivateKey:
    # Validation takes half a second a card; these keys were made by `_make`, and are nobody's.
    key = load_pem_private_key(pem.encode("ascii"), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise CardError("the made-up card's key is no RSA key")
    return key
