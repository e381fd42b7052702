"""The words on both sides: the clerk's in Japanese, the resident's in three languages. From YAML, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from counter_agent.wire import Language, Localised

_TEXTS: Final = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Wording:
    """Every sentence of both sides, by key."""

    clerk: Mapping[str, str]
    resident: Mapping[Language, Mapping[str, str]]

    def to_clerk(self, key: str, **values: object) -> str:
        """A sentence for the clerk. A key that does not exist is a fault of the program."""
        return self.clerk[key].format_map(values)

    def to_resident(self, language: Language, key: str, **values: object) -> str:
        """A sentence for the resident, in their language."""
        return self.resident[language][key].format_map(values)


def read_wording(folder: Path = _TEXTS) -> Wording:
    """The words as they stand in the files."""
    languages = {language: _flat(folder / f"{language.value}.yaml") for language in Language}
    return Wording(_flat(folder / "clerk.yaml"), languages)


def in_language(wording: Localised, language: Language) -> str:
    """One of the desk's own wordings (a service, a thing to have ready)."""
    match language:
        case Language.JA:
            return wording.ja
        case Language.JA_EASY:
            return wording.ja_easy
    return wording.en


def _flat(file: Path) -> Mapping[str, str]:
    """`{"stuck": {"card_locked": …}}` as `{"stuck.card_locked": …}`."""
    nested = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": str(text).rstrip("\n") for section, texts in nested.items() for name, text in texts.items()
    }
