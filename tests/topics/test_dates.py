"""Dates of exports, at the precision that they are written with."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.sources.dates import best_date, month_number, partial_date, written_date

days = st.dates(min_value=date(1500, 1, 1), max_value=date(2099, 12, 31))
MONTHS = "January February March April May June July August September October November December"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2019/05/17/", "2019-05-17"), ("2014//", "2014"), ("2019///", "2019"),
        ("2019/05//", "2019-05"), ("DEC 16 2020", "2020-12-16"), ("2020-Dec", "2020-12"),
        ("2018 May-Jun", "2018"), ("1 Jan.-Feb. 2019", "2019"), ("4-8 Aug. 2020", "2020-08"),
        ("31 May-3 June 2016", "2016"), ("1998 Dec-1999 Jan", "1998"), ("20190517", "2019-05-17"),
        ("201905", "2019-05"), ("2019-05-17T10:00:00Z", "2019-05-17"), ("2019/2020", "2019"),
        ("2019-05-01/2019-05-09", "2019-05"), ("17/5/2018", "2018-05-17"), ("4/5/2018", "2018"),
        ("4.5.2018", "2018-05-04"), ("2019-21", "2019"), ("Winter 2018", "2018"), ("c2010", "2010"),
        ("May 17, 2018", "2018-05-17"), ("17th March 2018", "2018-03-17"),
        ("2019-02-30", "2019-02"), ("2019/13/45", "2019"), ("2015/october", "2015-10"),
        ("März 2018", "2018-03"),
        ("10 15", None), ("in press", None), ("99999", None), ("", None), ("1234567", None),
        ("0000-00-00", None), ("3019", None),
    ],
)  # fmt: skip
def test_forms_of_exports(written: str, read: str | None) -> None:
    assert partial_date(written) == read


def test_a_year_given_elsewhere_completes_a_date() -> None:
    assert partial_date("JUN 19", year=2018) == "2018-06-19"
    assert partial_date("SEP-OCT", year=2018) == "2018"
    assert partial_date("May 2017", year=2018) == "2017-05"


@given(days)
def test_a_day_is_read_from_every_unmistakable_form(day: date) -> None:
    month = MONTHS.split()[day.month - 1]
    for form in (
        day.isoformat(),
        day.strftime("%Y/%m/%d/"),
        f"{day.day} {month} {day.year}",
        f"{month[:3].upper()} {day.day}, {day.year}",
        f"{day.year} {month[:3]} {day.day}",
    ):
        assert partial_date(form) == day.isoformat()


@given(st.text(max_size=40), st.none() | st.integers(0, 3000))
def test_a_date_is_one_or_none(text: str, year: int | None) -> None:
    found = partial_date(text, year=year)
    assert found is None or date.fromisoformat((found + "-01-01")[:10])


@given(st.integers(0, 3000), st.none() | st.integers(-1, 14), st.none() | st.integers(-1, 33))
def test_impossible_parts_are_left_out(year: int, month: int | None, day: int | None) -> None:
    found = written_date(year, month, day)
    assert (found is None) == (not 1450 <= year <= 2099)
    assert found is None or found[:4] == f"{year:04d}"


def test_the_best_date_is_no_other_than_the_first() -> None:
    assert best_date("2018", "2018-05", None, "2019-03-03") == "2018-05"
    assert best_date("2019-12", "2019-10-18") == "2019-12"
    assert best_date(None, "2019") == "2019"
    assert best_date() is None


def test_months_by_name_and_number() -> None:
    assert [month_number(name) for name in MONTHS.split()] == list(range(1, 13))
    assert month_number("05") == 5
    assert month_number("Sept.") == 9
    assert month_number("13") is month_number("May--June") is month_number("soon") is None
