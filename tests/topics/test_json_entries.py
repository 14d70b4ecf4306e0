"""JSON in every layout: each entry once, with its line; a bad one costs itself alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.sources.document import Document
from topics.sources.json_entries import JsonText, first_entries, is_lines, stream_lines

PAPERS = [{"id": n, "title": f"T{n}", "people": [{"id": 70 + n}, {"id": 80 + n}]} for n in range(6)]


def ids(text: str) -> list[Any]:
    """The ids of the entries, None for those that cannot be read."""
    return [
        entry.value.get("id") if isinstance(entry.value, dict) else None for entry in JsonText(text)
    ]


def lines(text: str) -> list[int]:
    return [entry.line for entry in JsonText(text)]


LAYOUTS = {
    "list": json.dumps(PAPERS),
    "indented list": json.dumps(PAPERS, indent=2),
    "lines": "\n".join(map(json.dumps, PAPERS)) + "\n",
    "lines with commas": ",\n".join(map(json.dumps, PAPERS)),
    "objects in a row": "\n".join(json.dumps(paper, indent=1) for paper in PAPERS),
    "answer": json.dumps({"meta": {"count": 6}, "results": PAPERS}, indent=1),
    "by id": json.dumps({f"key {n}": paper for n, paper in enumerate(PAPERS)}, indent=1),
    "by id on one line": json.dumps({f"key {n}": paper for n, paper in enumerate(PAPERS)}),
    "nested answer": json.dumps({"status": "ok", "message": {"facets": {}, "items": PAPERS}}),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_every_entry(layout: str) -> None:
    assert ids(LAYOUTS[layout]) == [0, 1, 2, 3, 4, 5]
    found = first_entries(Document.from_bytes(LAYOUTS[layout].encode(), source="a"))
    assert [entry["id"] for entry in found] == [0, 1, 2]


def test_lines_are_counted_or_else_entries() -> None:
    assert lines(LAYOUTS["lines"]) == lines(LAYOUTS["list"]) == [1, 2, 3, 4, 5, 6]
    at = LAYOUTS["indented list"].split("\n")
    assert all(at[line - 1] == "  {" for line in lines(LAYOUTS["indented list"]))
    assert lines('{"id": 1}\n\n\n{"id": 2}\n') == [1, 4]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"id": 3,', '"id": 3'),
        ('"id": 3,', '"id: 3,'),
        ('"title": "T3"', '"title": "T3'),
        ('"title": "T3"', '"title": "T"3"'),
        ('"title": "T3"', '"title": T3'),
        ('"title": "T3"', '"title": "T\\q3"'),
        ('{"id": 73}', '{"id": 73'),
        ('{"id": 73}', '{"id": 73}}'),
    ],
)
def test_a_bad_entry_costs_itself_alone(layout: str, good: str, bad: str) -> None:
    text = LAYOUTS[layout]
    if good not in text:
        pytest.skip("written over several lines here")
    found = ids(text.replace(good, bad, 1))
    assert found in ([0, 1, 2, None, 4, 5], [0, 1, 2, None, None, 4, 5])
    problems = [entry.problem for entry in JsonText(text.replace(good, bad, 1)) if entry.problem]
    assert all(problem.startswith("Not valid JSON: ") for problem in problems)


def test_a_cut_off_list_keeps_what_comes_before() -> None:
    for layout in ("list", "indented list"):
        text = LAYOUTS[layout]
        assert ids(text[: text.index("T3")]) == [0, 1, 2, None]
        whole = JsonText(text.rstrip("]\n"))
        assert len(list(whole)) == 6
        assert "not closed" in whole.notices[0]


def test_line_breaks_within_strings_are_borne() -> None:
    assert ids('[{"id": 1, "title": "two\nlines\tand a tab"}, {"id": 2}]') == [1, 2]


def test_what_holds_other_lists_is_an_entry_itself() -> None:
    one = {"id": 7, "title": "A", "references": [{"id": 1}], "authors": [{"id": 2}]}
    assert ids(json.dumps(one)) == ids(json.dumps(one, indent=1)) == [7]
    assert ids(json.dumps({"message": {**one, "reference": [{"id": 1}]}})) == [None]


def test_a_key_is_the_id_of_an_entry_without_one() -> None:
    text = json.dumps({"2401.00001": {"title": "A", "x": 1}, "2401.00002": {"title": "B", "x": 2}})
    assert ids(text) == ["2401.00001", "2401.00002"]
    assert ids('{"issued": {"date-parts": []}, "author": {"name": "x"}, "id": 5}') == [5]


def test_many_bad_entries_and_strings_without_end_are_each_told() -> None:
    good, bad = '{"id": 1, "title": "a"}', '{"id": 2 "title": "b"}'
    for between in (",", ",\n"):
        found = ids(f"[{good}, {between.join([bad] * 3000)}, {good}]")
        assert found == [1, *[None] * 3000, 1]
    assert len(ids(f"{good}\n" + f"{bad}\n" * 3000)) == 3001
    assert ids('{"a": "' + '\\"' * 50_000) == [None]
    assert ids("[" + good + ', {"id": "' + 'b" ' * 50_000) == [1, None]


def test_deep_and_long_values_are_told() -> None:
    deep = '[{"id": 1}, ' + "[" * 100_000 + "]" * 100_000 + ', {"id": 2}]'
    assert [bool(entry.problem) for entry in JsonText(deep)][:2] == [False, True]
    (entry,) = JsonText('[{"id": ' + "9" * 5000 + "}]")
    assert entry.problem == "A number in it is too long to be read."


def test_streaming_gives_the_same_entries() -> None:
    text = LAYOUTS["lines"].replace('"id": 3,', '"id" 3,')
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
        document = Document.from_bytes(text.encode(encoding), source="a")
        assert is_lines(document.head_text or "")
        assert list(stream_lines(document)) == list(JsonText(text))


def test_other_text_has_no_entries() -> None:
    for text in ("", "  ", "TY  - JOUR", "@article{a}", "{", "[", "[[[[", "{{{", '"x"', "{}", "[]"):
        assert first_entries(Document.from_bytes(text.encode(), source="a")) in ([], [{}])


@given(
    st.text(st.sampled_from('{}[]",:\\ \nabc1.n')) | st.text(max_size=60),
    st.integers(0, 300),
    st.integers(0, 40),
)
def test_any_text_ends(noise: str, at: int, cut: int) -> None:
    for layout in LAYOUTS.values():
        spoilt = layout[:at] + noise + layout[at + cut :]
        entries = list(JsonText(spoilt))
        assert all(entry.line >= 1 for entry in entries)
        assert [entry.line for entry in entries] == sorted(entry.line for entry in entries)
