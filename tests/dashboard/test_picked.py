"""The papers in an outline drawn on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dashboard.screens import assert_only_text, html_of, open_page, served, words_of
from tests.factories import make_map, write_map

if TYPE_CHECKING:
    from pathlib import Path

MAP = make_map()
X, Y = MAP.papers["x"], MAP.papers["y"]


def box(x0: float, y0: float, x1: float, y1: float) -> str:
    return f"{x0:.3f},{y0:.3f} {x1:.3f},{y0:.3f} {x1:.3f},{y1:.3f} {x0:.3f},{y1:.3f}"


HALF = box(X.min() - 1, Y.min() - 1, X.median(), Y.max() + 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("maps") / "map"
    write_map(path, MAP)
    return path


def test_a_selection_tells_its_topics_and_words(folder: Path) -> None:
    page = open_page(folder, "", area=HALF)
    assert not page.exception
    said = html_of(page)
    assert '<table class="pm-mix">' in said
    assert "more</td>" in said
    assert "pm-apart" in said
    assert any("papers selected" in each.value for each in page.subheader)


def test_a_name_goes_into_the_link_and_to_the_report(folder: Path) -> None:
    page = open_page(folder, "", area=HALF)
    with served(folder):
        page.text_input(key="view:named").set_value("West <b>side</b>").run()
    assert page.query_params["named"] in ("West <b>side</b>", ["West <b>side</b>"])
    assert "West" in page.subheader[0].value
    assert_only_text(page)
    report = open_page(folder, "report", area=HALF, named="West side")
    assert not report.exception
    assert "West side" in words_of(report)
    assert "West side" not in words_of(open_page(folder, "report", named="West side"))


def test_clearing_forgets_outline_and_name(folder: Path) -> None:
    page = open_page(folder, "", area=HALF, named="West")
    with served(folder):
        page.button(key="clear-area").click().run()
    assert not page.exception
    assert set(page.query_params) == set()


def test_few_papers_are_told_to_say_little(folder: Path) -> None:
    x, y = float(X.iloc[7]), float(Y.iloc[7])
    page = open_page(folder, "", area=box(x - 0.01, y - 0.01, x + 0.01, y + 0.01))
    assert not page.exception
    assert "So few papers say nothing of shares" in words_of(page)
    assert "more</td>" not in html_of(page)
    nothing = open_page(folder, "", area=box(900, 900, 901, 901))
    assert "No paper lies in the outline" in words_of(nothing)
