"""BibTeX and BibLaTeX, well written, badly written and damaged."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import mangled, read, survives
from topics.errors import SourceError
from topics.sources.bibtex import BIBTEX
from topics.sources.bibtex_text import names, prose, split_value, verbatim
from topics.sources.detect import read_document
from topics.sources.document import Document

if TYPE_CHECKING:
    from pathlib import Path

    from topics.sources.record import Record

LIBRARY = r"""% Encoding: UTF-8
@comment{jabref-meta: databaseType:bibtex;}
@preamble{"\newcommand{\noop}[1]{}"}
@string{jor = "Journal of Roads"}
@String(DOE = {Doe, Jane})

@Article{doe2020,
  Title    = {{Roads through {N}arrow valleys}},
  Author   = DOE # " and van der Berg, Jan and {The Road Group} and others",
  Journal  = jor,
  Year     = {2020},
  Month    = may,
  DOI      = {https://doi.org/10.1000/Roads\_1},
  Url      = {http://example.org/a\_b},
  Abstract = {We count cars {\&} find $O(n^2)$ of them at 5\% of 100~sites.

    {\textcopyright} 2020 Elsevier Ltd. All rights reserved.},
}

@inproceedings(roe1999, title = "On {C}ounting" # " by ear",
  author = {R{\"o}e, R.}, date = {1999-10-07})

@misc{attention,
  author = {Ann Poe and Rick Roe},
  title = {All you need},
  eprint = {1706.03762}, archivePrefix = {arXiv}, primaryClass = {cs.CL}, year = 2017
}
"""


def one(text: str) -> Record:
    found = read(BIBTEX, text)
    (record,) = found.records
    assert not found.rejects
    return record


def test_the_fields_of_an_entry() -> None:
    found = read(BIBTEX, LIBRARY)
    doe, roe, attention = found.records
    assert doe.title == "Roads through Narrow valleys"
    assert doe.abstract == "We count cars & find O(n²) of them at 5% of 100 sites."
    assert doe.authors == ("Jane Doe", "Jan van der Berg", "The Road Group")
    assert (doe.date, doe.doi, doe.line) == ("2020-05", "10.1000/roads_1", 7)
    assert doe.url == "http://example.org/a_b"
    assert (roe.title, roe.authors) == ("On Counting by ear", ("R. Röe",))
    assert (roe.date, roe.line) == ("1999-10-07", 20)
    assert (attention.arxiv_id, attention.date) == ("1706.03762", "2017")
    assert not found.rejects
    assert not found.notices


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (r"{BERT}: {P}re-training", "BERT: Pre-training"),
        (r"Na{\"\i}ve {\'E}cole of {\L}ukasz M{\"u}ller", "Naïve École of Łukasz Müller"),
        (r"na{\'i}ve \'{e}t\'e \c{c}a \~n", "naíve été ça ñ"),
        (r"The {\sc Connor} \emph{manual} \textbf{of {X}}", "The Connor manual of X"),
        (r"{H$_2$O} and $\alpha$-helix and $O(n \log n)$", "H₂O and α-helix and O(n log n)"),
        (r"0.2\,mm$^2$ at $-$50\,d{B} {\mbox{$\mu$}}{J}", "0.2 mm² at -50 dB μJ"),
        (r"{{Double {Braces}}}", "Double Braces"),
        (r"pre\-{C}olumbian Pages 3--7~here", "preColumbian Pages 3–7 here"),
        (r"{\textless}i{\textgreater}In vivo{\textless}/i{\textgreater}", "In vivo"),
        (r"A {\&} B \& C \% D \# E \_", "A & B & C % D # E _"),
        (r"{\textless}sub{\textgreater}2{\textless}/sub{\textgreater}", "₂"),
        ("Over\n   two   lines", "Over two lines"),
        (r"A \$5 {bill} and \$6 more", "A $5 bill and $6 more"),
        (r"about ~5 nm", "about ~5 nm"),
        (r"&amp; entity &lt;3", "& entity <3"),
    ],
)  # fmt: skip
def test_titles_are_readable(title: str, text: str) -> None:
    assert one(f"@article{{a, title = {{{title}}}}}").title == text


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("year = 2019, month = jan", "2019-01"), ("year = {2019}, month = {Feb}", "2019-02"),
        ("year = 2019, month = {5}, day = {7}", "2019-05-07"),
        ("date = {2019-05-17}", "2019-05-17"),
        ('year = 2019, month = 10 # "~" # jan', "2019-01-10"), ("date = {2019-05/2019-06}", "2019"),
        ('year = 2019, month = may # " 17"', "2019-05-17"), ("year = {in press}", None),
        ("year = 2019, month = {May--June}", "2019"), ("date = {2019-21}", "2019"),
        ("year = {2019}, date = {2019-03}", "2019-03"), ("issue_date = {May 2019}", "2019-05"),
        ("year = {c2010}", "2010"), ("month = may", None),
    ],
)  # fmt: skip
def test_dates(fields: str, date: str | None) -> None:
    assert one(f"@article{{a, title = {{T}}, {fields}}}").date == date


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ("eprinttype = {arxiv}, eprint = {2401.01234v2}", "arxiv_id", "2401.01234"),
        ("eprinttype={arXiv}, eprint={9901001}, eprintclass={cs.LG}", "arxiv_id", "cs/9901001"),
        ("arxivId = {2401.01234}", "arxiv_id", "2401.01234"),
        ("journal = {CoRR}, volume = {abs/1706.03762}", "arxiv_id", "1706.03762"),
        ("journal = {arXiv preprint arXiv:1706.03762}", "arxiv_id", "1706.03762"),
        ("eprint = {https://x.org/1}, eprinttype={jstor}", "arxiv_id", None),
        ("eprinttype = {pubmed}, eprint = {123}", "url", "https://pubmed.ncbi.nlm.nih.gov/123/"),
        ("pmid = {123}", "url", "https://pubmed.ncbi.nlm.nih.gov/123/"),
        ("howpublished = {\\url{http://x.org/~a}}", "url", "http://x.org/~a"),
        ("url = {https://doi.org/10.1000/abc}", "doi", "10.1000/abc"),
        ("url = {javascript:alert(1)}", "url", None),
        ("author = {family=Berg, given=Jan, prefix=van der}", "authors", ("Jan van der Berg",)),
        ("author = {{Arts and Co} and Doe, Jr., Jo}", "authors", ("Arts and Co", "Jo Doe Jr.")),
        ("author = {J. Doe AND {\\'E}. Roe}", "authors", ("J. Doe", "É. Roe")),
        ("editor = {Doe, J.}", "authors", ()),
        ("subtitle = {Of roads}", "title", "T: Of roads"),
    ],
)  # fmt: skip
def test_fields_of_many_programs(fields: str, name: str, value: object) -> None:
    assert getattr(one(f"@article{{a, title = {{T}}, {fields}}}"), name) == value


def test_entries_without_keys_or_with_the_same_one_are_all_kept() -> None:
    found = read(
        BIBTEX, "@book{, title={One}}\n@book{, title={Two}}\n@book{a, title={3}, title={4}}"
    )
    assert [record.title for record in found.records] == ["One", "Two", "3"]
    assert not found.rejects


def test_a_missing_comma_costs_nothing_and_is_told_of() -> None:
    found = read(
        BIBTEX,
        "@article{a, title = {One} author = {Doe, J.} year = 1999}\n"
        "@article{b\n  title = {Two, too}\n}\n@article{c,, title = {Three},, year = 2001}\n",
    )
    assert [record.title for record in found.records] == ["One", "Two, too", "Three"]
    assert found.records[0].authors == ("J. Doe",)
    assert found.records[0].date == "1999"
    assert not found.rejects
    assert "line 1, 2, 5" in found.notices[0]


def test_an_entry_without_a_key_or_its_comma() -> None:
    found = read(BIBTEX, "@article{\n   author = {Doe, J.},\n   title = {One}\n}\n")
    assert [record.title for record in found.records] == ["One"]


def test_remarks_within_an_entry_are_passed_over() -> None:
    found = read(BIBTEX, "@article{a,\n  % a remark, with a comma\n  title = {One},\n}\n")
    assert [record.title for record in found.records] == ["One"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("@article{bad, title = {Never closed,\n  year = 2000\n}\n", "not closed"),
        ('@article{bad, title = "Never closed, year = 2000}\n', "not closed"),
        ("@article{bad title here = {x}}\n", "comma"),
        ("@article{bad, title, year = 2000}\n", "“,”"),
        ("@article{bad, title =\n", "not closed"),
    ],
)
def test_a_bad_entry_is_listed_and_its_neighbours_are_kept(bad: str, reason: str) -> None:
    before, after = "@book{x, title = {Before}}\n", "@book{y, title = {After}}\n"
    found = read(BIBTEX, before + bad + after)
    assert [record.title for record in found.records] == ["Before", "After"]
    assert found.records[-1].line == 2 + bad.count("\n")
    (reject,) = found.rejects
    assert reject.line == 2
    assert reason in reject.reason
    assert "bad" in reject.reason


def test_a_bad_entry_within_a_line_is_listed_too() -> None:
    found = read(BIBTEX, "See @article{bad, title = {open")
    assert not found.records
    assert [reject.line for reject in found.rejects] == [1]


def test_what_is_no_paper_is_said_to_be_none() -> None:
    found = read(
        BIBTEX,
        "@set{s, entryset = {a,b}}\n@xdata{x, publisher = {P}}\n@article{n, year = 2000}\n",
    )
    assert [reject.line for reject in found.rejects] == [1, 2, 3]
    assert "set of other entries" in found.rejects[0].reason
    assert found.rejects[2].reason == "Neither a title nor an abstract."


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        read(BIBTEX, "@article{a, title = {open\n@article{b, title = {T}}")
    assert not caplog.records


def test_values_are_joined_from_their_pieces() -> None:
    macros = {"jan": "January", "a": "{A}"}
    assert split_value('{x} # jan # "y"', macros) == ("xJanuaryy", None)
    assert split_value("1999", macros) == ("1999", None)
    assert split_value("unknown", macros) == ("unknown", None)
    assert split_value("{x} year = {1}", macros) == ("x", ("year", "{1}"))
    assert split_value('"a {"} b"', macros) == ('a {"} b', None)
    assert split_value("", macros) == ("", None)


def test_addresses_and_names() -> None:
    assert verbatim(r"\url{http://x.org/a\_b\%20}") == "http://x.org/a_b%20"
    assert verbatim(r"\href{http://x.org}{text}") == "http://x.org"
    assert verbatim("{2019}") == "2019"
    assert names("A. Smith, B. Jones, C. Doe") == ["A. Smith", "B. Jones", "C. Doe"]
    assert names("") == []
    assert prose("One\n  two\n\n  three") == "One two\nthree"


def test_it_is_told_by_content() -> None:
    for data in (LIBRARY.encode(), LIBRARY.encode("utf-8-sig"), LIBRARY.encode("utf-16")):
        found = read_document(Document.from_bytes(data, source="any.txt"))
        assert (found.format, len(found.records)) == ("bibtex", 3)
    for text in ("@dataclass(frozen=True)\nclass A:", "mail a@b.c {x}", "@media (x) {a:b}", ""):
        assert not BIBTEX.recognises(Document.from_bytes(text.encode(), source="file"))
    with pytest.raises(SourceError, match="holds no entry"):
        read(BIBTEX, "@string{a = {b}}")


@given(st.lists(st.text(alphabet="abc {}", max_size=12), min_size=1, max_size=5))
def test_as_many_entries_as_there_are(titles: list[str]) -> None:
    text = "".join(f"@article{{k, title = {{A {title}}}}}\n" for title in titles)
    found = read(BIBTEX, text)
    assert len(found.records) + len(found.rejects) == len(titles)


@settings(max_examples=100)
@given(mangled(LIBRARY) | st.binary(max_size=300))
def test_damage_costs_no_more_than_the_entry(data: bytes) -> None:
    survives(BIBTEX, data)


@settings(max_examples=100)
@given(st.text(alphabet="\\{}$~ #=\"',@%aé\n", max_size=60))
def test_any_value_is_read(text: str) -> None:
    split_value(text, {})
    prose(text)
    verbatim(text)
    names(text)


@pytest.mark.parametrize(
    "long",
    [
        "@article{a,\n" * 20_000, "@article{a, title = {" + "{" * 50_000, "@" * 100_000,
        "@article{a, title = {x}" + " y = {z}" * 10_000 + "}", "\n" * 200_000 + "@a{b,c={d}}",
        "@article{a, author = {" + "A B and " * 20_000 + "C D}}", "@article(" * 20_000,
        "@article{a, title = {" + "$" * 50_000 + "}}", "@article{a, title = {" + "\\" * 50_001,
    ],
)  # fmt: skip
def test_long_files_take_no_longer_than_they_are(long: str) -> None:
    survives(BIBTEX, long.encode())


def test_samples_have_the_entries_that_are_known(shared: Path) -> None:
    known = {
        "jabref__BibtexImporter.examples.bib": (2, 2),
        "jabref__CitaviXmlImporterTest1.bib": (60, 0),
        "bbt-import__Math_markup_to_unicode_not_always_imported_correctly_472.bib": (2, 0),
        "bbt-import__Issues_with_round_instead_of_curly_braces_do_not_import_correctly_871.bib": (
            1,
            0,
        ),
        "bbt-import__BBT_does_not_import_groups_from_JabRef_5.1_1641.bib": (20, 0),
        "synthesisr__litsearchr.txt": (1, 0),
    }
    for name, (records, rejects) in known.items():
        found = read_document(Document.from_path(shared / "importer-samples" / name))
        assert found.format == "bibtex", name
        assert (len(found.records), len(found.rejects)) == (records, rejects), name
        assert not any("{" in record.title or "\\" in record.title for record in found.records)
