"""Themes as a reader writes them: the preset that ships, or a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from topics.errors import SettingsError
from topics.topicmap import OTHER_THEME

__all__ = ["PRESETS", "Theme", "load_themes", "parse_themes"]

#: Presets that ship with Papermap.
PRESETS = ("ml",)

_FIELDS = {"name", "description", "phrases", "papers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One theme.

    Attributes:
        name: what it is called.
        description: what it is about.
        phrases: that papers on it use.
        papers: examples of it, each by its id, DOI, arXiv id or title.
    """

    name: str
    description: str = ""
    phrases: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()

    @property
    def wording(self) -> list[str]:
        """Everything that describes the theme, one string each."""
        return [text for text in (self.name, self.description, *self.phrases) if text]


def load_themes(choice: str) -> tuple[Theme, ...]:
    """Load a preset by name, or a themes file.

    Raises:
        SettingsError: there is no such file, or it is no themes file.
    """
    if choice in PRESETS:
        preset = resources.files("topics").joinpath("presets", f"{choice}.toml")
        return parse_themes(preset.read_text(encoding="utf-8"), where=f"preset {choice}")
    file = Path(choice)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SettingsError(
            f"No themes file at {choice}. Give --themes one of {', '.join(PRESETS)}, auto, none, "
            "or the path of a TOML file."
        ) from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"The themes file {choice} cannot be read: {error}.") from error
    return parse_themes(text, where=choice)


def parse_themes(text: str, *, where: str) -> tuple[Theme, ...]:
    """Parse a themes file.

    Args:
        text: TOML with one ``[[theme]]`` table a theme.
        where: names the file in messages.

    Raises:
        SettingsError: says which table is wrong and what was expected.
    """
    try:
        tables = tomllib.loads(text.removeprefix("\ufeff")).get("theme")
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise SettingsError(f"{where} is not valid TOML: {error}.") from error
    if not isinstance(tables, list) or not tables:
        raise SettingsError(f"{where} has no [[theme]] table; expected at least one with a name.")
    themes = tuple(_theme(table, f"{where}, theme {n}") for n, table in enumerate(tables, 1))
    names = [theme.name.casefold() for theme in themes]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"{where} names the theme {name!r} twice; names must differ.")
    if OTHER_THEME in names:
        raise SettingsError(
            f"{where} names a theme {OTHER_THEME!r}; that name is kept for papers that fit none."
        )
    return themes


def _theme(table: Any, where: str) -> Theme:
    if not isinstance(table, dict):
        raise SettingsError(f"{where} is not a table; write [[theme]] above it.")
    name, description = table.get("name"), table.get("description", "")
    if not isinstance(name, str) or not name.strip():
        raise SettingsError(f'{where} has no name; expected a line such as name = "unlearning".')
    unknown = sorted(set(table) - _FIELDS)
    if unknown:
        raise SettingsError(
            f"{where} ({name}) has the unknown field {unknown[0]!r}; expected "
            f"{', '.join(sorted(_FIELDS))}."
        )
    if not isinstance(description, str):
        raise SettingsError(f"{where} ({name}): description must be a string.")
    return Theme(
        name=" ".join(name.split()),
        description=description.strip(),
        phrases=_strings(table, "phrases", f"{where} ({name})"),
        papers=_strings(table, "papers", f"{where} ({name})"),
    )


def _strings(table: dict[str, Any], field: str, where: str) -> tuple[str, ...]:
    given = table.get(field, [])
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise SettingsError(f"{where}: {field} must be a list of strings.")
    return tuple(each.strip() for each in given if each.strip())
