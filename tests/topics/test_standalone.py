"""A map as one file: small, the same every time, closed against everything outside."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.map_layer import MAP_SCRIPT
from tests.factories import make_map
from tests.hostile import HOSTILE_TEXTS, hostile_map
from topics.errors import SettingsError
from topics.standalone.page import ATLAS, write_page

if TYPE_CHECKING:
    from pathlib import Path

    from topics.topicmap import TopicMap


def page_of(topic_map: TopicMap, folder: Path, **wishes: Any) -> str:
    target = folder / "map.html"
    size = write_page(topic_map, target, **{"title": "A map", **wishes})
    assert target.stat().st_size == size
    return target.read_text(encoding="utf-8")


class Parts(HTMLParser):
    """The scripts and styles of a page, and every element's attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), ""))
        self.open = True

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data)

    def of(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


def unpacked(text: str) -> Any:
    return json.loads(gzip.decompress(b64decode(text)))


def test_the_file_holds_all_papers_and_their_abstracts(tmp_path: Path) -> None:
    made = make_map(papers=600, hostile=())
    scripts = Parts(page_of(made, tmp_path)).of("script")
    core = next(unpacked(text) for attributes, text in scripts if attributes.get("id") == "data")
    assert core["papers"]["title"] == list(made.papers["title"])
    assert core["papers"]["id"] == list(made.papers["id"])
    assert [topic["name"] for topic in core["topics"]] == list(made.topics["name"])
    parts = [unpacked(text) for a, text in scripts if a.get("class") == "abstracts"]
    assert [text for part in parts for text in part] == list(made.papers["abstract"])
    assert len(parts) == 3
    numbers = [core["topics"].index(t) for t in core["topics"]]
    counted = [core["papers"]["topic"].count(at) for at in numbers]
    assert counted == list(made.topics["size"])
    assert sum(core["trends"]["totals"]) >= max(map(sum, core["trends"]["themes"]))


def test_only_the_very_script_and_style_may_run(tmp_path: Path) -> None:
    page = Parts(page_of(hostile_map(), tmp_path, title=HOSTILE_TEXTS[0]))
    policy = next(a["content"] for a, _ in page.of("meta") if a.get("http-equiv")) or ""
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    allowed = re.findall(r"'(sha256-[^']+)'", policy)
    running = [text for a, text in page.of("script") if a.get("type") == "module"]
    for text in (*running, *(text for _, text in page.of("style"))):
        assert f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}" in allowed
    assert len(running) == 1
    assert len(allowed) == 2
    assert not re.search(
        r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write", running[0]
    )
    for _, attributes, _ in page.found:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        assert "src" not in attributes
        assert str(attributes.get("href", "#")).startswith(("#", "https://", "http://"))


def test_the_same_map_gives_the_same_file(tmp_path: Path) -> None:
    assert page_of(make_map(), tmp_path) == page_of(make_map(), tmp_path)
    assert page_of(make_map(), tmp_path) != page_of(make_map(seed=8), tmp_path)


@pytest.mark.parametrize("papers", [0, 1, 3])
def test_the_smallest_maps_have_a_file(tmp_path: Path, papers: int) -> None:
    assert "{{" not in page_of(make_map(papers=papers, topics=1), tmp_path).split("<script")[0]


def test_abstracts_can_be_left_out(tmp_path: Path) -> None:
    made = make_map()
    whole, bare = (page_of(made, tmp_path, with_abstracts=held) for held in (True, False))
    assert 'class="abstracts"' in whole
    assert 'class="abstracts"' not in bare


def test_a_map_without_dates_or_themes_has_a_file(tmp_path: Path) -> None:
    made = make_map(undated=1.0)
    papers = made.papers.assign(date=None, date_precision=None, theme=None)
    page_of(replace(made, papers=papers, themes=made.themes[:0]), tmp_path)


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--out"):
        write_page(make_map(papers=5), tmp_path / "no" / "folder.html", title="x")
    assert list(tmp_path.iterdir()) == []


def test_the_map_is_the_dashboards() -> None:
    """A module that the dashboard's map gains or loses must be gained or lost here, too."""
    assert list(ATLAS) == [*MAP_SCRIPT, "legend", "controls"]
