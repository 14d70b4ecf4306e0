"""The corpus: the same papers once, whatever the order, with an account of every record."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics import sample, tablefiles
from topics.corpus import Corpus, build_corpus
from topics.sources.detect import read_sources
from topics.sources.page_year import page_years
from topics.sources.record import Record, Reject, SourceRead
from topics.topicmap import TABLES

GOLDEN = Path(__file__).parents[1] / "golden" / "sample.jsonl"

ABSTRACT = "Sparse memory helps language models because gradients reach fewer parameters."
OTHER = "Volcanic islands host lichens whose symbionts tolerate drought, frost and salt spray."


def page(source: str, *records: Record, **more: Any) -> SourceRead:
    placed = (
        replace(record, source=source, line=record.line or row + 1)
        for row, record in enumerate(records)
    )
    years = tuple(int(r.date[:4]) for r in records if r.date and r.month_day is None)
    return SourceRead(
        source=source, format="hf-page", records=tuple(placed), **{"written_years": years, **more}
    )


def paper(title: str = "Sparse Memory for Models", **more: Any) -> Record:
    return Record(title=title, **more)


def row(corpus: Corpus, at: int = 0) -> dict[str, Any]:
    found = corpus.papers.iloc[at].to_dict()
    return {
        name: None if not isinstance(value, list) and pd.isna(value) else value
        for name, value in found.items()
    }


# Which records are one paper ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (paper(arxiv_id="2401.00001"), paper("Another Title", arxiv_id="2401.00001v3")),
        (paper(doi="10.1/AB"), paper("Sparse Memory for Models, Revised", doi="10.1/ab")),
        (paper(doi="https://doi.org/10.48550/arXiv.2401.00001"), paper("X", arxiv_id="2401.00001")),
        (paper(), paper("SPARSE MEMORY: for models!")),
        (paper(arxiv_id="2401.00001"), paper(doi="10.1/ab")),
        (paper(author_count=4, date="2023-12-30"), paper(author_count=5, date="2024-01-02")),
        (paper(author_count=4, date="2020"), paper(author_count=4, date="2024")),
        (paper("RankMe", abstract=ABSTRACT), paper("RankMe", abstract=ABSTRACT + " It does.")),
        (paper("RankMe", abstract=ABSTRACT), paper("RankMe")),
        (paper("RankMe", date="2024-01-02"), paper("RankMe", date="2024-01-02", abstract=OTHER)),
        (paper(authors=("Ada Ek", "Bo Li")), paper(authors=("Li, Bo",))),
        (paper("", abstract=ABSTRACT), paper("", abstract=ABSTRACT)),
    ],
)
def test_the_same_paper_is_merged(one: Record, other: Record) -> None:
    corpus = build_corpus([page("a", one), page("b", other)])
    assert len(corpus) == 1
    assert corpus.counts == {"kept": 1, "merged": 1, "rejected": 0}
    assert row(corpus)["sources"] == ["a", "b"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (paper("Part I"), paper("Part II")),
        (paper(arxiv_id="2401.00001"), paper(arxiv_id="2402.00002")),
        (paper(doi="10.1/a"), paper(doi="10.1/b", abstract=ABSTRACT)),
        (paper(author_count=4, date="2019"), paper(author_count=5, date="2024")),
        (paper("Editorial", abstract=ABSTRACT), paper("Editorial", abstract=OTHER)),
        (paper(authors=("Ada Ek",)), paper(authors=("Cy Ao",))),
        (paper(abstract=ABSTRACT), paper(abstract=OTHER)),
        (paper("Food Fraud"), paper("Food Fraud", date="2016", authors=("Ada Ek",))),
        (paper("Sparse Memory", doi="10.1/book"), paper("Lichens of Islands", doi="10.1/book")),
    ],
)
def test_in_doubt_papers_stay_apart(one: Record, other: Record) -> None:
    corpus = build_corpus([page("a", one, other)])
    assert len(corpus) == 2
    assert corpus.papers["id"].is_unique


def test_many_papers_of_one_title_take_no_time_to_tell_apart() -> None:
    many = [paper("Editorial", doi=f"10.1/{number}") for number in range(3000)]
    assert len(build_corpus([page("a", *many)])) == 3000


def test_the_most_complete_record_wins_field_by_field() -> None:
    corpus = build_corpus(
        [
            page(
                "b.txt", paper("SPARSE MEMORY FOR MODELS", abstract="Short.", comments=2, upvotes=9)
            ),
            page(
                "a.txt",
                paper(abstract=ABSTRACT, date="2024", author_count=4, url="javascript:alert(1)"),
                paper(date="2024-03-02", authors=("Ada Ek", "Bo Li"), comments=5),
            ),
            page("c.txt", paper(arxiv_id="2403.00001", date="2024-03", url="https://a.io/x")),
        ]
    )
    assert row(corpus) == {
        "id": "arxiv:2403.00001",
        "title": "Sparse Memory for Models",
        "abstract": ABSTRACT,
        "date": "2024-03-02",
        "date_precision": "day",
        "authors": ["Ada Ek", "Bo Li"],
        "author_count": 4,
        "comments": 5,
        "upvotes": 9,
        "url": "https://a.io/x",
        "doi": None,
        "arxiv_id": "2403.00001",
        "sources": ["a.txt", "b.txt", "c.txt"],
    }


def test_what_is_unknown_is_null() -> None:
    corpus = build_corpus([page("a", paper())])
    known = {"id", "title", "abstract", "authors", "sources"}
    assert {name for name, value in row(corpus).items() if value is not None} == known
    assert row(corpus)["abstract"] == ""
    assert row(corpus)["authors"] == []
    assert corpus.undated == 1


def test_ids_say_what_a_paper_is() -> None:
    alone = build_corpus(
        [page("a", paper(), paper("B", doi="10.1/B"), paper("C", arxiv_id="2401.1v2"))]
    )
    ids = list(alone.papers["id"])
    assert ids[:2] == ["arxiv:2401.1", "doi:10.1/b"]
    assert ids[2].startswith("title:")
    assert len(ids[2]) == len("title:") + 16
    more = build_corpus([page("z", paper("D"), paper("sparse memory FOR models"), paper("A"))])
    assert ids[2] in set(more.papers["id"])


# The ledger ---------------------------------------------------------------------------------------


def test_every_record_is_accounted_for() -> None:
    corpus = build_corpus(
        [
            page("b", paper(), paper(""), paper("B"), rejects=(_bad("b", 9),)),
            page("a", paper(), paper(" \x00 ", abstract="\u200b"), paper("A")),
            page("c", rejects=(_bad("c", 1), _bad("c", 2))),
        ]
    )
    found = corpus.ledger
    assert list(found.columns) == list(TABLES["ledger"])
    table = found.groupby(["source", "outcome"]).size().to_dict()
    assert table == {
        ("a", "kept"): 2,
        ("a", "rejected"): 1,
        ("b", "kept"): 1,
        ("b", "merged"): 1,
        ("b", "rejected"): 2,
        ("c", "rejected"): 2,
    }
    assert found.loc[found["outcome"] == "rejected", "reason"].notna().all()
    merged = found[found["outcome"] == "merged"].iloc[0]
    assert merged["reason"] == "The same paper as line 1 of a."
    assert set(found["paper_id"].dropna()) == set(corpus.papers["id"])
    assert corpus.counts == {"kept": 3, "merged": 1, "rejected": 5}


def test_a_paper_with_a_title_alone_is_kept_and_marked() -> None:
    one = Record(title="Old trees of the far north", source="a", line=1, doi="10.1000/a")
    other = Record(title="Young trees of the far north", source="a", line=2)
    again = replace(one, abstract="They grow.", line=3)
    reads = [SourceRead(source="a", format="made", records=(one, other, again))]
    ledger = build_corpus(reads).ledger.set_index("line")
    assert list(ledger["outcome"]) == ["kept", "kept", "merged"]
    assert ledger["reason"][2] == "No abstract: it is placed by its title alone."
    assert ledger["reason"].isna()[1]
    assert ledger["reason"][3] == "The same paper as line 1 of a."


def _bad(source: str, line: int) -> Reject:
    return Reject(source=source, line=line, reason="Cut off.")


def test_an_empty_corpus_is_a_corpus() -> None:
    corpus = build_corpus([])
    assert (len(corpus), corpus.undated, corpus.as_of) == (0, 0, None)
    assert list(corpus.ledger.columns) == list(TABLES["ledger"])


def test_text_that_cannot_be_stored_is_mended() -> None:
    hostile = paper(
        "a\ud800b\x00c", abstract="\udfffx", authors=("A\x07", "\x00"), doi="10.1/\ud800"
    )
    corpus = build_corpus([page("a", hostile)])
    assert row(corpus)["title"] == "a\ufffdb c"
    assert row(corpus)["authors"] == ["A"]
    for name in ("papers", "ledger"):
        frame = getattr(corpus, name).reindex(columns=list(TABLES[name]))
        tablefiles.arrow_table(name, frame).to_pandas()


# Order --------------------------------------------------------------------------------------------

MAYBE = st.none() | st.sampled_from(["2023", "2024-03", "2024-03-02", "2019-01-01"])
RECORDS = st.builds(
    Record,
    title=st.sampled_from(["Sparse Memory", "sparse memory!", "RankMe", "Editorial", "Part I", ""]),
    abstract=st.sampled_from(["", ABSTRACT, OTHER, "Short."]),
    date=MAYBE,
    month_day=st.none() | st.just((3, 2)),
    author_count=st.none() | st.integers(1, 3),
    arxiv_id=st.none() | st.sampled_from(["2401.00001", "2401.00001v2", "2402.00002"]),
    doi=st.none() | st.sampled_from(["10.1/a", "10.1/b"]),
    authors=st.sampled_from([(), ("Ada Ek",), ("Cy Ao", "Ada Ek")]),
    comments=st.none() | st.integers(0, 3),
)


@settings(max_examples=30)
@given(
    st.lists(st.lists(RECORDS, max_size=5), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_the_order_of_files_and_records_changes_nothing(
    pages: list[list[Record]], draw: Any
) -> None:
    reads = [page(f"page-{at}", *records) for at, records in enumerate(pages)]
    first = build_corpus(reads)
    mixed = [
        replace(read, records=tuple(draw.sample(read.records, len(read.records)))) for read in reads
    ]
    draw.shuffle(mixed)
    second = build_corpus(mixed)
    assert second.fingerprint == first.fingerprint
    pd.testing.assert_frame_equal(first.papers, second.papers)
    pd.testing.assert_frame_equal(first.ledger, second.ledger)
    assert first.papers["id"].is_unique
    assert sum(first.counts.values()) == sum(len(records) for records in pages)
    assert first.counts["kept"] == len(first)


def test_the_fingerprint_follows_the_papers() -> None:
    one = build_corpus([page("a", paper(abstract=ABSTRACT))])
    same = build_corpus([page("a", paper(abstract=ABSTRACT))])
    changed = build_corpus([page("a", paper(abstract=ABSTRACT + " And more."))])
    assert one.fingerprint == same.fingerprint != changed.fingerprint


# The year of a page -------------------------------------------------------------------------------


def yearless(title: str, month: int = 6, day: int = 2, **more: Any) -> Record:
    return Record(title=title, month_day=(month, day), **more)


def years(*reads: SourceRead, page_year: int | None = None) -> dict[str, int | None]:
    return dict(page_years(reads, page_year=page_year).years)


OLD = [paper(f"Old {year}", date=f"{year}-05-06") for year in range(2015, 2025)]


def test_the_page_is_later_than_every_year_on_it() -> None:
    assert years(page("a", yearless("New"), *OLD)) == {"a": 2025}


def test_pages_of_one_build_inform_each_other() -> None:
    assert years(page("a", *OLD), page("b", yearless("New")), page("c", *OLD[:3])) == dict.fromkeys(
        "abc", 2025
    )


def test_evidence_goes_before_the_newest_year_written() -> None:
    stated = page("a", yearless("A"), *OLD[:2], as_of="2023-07-01")
    known = page("b", yearless("B", 4, 5), *OLD[:2])
    elsewhere = page("c", paper("B", date="2021-04-05"), as_of="2022-01-01")
    ids = page("d", yearless("D", 12, 31, arxiv_id="2401.00001"), *OLD[:2])
    linked = page("e", yearless("D", 12, 31), *OLD[:2])
    stamped = page("f", paper("F", date="2026-02-03", month_day=(2, 3)))
    assert years(stated, known, elsewhere, ids, linked, stamped) == {
        "a": 2023,
        "b": 2021,
        "c": 2022,
        "d": 2023,
        "e": 2023,
        "f": 2026,
    }


def test_a_later_page_does_not_move_an_earlier_one() -> None:
    earlier, later = page("a", yearless("A"), *OLD), page("b", yearless("B"), as_of="2027-01-05")
    assert years(earlier, later) == {"a": 2025, "b": 2027}
    # Too few years are written on this one to tell; the page beside it does.
    assert years(page("a", yearless("A"), OLD[0]), later) == {"a": 2027, "b": 2027}


def test_evidence_older_than_a_year_written_is_none() -> None:
    assert years(page("a", yearless("A", arxiv_id="2106.00001"), *OLD)) == {"a": 2025}


def test_without_evidence_a_paper_stays_undated_and_the_user_is_told() -> None:
    corpus = build_corpus([page("a", yearless("New"))])
    assert corpus.undated == 1
    assert "--page-year" in corpus.notices[0]
    given_year = build_corpus([page("a", yearless("New"), yearless("Leap", 2, 29))], page_year=2023)
    assert sorted(given_year.papers["date"]) == ["2023-02", "2023-06-02"]
    assert not given_year.notices


def test_a_paper_without_a_date_stays_undated() -> None:
    corpus = build_corpus([page("a", paper("B"), *OLD)], page_year=2025)
    assert corpus.undated == 1


def test_other_formats_say_nothing_of_a_pages_year() -> None:
    table = page("b", paper("Z", date="2026-01-01"), written_years=())
    assert years(page("a", yearless("A"), *OLD), table) == {"a": 2025, "b": 2025}


def test_the_day_of_the_corpus() -> None:
    corpus = build_corpus(
        [
            page("a", yearless("A"), *OLD, as_of_month_day=(12, 12)),
            page("b", yearless("B"), as_of_month_day=(12, 10)),
        ]
    )
    assert corpus.as_of == "2025-12-12"
    only = page("a", *OLD[-1:], as_of_month_day=(4, 28), written_years=())
    assert build_corpus([only]).as_of == "2025-04-28"


# The real and the bundled pages -------------------------------------------------------------------


def test_the_seeds_make_153_papers(shared: Path) -> None:
    corpus = build_corpus(read_sources([shared / "seeds"]))
    assert (len(corpus), corpus.undated) == (153, 13)
    assert corpus.counts == {"kept": 153, "merged": 14, "rejected": 0}
    assert corpus.as_of == "2025-12-12"
    assert corpus.papers["date"].dropna().str.len().eq(10).all()
    assert corpus.papers["date"].max() <= corpus.as_of
    both = build_corpus(read_sources([shared / "seeds", shared / "hf-pages"]))
    dates = both.papers.set_index("title")["date"]
    assert (
        dates["Gradient-Normalized Smoothness for Optimization with Approximate Hessians"]
        == "2025-06-16"
    )
    assert dates["VIBEVOICE-ASR Technical Report"] == "2026-03-13"
    assert len(both) == 157


def test_the_sample_says_what_the_seeds_say(shared: Path) -> None:
    facts = ["title", "date", "author_count", "comments"]
    ours, theirs = (
        build_corpus(read_sources([folder])).papers
        for folder in (sample.folder(), shared / "seeds")
    )
    pd.testing.assert_frame_equal(ours[facts], theirs[facts])


def test_the_sample_reads_as_it_always_did() -> None:
    reads = read_sources([sample.folder()])
    corpus = build_corpus(reads)
    papers = corpus.papers.drop(columns=["title", "abstract"]).to_json(orient="records")
    found = [
        *({"page": read.source, **_facts(record)} for read in reads for record in read.records),
        *json.loads(papers),
    ]
    if os.environ.get("PAPERMAP_UPDATE_GOLDEN"):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in found)
        GOLDEN.write_text("".join(lines), encoding="utf-8")
    assert found == [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]


def _facts(record: Record) -> dict[str, Any]:
    words = record.abstract.split()
    return {
        "line": record.line,
        "title": record.title,
        "abstract": f"{' '.join(words[:4])} … {' '.join(words[-3:])} ({len(words)} words)",
        "date": record.date,
        "month_day": list(record.month_day) if record.month_day else None,
        "author_count": record.author_count,
        "comments": record.comments,
    }
