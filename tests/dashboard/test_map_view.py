"""The Map view, and what stands in its place where there is nothing to show."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import loading, text, wording
from dashboard.links import PAGES
from dashboard.loading import MAPS_VARIABLE, open_map, served_maps
from tests.dashboard.screens import (
    APP,
    assert_only_text,
    components_of,
    html_of,
    open_page,
    served,
    unpacked,
    words_of,
)
from tests.factories import make_map, write_map

if TYPE_CHECKING:
    from pathlib import Path

MAP = make_map()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("maps") / "map"
    write_map(path, MAP)
    return path


def open_map_view(folder: Path, **params: Any) -> AppTest:
    page = open_page(folder, "", **params)
    assert not page.exception
    return page


def points(page: AppTest) -> int:
    """Number of points on the map."""
    told = components_of(page)
    scene = told["papermap.map_layer"]
    lit = [
        bool(look) and not look["faint"]
        for look in (scene["looks"][code] for code in b64decode(scene["codes"]))
    ]
    return sum(
        one and kept for one, kept in zip(lit, in_time(told["papermap.map"], scene), strict=True)
    )


def in_time(packed: bytes, scene: dict[str, Any]) -> list[bool]:
    """Which papers the browser finds in the span of time: it lies beside the colours."""
    header, columns = unpacked(packed)

    def month(text: str) -> int:
        return 12 * int(text[:4]) + int(text[5:]) - 1

    time = scene["time"] or {"since": None, "until": None}
    since, until = time["since"], time["until"]
    if not since and not until:
        return [True] * len(columns["date"])
    return [
        bool(span)
        and (not since or span[1] >= month(since))
        and (not until or span[0] <= month(until))
        for span in (header["months"][date] for date in columns["date"])
    ]


def address(page: AppTest) -> dict[str, list[str]]:
    return {
        name: [values] if isinstance(values, str) else list(values)
        for name, values in page.query_params.items()
    }


def test_every_paper_is_on_the_map(folder: Path) -> None:
    page = open_map_view(folder)
    assert points(page) == len(MAP.papers)
    assert "153 papers" in html_of(page)
    assert_only_text(page)
    assert not page.dataframe


@pytest.mark.parametrize(
    ("params", "count"),
    [
        (
            {"themes": ["diffusion", "scaling"]},
            int(MAP.papers["theme"].isin(["diffusion", "scaling"]).sum()),
        ),
        ({"topics": "3"}, int((MAP.papers["topic"] == "3").sum())),
        ({"hide_unclustered": "yes"}, len(MAP.papers) - MAP.unclustered),
        ({"text": "scaling laws"}, None),
        ({"since": "2024-01", "until": "2024-12", "colour": "date"}, None),
    ],
)
def test_the_filters_of_a_link_are_applied_and_shown(
    folder: Path, params: dict[str, Any], count: int | None
) -> None:
    page = open_map_view(folder, **params)
    assert 0 < points(page) < len(MAP.papers)
    assert count in (None, points(page))
    assert f"{points(page)} of 153 papers" in html_of(page)
    widgets = {widget.key: widget.value for widget in (*page.multiselect, *page.text_input)}
    for name, value in params.items():
        if name in ("themes", "topics"):
            assert widgets[f"view:{name}"] == ([value] if isinstance(value, str) else value)
        elif name == "text":
            assert widgets["view:text"] == value
    if "since" in params:
        assert page.select_slider(key="period").value == ("2024-01", "2024-12")
    assert not page.button(key="reset-filters").disabled


def test_a_filter_goes_into_the_address_and_out_again(folder: Path) -> None:
    page = open_map_view(folder, colour="topic", paper=str(MAP.papers["id"].iloc[3]))
    with served(folder):
        page.multiselect(key="view:themes").select("diffusion").run()
        assert address(page)["themes"] == ["diffusion"]
        shown = points(page)
        page.text_input(key="view:text").set_value("model").run()
        page.select_slider(key="period").set_range("2024-01", "2025-12").run()
        page.checkbox(key="view:hide_unclustered").check().run()
    assert address(page) == {
        "colour": ["topic"],
        "paper": [str(MAP.papers["id"].iloc[3])],
        "themes": ["diffusion"],
        "text": ["model"],
        "since": ["2024-01"],
        "hide_unclustered": ["yes"],
    }
    assert points(page) < shown
    with served(folder):
        page.button(key="reset-filters").click().run()
    assert set(address(page)) == {"colour", "paper"}
    assert points(page) == len(MAP.papers)
    assert page.text_input(key="view:text").value == ""


def test_a_new_address_sets_the_widgets(folder: Path) -> None:
    page = open_map_view(folder, themes="diffusion", text="model")
    page.query_params.clear()
    page.query_params["themes"] = ["scaling"]
    with served(folder):
        page.run()
    assert page.multiselect(key="view:themes").value == ["scaling"]
    assert page.text_input(key="view:text").value == ""


def test_a_paper_opens_beside_the_map(folder: Path) -> None:
    paper = MAP.papers.iloc[4]
    page = open_map_view(folder, paper=str(paper["id"]), themes="optimization")
    said = words_of(page)
    assert paper["title"] in said
    assert paper["abstract"] in said
    assert MAP.topic_names[paper["topic"]] in said
    links = {link.proto.label: link.proto.query_string for link in page.get("page_link")}
    assert "themes=optimization" in links["Full page"]
    with served(folder):
        page.button(key="close-paper").click().run()
    assert address(page) == {"themes": ["optimization"]}


def test_a_paper_beside_the_map_names_the_topics_that_it_is_also_near(folder: Path) -> None:
    paper = next(str(paper) for paper in MAP.papers["id"] if MAP.also_near(paper))
    page = open_map_view(folder, paper=paper)
    assert not page.exception
    assert "also near:" in words_of(page)
    topic, confidence = MAP.also_near(paper)[0]
    label = text.plain(f"{MAP.topic_names[topic]}, {wording.percent(confidence)}")
    links = {link.proto.label: link.proto.query_string for link in page.get("page_link")}
    assert f"topic={topic}" in links[label]
    assert "paper=" not in links[label]


def test_every_page_is_one_link_away_with_the_filters(folder: Path) -> None:
    page = open_map_view(folder, themes="scaling", paper=str(MAP.papers["id"].iloc[0]))
    links = {link.proto.page: link.proto.query_string for link in page.get("page_link")[:6]}
    assert set(links) == {"" if name == "map" else name for name in PAGES}
    assert all("themes=scaling" in query for query in links.values())
    assert "paper" in links[""]
    assert "paper" not in links["trends"]


def test_an_outline_lists_its_papers(folder: Path) -> None:
    everything = "-99,-99 99,-99 99,99 -99,99"
    page = open_map_view(folder, area=everything)
    assert len(page.dataframe[0].value) == len(MAP.papers)
    assert "153 papers selected" in words_of(page)
    with served(folder):
        page.button(key="clear-area").click().run()
    assert address(page) == {}
    assert not page.dataframe
    assert "No paper lies in the outline" in words_of(
        open_map_view(folder, area="90,90 91,90 91,91")
    )


@pytest.mark.parametrize("page_name", ["", *list(PAGES)[1:]])
def test_no_match_is_said_on_every_page(folder: Path, page_name: str) -> None:
    page = open_page(folder, page_name, text="nosuchword")
    assert not page.exception
    if page_name in ("quality", "report") and "No paper matches" not in words_of(page):
        return
    assert "No paper matches these filters" in words_of(page)
    with served(folder):
        page.button(key="no-match-reset").click().run()
    assert address(page) == {}


def test_an_outdated_link_falls_back_with_a_notice(folder: Path) -> None:
    page = open_map_view(
        folder, paper="arxiv:0000.00000", themes="alchemy", colour="puce", since="banana", map="old"
    )
    assert points(page) == len(MAP.papers)
    said = words_of(page)
    for words in (
        "There is no map “old” here",
        "The paper of this link",
        "Some themes",
        "colour",
        "since",
    ):
        assert words in said


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_tiny_maps_have_a_page(tmp_path: Path, size: int) -> None:
    write_map(tmp_path / "map", papers=size, topics=min(size, 1), hostile=())
    page = open_map_view(tmp_path / "map")
    if size == 0:
        assert "This map has no papers" in words_of(page)
    else:
        assert points(page) == size


def test_without_a_map_the_page_says_what_to_do() -> None:
    page = AppTest.from_file(str(APP), default_timeout=60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MAPS_VARIABLE, "")
        page.run()
    assert not page.exception
    assert page.title[0].value == "No map to show yet"
    assert page.code[0].value == "make run"
    assert "papermap build" in page.code[1].value


def damage(folder: Path, how: str) -> None:
    manifest = folder / "manifest.json"
    if how == "cut off":
        table = folder / "papers.parquet"
        table.write_bytes(table.read_bytes()[:500])
    elif how == "newer":
        written = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.write_text(json.dumps({**written, "schema_version": 99}), encoding="utf-8")
    elif how == "no manifest":
        manifest.unlink()
    elif how == "torn manifest":
        manifest.write_text('{"schema_ver', encoding="utf-8")
    else:
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("how", "what", "remedy"),
    [
        ("cut off", "is damaged", "papermap build"),
        ("torn manifest", "is damaged", "papermap build"),
        ("newer", "schema version 99", "Update Papermap"),
        ("no manifest", "No map at", "papermap build"),
        ("gone", "No map at", "papermap build"),
    ],
)
def test_a_map_that_cannot_be_opened_says_why(
    folder: Path, tmp_path: Path, how: str, what: str, remedy: str
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    damage(broken, how)
    page = open_map_view(broken)
    assert page.title[0].value == "This map cannot be opened"
    said = words_of(page)
    assert what in said
    assert remedy in said
    assert str(tmp_path) not in said, "no business of who may only read"


def test_a_broken_map_leaves_the_others_within_reach(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    damage(broken, "cut off")
    both = f"{broken}:{folder}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MAPS_VARIABLE, both)
        page = AppTest.from_file(str(APP), default_timeout=60).run()
        assert page.title[0].value == "This map cannot be opened"
        page.selectbox(key="map-choice").select("map").run()
        assert address(page) == {"map": ["map"]}
        assert points(page) == len(MAP.papers)
        page.multiselect(key="view:themes").select("scaling").run()
        assert address(page) == {"map": ["map"], "themes": ["scaling"]}


def test_maps_of_one_name_can_be_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "map", tmp_path / "b" / "map", tmp_path / "c"]
    found = served_maps(":".join(map(str, [*paths, paths[0]])))
    assert [each.name for each in found] == ["map", "map (2)", "c"]
    assert [each.folder for each in found] == paths
    assert served_maps("") == ()


def test_a_map_is_opened_once_and_again_when_it_was_built_again(tmp_path: Path) -> None:
    loading._open_built.clear()
    folder = tmp_path / "map"
    write_map(folder, papers=10, topics=1)
    first = open_map(folder)
    assert open_map(folder) is first
    write_map(folder, papers=11, topics=1)
    assert len(open_map(folder).papers) == 11
    assert len(first.papers) == 10


def test_pages_leave_the_shared_map_as_it_is(folder: Path) -> None:
    topic_map = open_map(folder)
    before = {
        name: getattr(topic_map, name).copy(deep=True) for name in ("papers", "topics", "themes")
    }
    vectors = topic_map.vectors.copy()
    for page in ("", *list(PAGES)[1:]):
        open_page(folder, page, themes="diffusion", colour="date")
    assert open_map(folder) is topic_map
    for name, frame in before.items():
        assert getattr(topic_map, name).equals(frame)
    assert (topic_map.vectors == vectors).all()


def test_another_confidence_moves_papers_and_says_which(folder: Path) -> None:
    page = open_map_view(folder, confidence="95")
    strict = int((MAP.papers["topic_confidence"] >= 0.95).sum())
    legend = components_of(page)["papermap.map_layer"]["legend"]["items"][-1]
    assert legend["name"] == "unclustered"
    assert legend["count"] == str(len(MAP.papers) - strict)
    assert "left one" in words_of(page)
    assert not page.button(key="reset-filters").disabled
    listed = open_page(folder, "quality", confidence="95")
    assert not listed.exception
    assert "Moved by the confidence you chose" in words_of(listed)
    assert "Memberships are not those of the build" in words_of(listed)
    with served(folder):
        page.select_slider(key="view:confidence").set_value("as built").run()
    assert address(page) == {}
    assert "left one" not in words_of(page)
    assert "Moved by" not in words_of(open_page(folder, "quality"))


@pytest.mark.parametrize("page_name", list(PAGES))
@pytest.mark.parametrize("confidence", ["5", "95"])
def test_every_page_holds_at_any_confidence(folder: Path, page_name: str, confidence: str) -> None:
    name = "" if page_name == "map" else page_name
    page = open_page(folder, name, confidence=confidence, topic="0")
    assert not page.exception


def test_a_slip_in_the_search_is_read_as_the_word_it_is_near(folder: Path) -> None:
    word, slip = "gradient", "gradeint"
    page = open_map_view(folder, text=slip)
    right = open_map_view(folder, text=word)
    assert 0 < points(page) <= points(right)
    assert any(slip in caption.value for caption in page.sidebar.caption)
    assert not any(word in caption.value for caption in right.sidebar.caption)
