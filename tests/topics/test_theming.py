"""The themes stage: examples found in the corpus, and what is said where themes do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from topics.cli import main

if TYPE_CHECKING:
    from pathlib import Path

TITLES = {
    "Unlearning": "Removing what a model has learned",
    "Sailing": "Wind and waves",
    "Cooking": "Heat and salt",
}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Twelve papers of three kinds, with ids of several kinds."""
    lines = ["title,abstract,doi,arxiv_id"]
    for number in range(12):
        kind = list(TITLES)[number % 3]
        doi = "10.1234/Sail.1" if number == 1 else ""
        arxiv = "2401.00002" if number == 2 else ""
        text = f"{TITLES[kind]}: about {kind.lower()} in the case of number {number}."
        lines.append(f"{kind} study {chr(65 + number)},{text},{doi},{arxiv}")
    file = tmp_path / "papers.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def build(sources: Path, themes: str) -> dict[str, Any]:
    from topics import load

    out = sources.parent / "map"
    file = sources.parent / "themes.toml"
    file.write_text(themes, encoding="utf-8")
    arguments = ["build", str(sources), "--out", str(out), "--themes", str(file), "--no-cache"]
    assert main(arguments) == 0
    built = load(out)
    themes_of = dict(zip(built.papers["title"], built.papers["theme"], strict=True))
    return {"themes": themes_of, "notices": built.manifest["notices"], "papers": built.papers}


def test_examples_are_found_by_doi_arxiv_id_and_title(sources: Path) -> None:
    built = build(
        sources,
        '[[theme]]\nname = "boats"\n'
        'papers = ["https://doi.org/10.1234/sail.1", "arXiv:2401.00002v3", "SAILING: study E"]\n'
        '[[theme]]\nname = "oblivion"\n'
        'papers = ["unlearning study a", "No such paper", "2401.99999"]',
    )
    boats = built["papers"][built["papers"]["theme"] == "boats"].set_index("title")
    for title in ("Sailing study B", "Cooking study C", "Sailing study E"):
        assert boats["theme_confidence"][title] == 1
    assert built["themes"]["Unlearning study A"] == "oblivion"
    (notice,) = [notice for notice in built["notices"] if "lists" in notice]
    assert "“No such paper”, “2401.99999”" in notice
    assert "oblivion" in notice


def test_themes_that_do_not_suit_the_corpus_are_said_to(sources: Path) -> None:
    built = build(sources, '[[theme]]\nname = "volcanology"\nphrases = ["magma", "eruption"]')
    (notice,) = [notice for notice in built["notices"] if "no theme but other" in notice]
    assert "100% of the papers" in notice
    assert "--themes auto" in notice
    built = build(sources, '[[theme]]\nname = "sailing"\n[[theme]]\nname = "cooking"')
    assert not [notice for notice in built["notices"] if "no theme but other" in notice]
