"""The view and the address: every view survives the trip, no address breaks anything."""

from __future__ import annotations

from dataclasses import fields, replace
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.state import CHOICES, LIMITS, UNCLUSTERED, View
from tests.factories import make_map

MONTHS = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2100), st.integers(1, 12))
WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\x7f"),
    min_size=1,
    max_size=60,
)
CORNERS = st.tuples(st.integers(-99_999, 99_999), st.integers(-99_999, 99_999)).map(
    lambda pair: f"{pair[0] / 1000:.3f},{pair[1] / 1000:.3f}"
)


@st.composite
def views(draw: st.DrawFn) -> View:
    since, until = sorted([draw(MONTHS), draw(MONTHS)])
    several = st.lists(WORDS, unique=True, max_size=5).map(tuple)
    return View(
        map=draw(st.none() | WORDS),
        topic=draw(st.none() | WORDS),
        paper=draw(st.none() | WORDS),
        area=draw(st.none() | st.lists(CORNERS, min_size=3, max_size=40).map(" ".join)),
        themes=draw(several),
        topics=draw(several),
        since=draw(st.sampled_from([None, since])),
        until=draw(st.sampled_from([None, until])),
        text=draw(st.just("") | WORDS),
        hide_unclustered=draw(st.booleans()),
        **{name: draw(st.sampled_from(words)) for name, words in CHOICES.items()},
    )


@given(views())
def test_a_view_survives_the_address(view: View) -> None:
    address = urlencode(view.to_params(), doseq=True)
    assert View.from_params(parse_qs(address, keep_blank_values=True)) == (view, ())


@given(
    st.dictionaries(
        st.sampled_from([field.name for field in fields(View)]) | st.text(max_size=8),
        st.lists(st.text(max_size=400), max_size=70) | st.text(max_size=400),
    )
)
def test_any_address_gives_a_view_that_can_be_shared(params: dict[str, list[str] | str]) -> None:
    view, _ = View.from_params(params)
    assert View.from_params(view.to_params()) == (view, ())
    shown, _ = view.within(make_map(papers=5, topics=1))
    assert shown.paper is None or shown.paper in make_map(papers=5, topics=1).row_of


def test_the_plain_view_has_a_plain_address() -> None:
    assert View().to_params() == {}
    assert not View().filtered


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("since", "2025-13"),
        ("since", "yesterday"),
        ("hide_unclustered", "maybe"),
        ("area", "1,2 3,4"),
        ("area", "1,2 3,4 drop table"),
        ("area", "nan,1 2,3 4,5"),
        ("text", "x" * (LIMITS["length"] + 1)),
        ("paper", "null\x00byte"),
        ("topics", ["t"] + [str(i) for i in range(LIMITS["values"])]),
        ("paper", ["one", "two"]),
    ],
)
def test_what_makes_no_sense_is_left_out_with_a_notice(name: str, value: str | list[str]) -> None:
    view, notices = View.from_params({name: value, "themes": ["diffusion"]})
    assert view == View(themes=("diffusion",))
    assert len(notices) == 1
    assert f"“{name}”" in notices[0]


def test_other_parameters_are_none_of_our_business() -> None:
    assert View.from_params({"utm_source": "x", "embed": "true"}) == (View(), ())


def test_a_period_the_wrong_way_round_is_turned() -> None:
    view, notices = View.from_params({"since": "2025-05", "until": "2024-01"})
    assert (view.since, view.until, notices) == ("2024-01", "2025-05", ())


def test_what_the_map_lacks_is_dropped_with_notices() -> None:
    topic_map = make_map()
    here = View(paper=str(topic_map.papers["id"].iloc[0]), topic=UNCLUSTERED, themes=("diffusion",))
    assert here.within(topic_map) == (here, ())
    gone = replace(here, paper="arxiv:0000.00000", topic="999", themes=("diffusion", "alchemy"))
    shown, notices = gone.within(topic_map)
    assert shown == replace(gone, paper=None, topic=None, themes=("diffusion",))
    assert len(notices) == 3


def test_a_reset_keeps_the_page_and_the_colours() -> None:
    view = View(colour="date", paper="p", themes=("a",), text="b", since="2024-01")
    assert view.filtered
    assert view.without_filters() == View(colour="date", paper="p")
