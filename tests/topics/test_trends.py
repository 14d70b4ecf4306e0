"""Trends: the right period, honest shares, nothing counted twice or skipped."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.topicmap import TABLES
from topics.trends import (
    PERIODS,
    Period,
    choose_period,
    is_unfinished,
    period_of,
    period_span,
    placement,
    possible_periods,
    trend_table,
    unfinished_periods,
    wilson_interval,
)

PRECISION = {4: "year", 7: "month", 10: "day"}


def frame(*rows: tuple[str | None, str | None, str | None]) -> pd.DataFrame:
    """Papers from (date, topic, theme)."""
    return pd.DataFrame(
        {
            "date": [row[0] for row in rows],
            "date_precision": [PRECISION[len(row[0])] if row[0] else None for row in rows],
            "topic": [row[1] for row in rows],
            "theme": [row[2] for row in rows],
        },
        dtype=object,
    )


days = st.dates(min_value=dt.date(2019, 1, 1), max_value=dt.date(2025, 12, 31)).map(
    dt.date.isoformat
)
dates = st.none() | st.tuples(days, st.sampled_from([4, 7, 10])).map(lambda d: d[0][: d[1]])
rows = st.tuples(
    dates,
    st.none() | st.sampled_from(["t1", "t2", "t10"]),
    st.none() | st.sampled_from(["scaling", "other"]),
)
corpora = st.lists(rows, max_size=40).map(lambda some: frame(*some))
periods = st.sampled_from(PERIODS)


@pytest.mark.parametrize(
    ("date", "period", "name"),
    [
        ("2024", "year", "2024"),
        ("2024", "quarter", None),
        ("2024-03", "quarter", "2024-Q1"),
        ("2024-04-30", "quarter", "2024-Q2"),
        ("2024-12", "quarter", "2024-Q4"),
        ("2024-03-31", "month", "2024-03"),
        ("2024-13", "year", None),
        ("0000-01", "year", None),
        ("soon", "year", None),
        (None, "year", None),
    ],
)
def test_a_date_falls_in_its_period(date: str | None, period: Period, name: str | None) -> None:
    assert period_of(date, period) == name


@given(days, periods)
def test_a_day_lies_within_its_period(day: str, period: Period) -> None:
    name = period_of(day, period)
    assert name is not None
    first, last = period_span(name)
    assert first <= dt.date.fromisoformat(day) <= last


def test_a_period_is_unfinished_until_its_last_day_is_over() -> None:
    assert is_unfinished("2024-Q3", "2024-09-30")
    assert not is_unfinished("2024-Q3", "2024-10-01")
    assert is_unfinished("2025", "2024-10-01")
    assert is_unfinished("2024-02", "2024-02")
    assert not is_unfinished("2024-02", None)
    with pytest.raises(ValueError, match="no period"):
        is_unfinished("2024-Q5", "2024-01-01")


def _until(day: int, *, each: int = 2) -> pd.DataFrame:
    """Some papers on every day of July 2024 and of August up to a day."""
    days = [f"2024-07-{d:02}" for d in range(1, 32)] + [f"2024-08-{d:02}" for d in range(1, day)]
    return frame(*((d, "1", None) for d in days for _ in range(each)))


def test_the_day_that_sources_were_read_decides_what_is_unfinished() -> None:
    names = ["2024-07", "2024-08"]
    assert unfinished_periods(_until(20), names, as_of="2024-08-20") == {"2024-08"}
    assert unfinished_periods(_until(20), names, as_of="2024-09-01") == set()
    assert unfinished_periods(_until(20), [], as_of="2024-09-01") == set()
    # Journals date ahead: what lies beyond the day is not over either.
    ahead = [*names, "2024-09"]
    assert unfinished_periods(_until(20), ahead, as_of="2024-08-20") == {"2024-08", "2024-09"}


def test_papers_that_break_off_leave_a_period_unfinished() -> None:
    names = ["2024-07", "2024-08"]
    for built in ("2026-01-01", None):
        assert unfinished_periods(_until(21), names, built=built) == {"2024-08"}
        assert unfinished_periods(_until(32), names, built=built) == set()
    # A day or two without a paper at the end say nothing where papers are few.
    assert unfinished_periods(_until(31), names, built="2026-01-01") == set()
    assert unfinished_periods(_until(25, each=1), names, built="2026-01-01") == {"2024-08"}
    sparse = frame(("2024-07-03", "1", None), ("2024-08-18", "1", None))
    assert unfinished_periods(sparse, names, built="2026-01-01") == set()
    assert unfinished_periods(sparse, names, built="2024-08-20") == {"2024-08"}
    # A date known to the month or year reaches to its end.
    months = frame(*[("2024-08", "1", None)] * 50)
    assert unfinished_periods(months, ["2024-08"], built="2026-01-01") == set()
    assert unfinished_periods(months, ["2024"], built="2026-01-01") == {"2024"}


def test_years_alone_force_the_year() -> None:
    years = [str(2015 + n % 6) for n in range(300)]
    assert choose_period(years, ["year"] * 300) == "year"
    assert possible_periods(years) == ("year",)


def test_the_finest_period_with_enough_papers_is_chosen() -> None:
    def spread(months: int, each: int) -> list[str]:
        return [f"{2020 + m // 12}-{m % 12 + 1:02}" for m in range(months) for _ in range(each)]

    for each, expected in ((10, "month"), (4, "quarter"), (1, "year")):
        some = spread(36, each)
        assert choose_period(some, ["month"] * len(some)) == expected


def test_a_minority_of_years_does_not_force_the_year() -> None:
    some = [f"2024-{m:02}" for m in range(1, 13) for _ in range(12)] + ["2024"] * 20
    assert choose_period(some, [PRECISION[len(d)] for d in some]) == "month"
    some += ["2024"] * 60
    assert choose_period(some, [PRECISION[len(d)] for d in some]) == "year"


def test_too_few_papers_still_get_a_line_of_three_points() -> None:
    some = ["2024-01", "2024-04", "2024-09"]
    assert choose_period(some, ["month"] * 3) == "quarter"
    assert choose_period(["2024-01", "2024-02"], ["month"] * 2) == "month"
    assert choose_period([], []) == "year"
    assert choose_period([None], [None]) == "year"


def test_one_ancient_paper_makes_the_period_longer_not_the_lines_empty() -> None:
    some = [f"2024-{m:02}" for m in range(1, 13) for _ in range(12)] + ["1931-05"]
    assert choose_period(some, ["month"] * len(some)) == "year"


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_interval_holds_the_share(hits: int, more: int) -> None:
    total = hits + more
    low, high = wilson_interval(hits, total)
    assert 0 <= low <= (hits / total if total else 0.5) <= high <= 1
    # Mirror image: the interval of the misses is the interval of the hits turned round.
    if total:
        assert wilson_interval(more, total) == pytest.approx((1 - high, 1 - low))


def test_the_interval_is_wilsons() -> None:
    # 8 of 10, worked by hand from the formula: (11.9207 -+ 2.9449...) / 13.8415.
    assert wilson_interval(8, 10) == pytest.approx((0.49016, 0.94331), abs=1e-4)
    assert wilson_interval(0, 20)[0] == 0
    assert wilson_interval(20, 20)[1] == 1


def test_every_period_has_every_line() -> None:
    table = trend_table(
        frame(("2024-01", "2", "a"), ("2024-04", "10", "b"), ("2024-04", None, None)),
        period="month",
    )
    assert tuple(table.columns) == TABLES["trends"]
    assert list(dict.fromkeys(table["period"])) == ["2024-01", "2024-02", "2024-03", "2024-04"]
    one = table[table["period"] == "2024-04"]
    assert list(one["theme"].dropna()) == ["a", "b"]
    assert list(one["topic"].dropna()) == ["2", "10"]
    assert list(one["papers"]) == [2, 0, 1, 0, 1]
    assert list(one["share"]) == [1, 0, 0.5, 0, 0.5]
    silent = table[table["period"] == "2024-02"]
    assert (silent["papers"] == 0).all()
    assert silent["share"].isna().all()


def test_undated_and_coarse_papers_are_counted_but_not_placed() -> None:
    papers = frame(
        ("2024-03-05", "1", None),
        ("2024", "1", None),
        (None, "1", None),
        ("2052-01", "1", None),
    )
    place = placement(papers, period="month", as_of="2024-06-30")
    assert (place.papers, place.placed, place.undated, place.too_coarse, place.too_late) == (
        4,
        1,
        1,
        1,
        1,
    )
    assert place.left_out == 3
    table = trend_table(papers, period="month", as_of="2024-06-30")
    assert list(table["period"].unique()) == ["2024-03"]
    assert table["papers"].sum() == 2  # the corpus line and the topic's


def test_a_date_is_never_read_more_precisely_than_stated() -> None:
    papers = frame(("2024-01-01", "1", None)).assign(date_precision="year")
    assert placement(papers, period="month").too_coarse == 1
    assert placement(papers, period="year").placed == 1


def test_no_dates_no_rows() -> None:
    for papers in (frame(), frame((None, "1", "a"))):
        table = trend_table(papers)
        assert table.empty
        assert tuple(table.columns) == TABLES["trends"]


@given(corpora, periods)
def test_lines_add_up(papers: pd.DataFrame, period: Period) -> None:
    table = trend_table(papers, period=period)
    place = placement(papers, period=period)
    whole = table[table["topic"].isna() & table["theme"].isna()]
    assert whole["papers"].sum() == place.placed
    assert place.placed + place.undated + place.too_coarse + place.too_late == len(papers)
    totals = whole.set_index("period")["papers"]
    for column in ("topic", "theme"):
        lines = table[table[column].notna()]
        assert (lines.groupby(column).size() == len(whole)).all()
        assert (totals - lines.groupby("period")["papers"].sum() >= 0).all() or lines.empty
        assert not lines.duplicated(["period", column]).any()
    drawn = table.dropna(subset=["share"])
    assert drawn["share"].between(drawn["low"], drawn["high"]).all()
    assert (totals.reindex(drawn["period"]) > 0).all()
    assert list(dict.fromkeys(table["period"])) == sorted(table["period"].unique())


def test_shares_of_some_papers_are_of_the_whole_corpus() -> None:
    papers = frame(("2024-01", "1", "a"), ("2024-01", "1", "b"), ("2024-02", "1", "b"))
    table = trend_table(papers[papers["theme"] == "a"], period="month", of=papers)
    whole = table[table["topic"].isna() & table["theme"].isna()]
    assert list(whole["papers"]) == [1, 0]
    assert list(whole["share"]) == [0.5, 0]
    assert list(table["theme"].dropna().unique()) == ["a"]


@given(corpora, st.integers(0, 99))
def test_the_order_of_the_papers_does_not_matter(papers: pd.DataFrame, seed: int) -> None:
    shuffled = papers.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(trend_table(papers), trend_table(shuffled))
