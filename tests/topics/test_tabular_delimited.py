"""CSV and its kin: separators, headers, quotation marks, damage; every line accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mangled import mangled, read, survives
from topics.errors import SourceError
from topics.sources.delimited import DELIMITED
from topics.sources.document import Document
from topics.sources.quoted_rows import BadRow, QuotedRows, RowShape

if TYPE_CHECKING:
    from topics.sources.record import SourceRead

HEADER = "id,title,abstract,year\n"
GOOD = '1,"On one thing","It is shown, at last.",2020\n'


def table(text: str | bytes, name: str = "file.csv") -> SourceRead:
    return read(DELIMITED, text, source=name)


def titles(found: SourceRead) -> list[tuple[int, str]]:
    return [(record.line, record.title) for record in found.records]


def rejected(found: SourceRead) -> list[int]:
    return [reject.line for reject in found.rejects]


@pytest.mark.parametrize(
    ("mark", "kind"),
    [(",", "csv"), ("\t", "tsv"), (";", "csv (semicolons)"), ("|", "csv (bars)")],
)
def test_separators_are_told_by_content(mark: str, kind: str) -> None:
    rows = (("title", "abstract", "year"), ("One, two; three", "It is so.", "2020"))
    text = "\n".join(mark.join(f'"{cell}"' for cell in row) for row in rows)
    document = Document.from_bytes(text.encode(), source="export.txt")
    assert DELIMITED.recognises(document)
    found = DELIMITED.read(document)
    assert found.format == kind
    assert titles(found) == [(2, "One, two; three")]
    assert found.records[0].date == "2020"


def test_a_row_with_more_fields_than_the_header_is_rejected_and_never_shifted() -> None:
    found = table(f"{HEADER}1,One,text,2020\n2,Two,text, and more,2021\n3,Three,text,2022\n")
    assert titles(found) == [(2, "One"), (4, "Three")]
    assert rejected(found) == [3]
    assert "5 fields where the header has 4" in found.rejects[0].reason


def test_an_extra_blank_field_in_one_row_is_rejected_too() -> None:
    # One that ends in a blank may have its title cut in two just as well.
    found = table(f"{HEADER}1,One,text,2020\n2,Two, halves,text,\n")
    assert rejected(found) == [3]


def test_rows_with_a_number_that_the_header_does_not_name_are_not_shifted_either() -> None:
    found = table("title\tabstract\n1\tOne\ttext\n2\tTwo\tmore\n")
    assert not found.records
    assert rejected(found) == [2, 3]
    assert any("one field more than the header" in notice for notice in found.notices)


def test_a_separator_at_the_end_of_every_row_makes_no_column() -> None:
    found = table("title,abstract\nOne,text,\nTwo,more,\n")
    assert titles(found) == [(2, "One"), (3, "Two")]
    assert not found.rejects


def test_a_short_row_is_kept_only_with_its_title() -> None:
    found = table(f"{HEADER}1,One\n2\n3,,text\n4,Four,text,2020\n")
    assert titles(found) == [(2, "One"), (5, "Four")]
    assert rejected(found) == [3, 4]
    assert any("1 row has fewer fields" in notice for notice in found.notices)


def test_rows_without_title_and_abstract_are_rejected_empty_ones_are_none() -> None:
    found = table("title;abstract;doi\nOne;;\n ; ;10.1000/x\n;;\n\nTwo;text;\n")
    assert titles(found) == [(2, "One"), (6, "Two")]
    assert rejected(found) == [3]
    assert any("1 row is empty" in notice for notice in found.notices)


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        ('2,"Two,text,2021\n', 3),
        ('2,Two,"text,2021\n', 3),
        ('2,"Two","text\nmore text,2021\n', 3),
        ('2,"Two "and" a half, text","He said "no", once",2021\n', 3),
    ],
)
@pytest.mark.parametrize("after", ["", GOOD, GOOD * 3, "3,Three,text,2022\n4,Four,text,2022\n"])
def test_a_bad_quotation_mark_costs_its_own_row_alone(bad: str, line: int, after: str) -> None:
    found = table(HEADER + GOOD + bad + after)
    assert rejected(found) == [line]
    assert len(found.records) == 1 + after.count("\n")
    first = line + bad.count("\n")
    assert [record.line for record in found.records[1:]] == list(
        range(first, first + after.count("\n"))
    )


def test_an_open_mark_in_the_first_row_costs_that_row_alone() -> None:
    found = table('title,abstract\n"One,text\nTwo,text\nThree,text\n')
    assert rejected(found) == [2]
    assert [record.title for record in found.records] == ["Two", "Three"]


def test_marks_that_are_not_doubled_are_read_where_the_row_is_still_whole() -> None:
    found = table(
        f'{HEADER}1,"On "one" thing","text",2020\n2,"On \\"two\\", and","text",2021\n'
        '3,"On ""three""","text",2022\n'
    )
    assert titles(found) == [(2, 'On "one" thing'), (3, 'On "two", and'), (4, 'On "three"')]
    assert not found.rejects


def test_tabs_need_no_quotation_marks() -> None:
    found = table('title\tyear\n"Smart" cities\t2020\n"Open\t2021\nLast\t2022\n', "list.tsv")
    assert titles(found) == [(2, '"Smart" cities'), (3, '"Open'), (4, "Last")]


def test_line_numbers_hold_across_cells_of_several_lines() -> None:
    cell = "first\n\nsecond\r\nthird"
    found = table(f'{HEADER}1,One,"{cell}",2020\r\n\r\n2,Two,"{cell}",2021\r\n3\r\n')
    assert titles(found) == [(2, "One"), (7, "Two")]
    assert rejected(found) == [11]


def test_rows_swallowed_by_two_wrong_marks_are_found_again() -> None:
    rows = "".join(f'"{at}","Title {at}","text","20{at}"\n' for at in range(10, 20))
    bad = '"20","Title 20,"text","2020"\n"21",Title 21","text","2021"\n'
    found = table(f'"id","title","abstract","year"\n{rows}{bad}{rows}')
    assert len(found.records) + len(found.rejects) == 22
    assert {10, 19} <= {int(record.title[6:8]) for record in found.records[-10:]}


def test_a_cell_may_be_longer_than_the_libraries_limit() -> None:
    long = "word " * 60_000
    found = table(f'{HEADER}1,One,"{long}",2020\n2,Two,text,2021\n')
    assert len(found.records[0].abstract) == len(long) - 1
    assert len(found.records) == 2


@pytest.mark.parametrize("text", [HEADER, HEADER.strip(), f"{HEADER}\n\n", f"{HEADER},,,\n,,,\n"])
def test_a_header_alone_names_its_columns(text: str) -> None:
    with pytest.raises(
        SourceError, match=r"no records; columns seen: id, title, abstract, year\. There is no row"
    ):
        table(text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("title^abstract^year\nOne^text^2020\n", r"title\^abstract\^year"),
        ("title;abstract\nOne,text\nTwo,more\n", "title, abstract"),
        ("title,abstract,year\nOne;text;2020\nTwo;more;2021\n", "title, abstract, year"),
        ("price,colour\n10,red\n20,blue\n", "price, colour"),
    ],
)
def test_a_wrong_separator_or_another_table_names_the_columns_seen(text: str, seen: str) -> None:
    with pytest.raises(SourceError, match=f"file.csv: no records; columns seen: {seen}"):
        table(text)


def test_what_comes_before_the_header_is_passed_over() -> None:
    text = (
        '"About the data: exported on Nov 20, 2025"\nRank,Publication ID,Title,Abstract,PubYear\n'
        "1,pub.1,One,text,2020\n"
    )
    found = table(text)
    assert titles(found) == [(3, "One")]
    assert any("before the header" in notice for notice in found.notices)


def test_excels_own_line_names_the_separator() -> None:
    found = table("sep=;\ntitle;abstract\nOne;text\n")
    assert titles(found) == [(3, "One")]


def test_a_table_without_a_header_is_told_by_its_contents() -> None:
    text = "".join(
        f'{at},How many steps are needed for case {at},"'
        + f"This is sentence {at} of the summary. " * 10
        + f'",10.1000/abc{at},202{at}\n'
        for at in range(6)
    )
    found = table(text)
    assert titles(found)[0] == (1, "How many steps are needed for case 0")
    assert found.records[5].doi == "10.1000/abc5"
    assert found.records[5].date == "2025"
    assert found.records[5].abstract.startswith("This is sentence 5")
    assert found.matched["title"] == "column 2"


def test_a_repeated_header_is_no_paper() -> None:
    found = table("title,abstract\nOne,text\ntitle,abstract\nTwo,more\n")
    assert titles(found) == [(2, "One"), (4, "Two")]
    assert found.rejects[0].reason == "The header again, not a paper."


def test_one_column_of_titles() -> None:
    found = table("title\nOne, two and three\nFour\n")
    assert titles(found) == [(2, "One, two and three"), (3, "Four")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    text = end.join(("title,abstract", "Größe und Maß,Ein naïver Ansatz für Übergänge", ""))
    found = table(text.encode(encoding))
    assert titles(found) == [(2, "Größe und Maß")]


def test_too_many_columns_are_refused_at_once() -> None:
    with pytest.raises(SourceError, match="columns or more; expected at most"):
        table(",".join(["title"] * 50_000) + "\n" + ",".join(["x"] * 50_000) + "\n")


@pytest.mark.parametrize(
    "text",
    [
        "This is a text, with a comma.\nAnd so, it has, more of them.\n" * 5,
        "Abstract\nWe show, at length, that it works.\n",
        "TY  - JOUR\nTI  - One, two\nER  - \n",
        "@article{a, title = {One}, year = 2020}\n",
        '{"title": "One", "abstract": "text"}\n',
        "<html><title>One, two</title></html>",
    ],
)
def test_other_texts_are_no_tables(text: str) -> None:
    assert not DELIMITED.recognises(Document.from_bytes(text.encode(), source="notes.txt"))


def test_a_large_file_is_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topics.sources.lines._LARGE", 10)
    good = f"{HEADER}1,Größe,text,2020\n".encode()
    text = b"\xef\xbb\xbf" + good + b"2,Gr\xf6\xdfe,text,2021\r\n"
    found = table(text)
    assert titles(found) == [(2, "Größe"), (3, "Größe")]
    assert any("1 line is not valid UTF-8, the first 3" in notice for notice in found.notices)


def test_lines_are_counted_whatever_the_rows_are() -> None:
    lines = ["a,b\n", "\n", '"c\n', 'd",e\n', "f,g,h\n", '"i,j\n', "k,l\n"]
    found = list(QuotedRows(lines, ",", RowShape(2), line=10))
    assert [line for line, _ in found] == [10, 12, 14, 15, 16]
    assert [isinstance(row, BadRow) for _, row in found] == [False, False, True, True, False]


@given(mangled(HEADER + GOOD * 3 + '2,Two,"several\nlines",2021\n' + GOOD))
def test_damaged_tables(data: bytes) -> None:
    survives(DELIMITED, data)


@given(st.binary(max_size=300) | st.text('",;\t|\n\\ a1', max_size=80).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    survives(DELIMITED, data)


@given(
    st.lists(
        st.tuples(st.text("ab \n,;\"'é", max_size=8), st.text('ab\n,"', max_size=8)),
        min_size=1,
        max_size=8,
    )
)
def test_every_well_formed_row_is_read_as_it_is(rows: list[tuple[str, str]]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = "".join(f"{quoted(a)},{quoted(b)}\n" for a, b in rows).splitlines(keepends=True)
    lines = [line + "\n" * (not line.endswith("\n")) for line in lines]
    found = [row for _, row in QuotedRows(lines, ",", RowShape(2))]
    assert found == [list(row) for row in rows]
