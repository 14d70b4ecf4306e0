"""Text that strangers wrote, on every page and in every part of a link: text, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.browser.conftest import free_port
from tests.browser.mapping import settled
from tests.factories import make_map, write_map
from tests.hostile import HOSTILE_TEXTS, hostile_map
from topics import drafts
from topics.curation import open_desk, record
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap

#: A name that a folder can have.
_FOLDER = "<img src=x onerror=alert(1)>'\"$x$ `x` **x**"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> TopicMap:
    """A map of such texts, in which somebody has edited with more of them."""
    folder = tmp_path_factory.mktemp("hostile") / _FOLDER
    made = write_map(folder, hostile_map())
    for topic, text in zip(made.topics["id"][:3], HOSTILE_TEXTS[1::5], strict=False):
        desk = open_desk(folder)
        record(desk, drafts.rename(desk, topic, text), who=text, why=f"{text} {text}")
    return made


@pytest.fixture(scope="module")
def pages(hostile: TopicMap, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    other = write_map(tmp_path_factory.mktemp("other") / "plain", make_map(papers=40, topics=3))
    workspace = tmp_path_factory.mktemp("workspace")
    server = Server([str(hostile.path), str(other.path)], port=free_port(), workspace=workspace)
    server.start()
    yield server.address
    server.stop()


def test_every_page_shows_them_as_text(open_tab: OpenTab, pages: str, hostile: TopicMap) -> None:
    papers, topics = list(hostile.papers["id"]), list(hostile.topics["id"])
    told = HOSTILE_TEXTS[0]
    area = "-99,-99 99,-99 99,99 -99,99"
    asked: list[tuple[str, dict[str, object]]] = [
        ("", {"paper": papers[0], "text": "alert", "named": told}),
        ("", {"area": area, "named": told, "colour": "topic"}),
        ("", {"place": "yes", "like": papers[2]}),
        ("", {"new": "2024-01", "text": told, "search": "meaning"}),
        ("trends", {"by": "topic", "chart": "lines"}),
        ("topic", {"topic": topics[0], "against": topics[1]}),
        ("topic", {}),
        ("paper", {"paper": papers[5]}),
        ("paper", {"text": "alert"}),
        ("reading", {"reading": papers[:30]}),
        ("quality", {}),
        ("report", {"area": area, "named": told}),
        ("maps", {}),
        ("build", {}),
    ]
    page = open_tab(f"{pages}/maps")
    for name, params in asked:
        page.goto(f"{pages}/{name}?{urlencode(params, doseq=True)}")
        page.wait_for_selector("[data-testid=stApp] .pm-copy")
        settled(page)
        assert page.locator("[data-testid=stException]").count() == 0, (name, params)
        made = page.evaluate(
            """() => [...document.querySelectorAll(
                 'img[src=x], iframe, a[href^="javascript:" i], a[href^="data:text" i], body math,'
                 + 'details[ontoggle], svg[onload], script:not([src]):not([type])')]
               .filter((each) => each.closest('[data-testid=stApp]')).map((each) => each.outerHTML)
            """
        )
        assert made == [], (name, params)


def test_no_part_of_a_link_is_more_than_text(open_tab: OpenTab, pages: str) -> None:
    """Every parameter, with texts, far too much, and nothing that it could mean."""
    from dataclasses import fields

    from dashboard.state import View

    page = open_tab(f"{pages}/maps")
    values = (HOSTILE_TEXTS[0], "x" * 1000, "../../etc/passwd", "%00", "🧪" * 90)
    for at, value in enumerate(values):
        query = urlencode({field.name: value for field in fields(View)})
        name = ("", "trends", "topic", "paper", "reading")[at]
        page.goto(f"{pages}/{name}?{query}")
        page.get_by_text("was ignored").first.wait_for()
        settled(page)
        assert page.locator("[data-testid=stException]").count() == 0, value
        assert "root:" not in page.content()
