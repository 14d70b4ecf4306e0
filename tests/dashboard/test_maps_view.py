"""The Maps view: every map of a host, and only where there are several."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import pytest

from dashboard import links
from dashboard.loading import MAPS_VARIABLE
from tests.dashboard.screens import html_of, open_page, words_of
from tests.factories import make_map, write_map


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    for name, papers in (("first", 40), ("<b>second", 60), ("third", 30)):
        write_map(tmp_path / name, make_map(papers=papers, topics=3))
    return sorted(path for path in tmp_path.iterdir() if path.is_dir())


@pytest.fixture
def several(folders: list[Path]) -> Path:
    # One variable for all of them, as `served` would set it for one.
    return Path(os.pathsep.join(map(str, folders)))


def test_every_map_is_told_with_its_size(several: Path) -> None:
    page = open_page(several, "maps")
    assert not page.exception
    assert page.title[0].value == "3 maps"
    said = words_of(page)
    for papers in (30, 40, 60):
        assert f"{papers} papers in 3 topics · built" in said
    assert "<b>second" not in html_of(page)


def test_a_map_that_cannot_be_read_does_not_hide_the_others(
    several: Path, folders: list[Path]
) -> None:
    (folders[1] / "manifest.json").write_text("{", encoding="utf-8")
    page = open_page(several, "maps")
    assert not page.exception
    assert "This map cannot be read at present." in words_of(page)
    assert page.title[0].value == "3 maps"


def test_one_map_needs_no_list_of_maps(several: Path, folders: list[Path]) -> None:
    with mock.patch.dict(os.environ, {MAPS_VARIABLE: str(folders[0])}):
        assert links.MAPS not in links.in_navigation()
    with mock.patch.dict(os.environ, {MAPS_VARIABLE: str(several)}):
        assert links.MAPS in links.in_navigation()


def test_without_a_map_it_says_how_to_make_one(tmp_path: Path) -> None:
    with mock.patch("dashboard.loading.served_maps", return_value=()):
        page = open_page(tmp_path, "maps")
    assert page.title[0].value == "No map to show yet"
