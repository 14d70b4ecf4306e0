"""The Report view: the report of the view, and the very same from the command line."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dashboard.selection import filters_of
from dashboard.state import View
from dashboard.views.report import command
from tests.dashboard.screens import assert_only_text, html_of, open_page
from tests.factories import write_map
from topics import cli
from topics.report.wishes import Wishes
from topics.reports import report_bytes
from topics.selection import matching
from topics.threshold import at_confidence

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report") / "map"
    write_map(target)
    return target


def test_the_page_shows_the_report(folder: Path) -> None:
    page = open_page(folder, "report", themes="diffusion")
    assert not page.exception
    shown = html_of(page)
    assert "Only papers: theme diffusion." in shown
    assert len(page.get("image")) == 2
    assert_only_text(page)
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels[:4] == ["Report (HTML)", "Report (PDF)", "Report (Markdown)", "Papers (Excel)"]
    assert labels[-5:] == ["CSV", "BibTeX", "RIS", "Markdown", "JSON"]
    empty = open_page(folder, "report", text="no such word")
    assert any(button.label == "Reset filters" for button in empty.button)


@pytest.mark.parametrize(
    ("view", "wishes"),
    [
        (View(), Wishes()),
        (View(themes=("diffusion", "other"), since="2024-02", until="2025-06"), Wishes()),
        (View(topics=("1",), text="part", hide_unclustered=True), Wishes(sections=("map",))),
        (View(area="-99,-99 2,-99 2,99 -99,99"), Wishes(sections=("papers", "map"))),
        (View(confidence="60"), Wishes(title="It's $HOME", author="Ada", note="One.\nTwo.")),
    ],
    ids=["all", "theme and time", "topic and words", "outline", "confidence"],
)
@pytest.mark.parametrize("file_format", ["html", "pdf", "md", "xlsx"])
def test_the_command_line_gives_the_same_bytes(
    folder: Path, tmp_path: Path, view: View, wishes: Wishes, file_format: str
) -> None:
    from topics.artefact import load

    said = shlex.split(command(view, wishes))
    target = tmp_path / "file"
    said[said.index("MAP")] = str(folder)
    said[said.index("--format") + 1] = file_format
    said[said.index("--out") + 1] = str(target)
    assert cli.main(said[1:]) == 0
    shown = load(folder)
    if view.least_confidence is not None:
        shown = at_confidence(shown, view.least_confidence)
    filters = replace(filters_of(view), area=view.area)
    assert len(matching(shown, filters)) > 0
    assert target.read_bytes() == report_bytes(
        shown, filters, file_format=file_format, wishes=wishes
    )
