"""Exports: whatever a paper's text holds, the file stays well-formed and does nothing."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.exports import (
    EXPORTS,
    MIME_TYPES,
    author_names,
    escape_bibtex,
    escape_cell,
    escape_markdown,
    paper_address,
    table_csv,
    to_bibtex,
    to_csv,
    to_markdown,
    to_ris,
    web_address,
)

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "$\\href{javascript:alert(1)}{x}$",
    ":red[x] :material/home: **b** [l](javascript:alert(1))",
    '=HYPERLINK("http://example.invalid","x")',
    "}} @comment{ , title = {\\input{/etc/passwd}",
    "two\nlines\r\nER  - \r\n\x00 nul",
    "a;=1+1",
    "@risk -1 +1",
)


def paper(**fields: Any) -> dict[str, Any]:
    return {
        "id": "arxiv:2401.01234",
        "title": "Attention to Detail",
        "abstract": "We look closely.",
        "date": "2024-01-09",
        "date_precision": "day",
        "authors": ["Ada Lovelace", "Ludwig van Beethoven"],
        "author_count": 2,
        "comments": 3,
        "upvotes": None,
        "url": None,
        "doi": None,
        "arxiv_id": "2401.01234",
        "sources": ["a.txt", "b.txt"],
        "topic": "3",
        "topic_confidence": 0.75,
        "nearest_topic": "3",
        "theme": "scaling",
        "theme_confidence": 0.5,
        "x": 0.0,
        "y": 0.0,
    } | fields


def frame(*papers: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(papers), dtype=object)


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


texts = st.text(max_size=60)
papers = st.fixed_dictionaries(
    {
        "id": texts,
        "title": texts | st.sampled_from(HOSTILE),
        "abstract": texts | st.sampled_from(HOSTILE) | st.none(),
        "date": st.sampled_from([None, "2024", "2024-03", "2024-03-31"]),
        "authors": st.lists(texts | st.sampled_from(HOSTILE), max_size=3),
        "author_count": st.none() | st.integers(0, 9),
        "url": texts | st.sampled_from([None, "https://example.org/a b}{?q=ü#x", "javascript:1"]),
        "doi": st.sampled_from([None, "10.1/ab_c", "10.1/}{\\"]),
        "arxiv_id": st.sampled_from([None, "2401.01234"]),
        "theme": st.sampled_from([None, "scaling", "=1"]),
        "topic": st.sampled_from([None, "3"]),
    }
).map(lambda fields: paper(**fields))
corpora = st.lists(papers, min_size=1, max_size=6).map(lambda some: frame(*some))


def test_csv_holds_every_column_in_plain_form() -> None:
    row = read_csv(to_csv(frame(paper()), topic_names={"3": "close looks"}))[0]
    assert row["title"] == "Attention to Detail"
    assert row["authors"] == "Ada Lovelace; Ludwig van Beethoven"
    assert row["topic_name"] == "close looks"
    assert (row["comments"], row["upvotes"], row["topic_confidence"]) == ("3", "", "0.75")
    assert row["sources"] == "a.txt; b.txt"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "  =1"])
def test_a_cell_never_starts_a_formula(text: str) -> None:
    cell = escape_cell(text)
    assert cell[0] == "\t"
    assert escape_cell(cell) == cell  # saved from a spreadsheet and exported again
    assert cell.strip() == text.strip()


def test_a_negative_number_stays_a_number() -> None:
    assert read_csv(to_csv(frame(paper(comments=-3))))[0]["comments"] == "-3"


def test_any_table_is_written_as_safely() -> None:
    data = table_csv(pd.DataFrame({"=file": ["@x", "a"], "read": [3, None]}))
    assert read_csv(data) == [{"\t=file": "\t@x", "read": "3"}, {"\t=file": "a", "read": ""}]


@given(corpora)
def test_csv_reads_back_with_no_formula_under_either_separator(some: pd.DataFrame) -> None:
    data = to_csv(some)
    rows = read_csv(data)
    assert len(rows) == len(some)
    for row, title in zip(rows, some["title"], strict=True):
        assert re.sub(r"\s", "", row["title"]) == re.sub(r"[\s\x00-\x1f\x7f-\x9f]", "", title)
    for delimiter in ",;":
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
        for cell in (cell for row in reader for cell in row):
            assert not cell.startswith(("=", "+", "@", "＝"))


def test_bibtex_entry() -> None:
    entry = to_bibtex(frame(paper()), topic_names={"3": "close looks"}).decode()
    assert entry.startswith("@misc{lovelace2024attention,\n")
    assert "  title = {{Attention to Detail}}," in entry
    assert "  month = jan," in entry
    assert "  author = {Ada Lovelace and Ludwig van Beethoven}," in entry
    assert "  eprint = {2401.01234},\n  archiveprefix = {arXiv}," in entry
    assert "  url = {https://arxiv.org/abs/2401.01234}," in entry
    assert "  keywords = {close looks, scaling}," in entry
    assert entry.endswith("\n}\n")


def test_bibtex_says_what_is_not_known() -> None:
    entry = to_bibtex(frame(paper(authors=[], author_count=4, date=None, arxiv_id=None))).decode()
    assert "author =" not in entry
    assert "year =" not in entry
    assert "note = {4 authors, names not in the source}" in entry


def test_bibtex_names_that_would_fall_apart_are_held_together() -> None:
    entry = to_bibtex(frame(paper(authors=["Bell and Sons", "a, b, c, d", "others"]))).decode()
    assert "author = {{Bell and Sons} and {a, b, c, d} and {others}}" in entry


@given(corpora)
def test_bibtex_is_balanced_with_unique_keys(some: pd.DataFrame) -> None:
    text = to_bibtex(some).decode()
    depth = 0
    entries = 0
    for line in text.splitlines():
        if depth == 0 and line:
            assert line.startswith("@misc{")
            entries += 1
        for sign in line:  # a parser counts braces even behind a backslash
            depth += {"{": 1, "}": -1}.get(sign, 0)
            assert depth >= 0
    assert depth == 0
    assert entries == len(some)
    keys = re.findall(r"^@misc\{(.*),$", text, re.MULTILINE)
    assert len({key.lower() for key in keys}) == len(some)
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in keys)


def test_bibtex_keys_do_not_depend_on_the_order() -> None:
    some = frame(paper(), paper(id="arxiv:2401.09999"), paper(title="Other", id="x"))
    keys = [
        sorted(re.findall(r"@misc\{(.*),", to_bibtex(part).decode())) for part in (some, some[::-1])
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 3


def test_latex_reads_the_text_and_no_command() -> None:
    from pylatexenc.latex2text import LatexNodes2Text

    reader = LatexNodes2Text(keep_braced_groups=False)
    for text in HOSTILE[:5]:
        escaped = escape_bibtex(text)
        assert reader.latex_to_text(escaped) == text
        assert "\\input" not in escaped
        assert "\\href" not in escaped


@given(corpora)
def test_ris_has_one_record_a_paper_and_one_field_a_line(some: pd.DataFrame) -> None:
    text = to_ris(some).decode()
    lines = [line for line in text.split("\r\n") if line]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert sum(line.startswith("TY  - ") for line in lines) == len(some)
    assert sum(line == "ER  - " for line in lines) == len(some)
    assert "\n" not in text.replace("\r\n", "")


def test_ris_record() -> None:
    text = to_ris(frame(paper(authors=["Ada Lovelace", "Ludwig van Beethoven", "Plato"]))).decode()
    assert "TY  - UNPB\r\n" in text
    assert "AU  - Lovelace, Ada\r\nAU  - van Beethoven, Ludwig\r\nAU  - Plato\r\n" in text
    assert "PY  - 2024\r\nDA  - 2024/01/09\r\n" in text


def test_markdown_shows_text_as_text() -> None:
    text = to_markdown(frame(*(paper(title=title, authors=[]) for title in HOSTILE))).decode()
    assert text.count("\n") == len(HOSTILE)
    assert "<img" not in text
    assert not re.search(r"(?<!\\)[\[\]]\(javascript", text)
    assert "\\$\\\\href{javascript\\:alert(1)}{x}\\$" in text
    assert escape_markdown("state-of-the-art (2024): yes") == "state-of-the-art (2024): yes"


def test_addresses() -> None:
    assert web_address("javascript:alert(1)") is None
    assert web_address("https://") is None
    assert web_address("http://[bad") is None
    assert web_address(" https://example.org/a b>(c) ") == "https://example.org/a%20b%3E%28c%29"
    assert paper_address(paper()) == "https://arxiv.org/abs/2401.01234"
    assert paper_address(paper(url="data:text/html,x", arxiv_id=None)) is None
    assert paper_address(paper(arxiv_id=None, doi="10.1/ab")) == "https://doi.org/10.1/ab"


@pytest.mark.parametrize(
    ("names", "count", "said"),
    [
        (["A", "B"], 2, "A, B"),
        (["A"], 4, "A and 3 more"),
        ([], 4, "4 authors, names not in the source"),
        ([], 1, "1 author, name not in the source"),
        ([], None, "authors not in the source"),
        (None, float("nan"), "authors not in the source"),
    ],
)
def test_authors_as_far_as_known(names: Any, count: Any, said: str) -> None:
    assert author_names(paper(authors=names, author_count=count)) == said


@pytest.mark.parametrize("name", list(EXPORTS))
def test_the_same_papers_give_the_same_bytes(name: str) -> None:
    some = frame(paper(), paper(id="title:1", title="Ümlaut \ud800 half", authors=None, date=None))
    assert EXPORTS[name](some) == EXPORTS[name](some.copy())
    assert EXPORTS[name](some).decode("utf-8")
    assert EXPORTS[name](some[:0]) is not None
    assert name in MIME_TYPES
