"""What updates added to a map, said with links to the topics that came in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.additions import said_of, updates
from tests.dashboard.screens import assert_only_text, open_page, words_of
from tests.factories import HOSTILE_TITLES, make_map, write_map

if TYPE_CHECKING:
    from pathlib import Path

MAP = make_map()
UPDATES: list[dict[str, Any]] = [
    {
        "when": "2026-02-03T10:00:00+00:00",
        "papers_added": 312,
        "papers_enriched": 2,
        "refit": False,
        "new_topics": [{"id": "3", "name": "old name", "papers": 9}, {"id": "gone", "name": "x"}],
        "lost_topics": [],
    },
    {
        "when": "2026-05-04T10:00:00+00:00",
        "papers_added": 1,
        "papers_enriched": 0,
        "refit": True,
        "new_topics": [],
        "lost_topics": [{"id": "gone", "name": HOSTILE_TITLES[0]}],
    },
]


def test_each_update_is_a_sentence() -> None:
    first, second = map(said_of, UPDATES)
    assert first == ("Added on 3 Feb 2026: 312 papers, 2 new topics, more about 2 known papers.")
    assert second.startswith("Added on 4 May 2026: 1 paper, 0 new topics. All papers were laid out")
    assert second.endswith(f"Not found again: “{HOSTILE_TITLES[0]}”.")


@pytest.mark.parametrize("told", [None, "much", [3, None, "x"], {"when": "now"}])
def test_what_cannot_be_read_is_no_error(told: Any) -> None:
    assert updates(replace(MAP, manifest={**MAP.manifest, "updates": told})) == []
    assert "0 papers" in said_of({"papers_added": "many", "new_topics": 7, "when": None})


def test_the_quality_page_tells_it_with_links(tmp_path: Path) -> None:
    manifest = {**MAP.manifest, "updates": UPDATES, "first_built": "2026-01-02T00:00:00+00:00"}
    write_map(tmp_path / "map", replace(MAP, manifest=manifest))
    page = open_page(tmp_path / "map", "quality")
    assert not page.exception
    said = words_of(page)
    assert said.index("Added on 4 May 2026") < said.index("Added on 3 Feb 2026")
    assert "first built on 2 Jan 2026" in said
    labels = [link.proto.label for link in page.get("page_link")]
    assert MAP.topic_names["3"] in labels
    assert "x" not in labels
    assert_only_text(page)
    plain = tmp_path / "plain"
    write_map(plain, MAP)
    assert "What was added later" not in words_of(open_page(plain, "quality"))
