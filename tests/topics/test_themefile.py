"""Themes files: what is right is read, what is wrong is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from topics.errors import SettingsError
from topics.settings import BuildSettings, describe
from topics.themefile import PRESETS, Theme, load_themes, parse_themes

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
# Comments are welcome.
[[theme]]
name = "unlearning"
description = "removing training data from a trained model"
phrases = ["machine unlearning", "forget set", " "]

[[theme]]
name = "  sound \\n and  speech "
"""


def _theme(**fields: Any) -> str:
    lines = [f"{name} = {value}" for name, value in fields.items()]
    return "\n".join(["[[theme]]", *lines, ""])


def _outcome(text: str) -> tuple[Theme, ...] | str:
    """Themes, or the message of the error; any other error is a failure."""
    try:
        return parse_themes(text, where="mine.toml")
    except SettingsError as error:
        return str(error)


def test_a_themes_file_is_read() -> None:
    first, second = parse_themes(GOOD, where="themes.toml")
    assert first == Theme(
        name="unlearning",
        description="removing training data from a trained model",
        phrases=("machine unlearning", "forget set"),
    )
    assert second == Theme(name="sound and speech")


def test_a_theme_may_list_example_papers() -> None:
    (theme,) = parse_themes(_theme(name="'a'", papers="['2401.01234', ' A title ', '']"), where="")
    assert theme.papers == ("2401.01234", "A title")
    assert theme.wording == ["a"]
    assert "papers must be a list of strings" in str(_outcome(_theme(name="'a'", papers="'2'")))


def test_wording_is_all_that_describes_a_theme() -> None:
    first, second = parse_themes(GOOD, where="")
    assert first.wording == [first.name, first.description, *first.phrases]
    assert second.wording == ["sound and speech"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", ["not valid TOML", "end of document"]),
        ("[[theme]]\nname = 'a'\n[[theme]", ["not valid TOML", "line 3"]),
        ("", ["no [[theme]] table", "at least one"]),
        ("theme = 3", ["no [[theme]] table"]),
        ("theme = []", ["no [[theme]] table"]),
        ("[theme]\nname = 'a'", ["no [[theme]] table"]),
        ("theme = ['a']", ["theme 1", "[[theme]]"]),
        (_theme(description="'x'"), ["theme 1", "no name", 'name = "unlearning"']),
        (_theme(name="'  '"), ["theme 1", "no name"]),
        (_theme(name=3), ["theme 1", "no name"]),
        (_theme(name="'a'") + _theme(phrases="[]"), ["theme 2", "no name"]),
        (_theme(name="'a'") + _theme(name="'A '"), ["'a'", "twice"]),
        (_theme(name="'Other'"), ["'other'", "kept for papers that fit none"]),
        (_theme(name="'a'", phrase="['x']"), ["(a)", "'phrase'", "phrases"]),
        (_theme(name="'a'", phrases="'x'"), ["(a)", "phrases must be a list"]),
        (_theme(name="'a'", phrases="[1]"), ["(a)", "phrases must be a list"]),
        (_theme(name="'a'", description="1"), ["(a)", "description must be a string"]),
    ],
)
def test_a_wrong_themes_file_is_explained(text: str, said: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_themes(text, where="mine.toml")
    message = str(caught.value)
    assert message.startswith("mine.toml")
    for word in said:
        assert word in message


@given(st.text())
@example("a = " + "[" * 5000)
@example("a = " + "9" * 5000)
@example("[[theme]]\nname = 'a'\nphrases = [[[]]]")
@example("\ufeff[[theme]]\nname = 'a'")
def test_any_text_is_a_themes_file_or_an_error(text: str) -> None:
    found = _outcome(text)
    assert found
    if isinstance(found, str):
        assert found.startswith("mine.toml")


VALUES = st.recursive(
    st.one_of(st.integers(-9, 9), st.booleans(), st.sampled_from(["'a'", "''", "' b'", "'other'"])),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["name", "description", "phrases", "more"]), VALUES),
        max_size=3,
    )
)
def test_tables_of_any_values_are_themes_or_an_error(tables: list[dict[str, Any]]) -> None:
    def written(value: Any) -> str:
        return str(value).lower().replace('"', "") if value is not True else "true"

    text = "\n".join(
        _theme(**{name: written(value) for name, value in table.items()}) for table in tables
    )
    found = _outcome(text)
    if isinstance(found, str):
        assert "not valid TOML" not in found, text
    else:
        assert len(found) == len(tables)
        assert all(theme.name.strip() == theme.name != "" for theme in found)
        assert len({theme.name.casefold() for theme in found}) == len(found)


def test_a_file_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "themes.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert [theme.name for theme in load_themes(str(file))] == ["unlearning", "sound and speech"]
    file.write_text(GOOD, encoding="utf-8-sig")  # as some editors save it
    assert len(load_themes(str(file))) == 2


def test_a_missing_file_names_the_choices(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.toml")
    with pytest.raises(SettingsError) as caught:
        load_themes(missing)
    for word in (missing, *PRESETS, "auto", "none", "TOML"):
        assert word in str(caught.value)


@pytest.mark.parametrize("kind", ["folder", "bytes", "impossible"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "themes.toml"
    if kind == "bytes":
        file.write_bytes(b"\xff\xfe\x00x")
    elif kind == "folder":
        file.mkdir()
    choice = "a\0b" if kind == "impossible" else str(file)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_themes(choice)


def test_the_preset_is_what_the_settings_promise() -> None:
    themes = load_themes(BuildSettings().themes)
    names = [theme.name for theme in themes]
    assert names == ["optimization", "unlearning", "diffusion", "alignment", "scaling"]
    promised = next(setting.help for setting in describe() if setting.name == "themes")
    assert all(name in promised for name in names)
    for theme in themes:
        assert theme.description
        assert len(theme.phrases) >= 10
        assert len(set(theme.phrases)) == len(theme.phrases)
