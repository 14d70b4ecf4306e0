"""The settings of a build: described once, checked early, the same in code, flags and README."""

from __future__ import annotations

import argparse
import json
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from topics import cli
from topics.commands import command_line
from topics.errors import SettingsError
from topics.settings import ENCODERS, BuildSettings, Setting, describe

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- settings -->", "<!-- /settings -->"
UNSET = {"page_year": "found from the pages"}


def _build_flags() -> dict[str, argparse.Action]:
    parser = command_line(version=cli._Version)
    commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    build: argparse.ArgumentParser = commands.choices["build"]
    return {flag: action for action in build._actions for flag in action.option_strings}


def readme_row(setting: Setting) -> str:
    """One row of the README's table: flag, default, help."""
    default = UNSET.get(setting.name, "follows the corpus")
    if setting.default is not None:
        default = f"`{setting.default}`"
    return f"| `{setting.flag}` | {default} | {setting.help} |"


def test_settings_are_frozen_and_plain() -> None:
    settings = BuildSettings()
    with pytest.raises(FrozenInstanceError):
        settings.seed = 1  # type: ignore[misc]
    assert json.loads(json.dumps(settings.as_dict())) == settings.as_dict()
    assert BuildSettings(**settings.as_dict()) == settings


def test_every_setting_is_described() -> None:
    described = describe()
    assert [setting.name for setting in described] == [item.name for item in fields(BuildSettings)]
    for setting in described:
        assert setting.default == getattr(BuildSettings(), setting.name)
        assert setting.help.endswith("."), setting.name
        assert setting.flag.startswith("--")
        assert "_" not in setting.flag


def test_every_setting_has_a_flag() -> None:
    flags = _build_flags()
    for setting in describe():
        action = flags[setting.flag]
        assert action.dest == setting.name
        assert action.default == setting.default
        shown = (action.help or "") % {}
        assert shown.startswith(setting.help)
        assert setting.default is None or f"(default: {setting.default})" in shown


@pytest.mark.parametrize(
    ("setting", "written", "value"),
    [
        ("themes", "auto", "auto"),
        ("encoder", "transformer", "transformer"),
        ("transformer_model", "./model", "./model"),
        ("seed", "7", 7),
        ("page_year", "2024", 2024),
        ("neighbours", "12", 12),
        ("cluster_dimensions", "5", 5),
        ("min_topic_size", "4", 4),
        ("min_samples", "3", 3),
        ("layout_spread", "0.25", 0.25),
        ("name_model", "llama3", "llama3"),
        ("name_url", "https://example.org/v1", "https://example.org/v1"),
    ],
)
def test_a_flag_reaches_its_setting(setting: str, written: str, value: Any) -> None:
    flag = "--" + setting.replace("_", "-")
    arguments = command_line(version=cli._Version).parse_args(
        ["build", "pages", "--out", "map", flag, written]
    )
    found = getattr(arguments, setting)
    assert found == value
    assert type(found) is type(value)


def test_the_flags_that_are_tested_are_all() -> None:
    (mark,) = test_a_flag_reaches_its_setting.pytestmark
    assert [row[0] for row in mark.args[1]] == [setting.name for setting in describe()]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"encoder": "bert"}, ["'bert'", *ENCODERS]),
        ({"page_year": 1066}, ["--page-year", "1066", "2025"]),
        ({"page_year": 20255}, ["--page-year", "20255"]),
        ({"seed": -1}, ["--seed", "-1"]),
        ({"seed": 2**32}, ["--seed", str(2**32)]),
        ({"neighbours": 1}, ["--neighbours", "1", "at least 2"]),
        ({"min_topic_size": 0}, ["--min-topic-size", "0", "at least 2"]),
        ({"cluster_dimensions": 1}, ["--cluster-dimensions", "at least 2"]),
        ({"min_samples": 0}, ["--min-samples", "at least 1"]),
        ({"layout_spread": 1.5}, ["--layout-spread", "1.5"]),
        ({"layout_spread": float("nan")}, ["--layout-spread", "nan"]),
    ],
)
def test_a_value_that_cannot_be_used_is_explained(values: dict[str, Any], said: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        BuildSettings(**values)
    for word in said:
        assert word in str(caught.value)


def test_the_readme_lists_the_settings() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if BEGIN not in readme:
        pytest.skip(f"the README has no {BEGIN}")
    table = readme.partition(BEGIN)[2].partition(END)[0]
    rows = [line.strip() for line in table.splitlines() if line.startswith("| `--")]
    expected = [readme_row(setting) for setting in describe()]
    assert rows == expected, "the README's table should be:\n" + "\n".join(expected)
