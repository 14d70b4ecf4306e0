"""Dates and lists of authors as cells of tables have them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.sources.cell_dates import day_comes_first, read_cell_date
from topics.sources.people import read_authors


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2020", "2020"),
        ("2020.0", "2020"),
        (2020, "2020"),
        (2020.0, "2020"),
        ("2020-05", "2020-05"),
        ("2020-05-17", "2020-05-17"),
        ("2020/5/7", "2020-05-07"),
        ("2020-05-17T10:00:00Z", "2020-05-17"),
        ("2020-05-00", "2020-05"),
        ("2014//", "2014"),
        ("2014/05//", "2014-05"),
        ("20200517", "2020-05-17"),
        ("202005", "2020-05"),
        ("17.05.2020", "2020-05-17"),
        ("5/2020", "2020-05"),
        ("4 Feb 2014", "2014-02-04"),
        ("February 4, 2014", "2014-02-04"),
        ("Spring 2020", "2020"),
        ("c2020", "2020"),
        ("2020年5月17日", "2020-05-17"),
        (43831, "2020-01-01"),
        ("43831", "2020-01-01"),
        (43831.5, "2020-01-01"),
        (1577836800, "2020-01-01"),
        (1577836800000, "2020-01-01"),
        (dt.datetime(2020, 5, 17, 12), "2020-05-17"),
        (dt.date(2020, 5, 17), "2020-05-17"),
        ([2020, 5], "2020-05"),
        ("13/04/2020", "2020-04-13"),
        ("04/13/2020", "2020-04-13"),
        ("5/17/20", "2020-05-17"),
        ("03/04/2020", "2020"),
        ("0000", None),
        ("123456", None),
        ("in press", None),
        ("", None),
        (None, None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        ({"year": 2020}, None),
    ],
)
def test_dates(value: Any, date: str | None) -> None:
    assert read_cell_date(value) == date


def test_a_year_completes_a_date_without_one() -> None:
    assert read_cell_date("MAR 15", year=2020) == "2020-03-15"
    assert read_cell_date("MAY-JUN", year=2020) == "2020"
    assert read_cell_date("2 May 2019", year=2020) == "2019-05-02"


def test_one_telling_date_settles_the_order_of_its_column() -> None:
    assert day_comes_first(["03/04/2020", "13/04/2020"]) is True
    assert day_comes_first(["03/04/2020", "04/13/2020"]) is False
    assert day_comes_first(["03/04/2020", None, 5]) is None
    assert read_cell_date("03/04/2020", day_first=True) == "2020-04-03"
    assert read_cell_date("03/04/2020", day_first=False) == "2020-03-04"
    assert read_cell_date("13/04/2020", day_first=False) == "2020-04-13"


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.lists(st.integers())))
def test_any_value_gives_a_date_or_none(value: Any) -> None:
    found = read_cell_date(value)
    assert found is None or len(found) in (4, 7, 10)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Lovelace, Ada; Turing, Alan M.", ["Ada Lovelace", "Alan M. Turing"]),
        ("Lovelace, A.; Turing, A.M.;", ["A. Lovelace", "A.M. Turing"]),
        ("Ada Lovelace|Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("Ada Lovelace||Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("Lovelace A, Turing AM, van der Berg J.", ["Lovelace A", "Turing AM", "van der Berg J"]),
        ("Lovelace A., Turing A.M.", ["Lovelace A.", "Turing A.M."]),
        ("J Ek, K Li", ["J Ek", "K Li"]),
        ("J. Ek, K. Li, L. Ng, M. Wu", ["J. Ek", "K. Li", "L. Ng", "M. Wu"]),
        ("Ek, J., Li, Yu., Ng, L.-M.", ["J. Ek", "Yu. Li", "L.-M. Ng"]),
        ("Lovelace, A., Turing, A. M.", ["A. Lovelace", "A. M. Turing"]),
        (
            "Ada Lovelace, Alan Turing and Emmy Noether",
            ["Ada Lovelace", "Alan Turing", "Emmy Noether"],
        ),
        (
            "Ada Lovelace, Alan Turing, and Emmy Noether",
            ["Ada Lovelace", "Alan Turing", "Emmy Noether"],
        ),
        ("Lovelace, Ada and Turing, Alan", ["Ada Lovelace", "Alan Turing"]),
        ("Ada Lovelace & Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("Lovelace, Ada", ["Ada Lovelace"]),
        ("van der Berg, Jan", ["Jan van der Berg"]),
        ("Ada Lovelace", ["Ada Lovelace"]),
        ("['Lovelace, Ada', 'Turing, Alan']", ["Ada Lovelace", "Alan Turing"]),
        ('["Ada Lovelace", "Alan Turing"]', ["Ada Lovelace", "Alan Turing"]),
        ("[{'name': 'Ada Lovelace'}]", ["Ada Lovelace"]),
        ("Lovelace, Ada (57190000000); Turing, Alan (7)", ["Ada Lovelace", "Alan Turing"]),
        ("Lovelace, A., Turing, A., et al.", ["A. Lovelace", "A. Turing"]),
        ("Ada Lovelace\nAlan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("王伟；李娜", ["王伟", "李娜"]),
        ("[No author name available]", []),
        ("nan", []),
        ("", []),
    ],
)
def test_authors(text: str, names: list[str]) -> None:
    assert list(read_authors(text)) == names


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (["Ada Lovelace", "Turing, Alan"], ("Ada Lovelace", "Alan Turing")),
        ([{"name": "Ada Lovelace"}, {"given": "Alan", "family": "Turing"}], None),
        ([["Lovelace", "Ada", ""], ["Turing", "Alan", ""]], ("Ada Lovelace", "Alan Turing")),
        ([{"author": {"display_name": "Ada Lovelace"}}, {"author": "Alan Turing"}], None),
        (None, ()),
        (7, ()),
        ([None, 3, {}, [[]]], ()),
    ],
)
def test_lists_of_authors(value: Any, names: tuple[str, ...] | None) -> None:
    assert read_authors(value) == (("Ada Lovelace", "Alan Turing") if names is None else names)


def test_names_run_together_are_divided_where_a_new_one_begins() -> None:
    found = read_authors("Prof. Ada LovelaceDr. Alan McDonaldÉva Noether", run_together=True)
    assert found == ("Ada Lovelace", "Alan McDonald", "Éva Noether")


@given(st.text(max_size=80), st.booleans())
def test_any_text_gives_names(text: str, together: bool) -> None:
    assert all(name.strip() for name in read_authors(text, run_together=together))
