"""Generated variants of papers: what is one paper is merged, and never what only looks like it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from topics.corpus import build_corpus
from topics.sources.record import Record, SourceRead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from topics.corpus import Corpus

NOUNS = (
    "lichen glacier enzyme policy market galaxy parser compiler verdict melody harvest catalyst "
    "membrane vaccine corridor archive dialect tensor magnet reactor"
).split()
VERBS = "maps bounds predicts explains limits shapes cools dates sorts measures".split()
FAMILIES = ("Ek", "Ødegård", "Okafor", "Nakamura", "Świątek", "de Vries", "Pérez Gil", "Anand")
GIVEN = "Ada Bo Chidi Dagny Elif Farid Greta Hiro".split()

Variant = tuple[str, "Callable[[Record], Record]"]


@st.composite
def papers(draw: st.DrawFn) -> Record:
    nouns = draw(st.lists(st.sampled_from(NOUNS), min_size=4, max_size=6, unique=True))
    verb = draw(st.sampled_from(VERBS))
    people = draw(
        st.lists(
            st.tuples(st.sampled_from(GIVEN), st.sampled_from(FAMILIES)),
            min_size=1,
            max_size=4,
            unique_by=lambda name: name[1],
        )
    )
    words = draw(st.lists(st.sampled_from(NOUNS + VERBS), min_size=20, max_size=30, unique=True))
    return Record(
        title=f"How {' and '.join(nouns[:2])} {verb} the {' '.join(nouns[2:])}",
        abstract=f"{' '.join(words).capitalize()}.",
        authors=tuple(f"{given} {family}" for given, family in people),
        date=str(draw(st.integers(1990, 2025))),
    )


def merged(one: Record, other: Record) -> bool:
    reads = [
        SourceRead(source=name, format="made", records=(replace(record, source=name, line=1),))
        for name, record in (("a", one), ("b", other))
    ]
    counts = {len(build_corpus(reads)), len(build_corpus(reads[::-1]))}
    assert len(counts) == 1
    return counts == {1}


def titled(change: Callable[[str], str]) -> Callable[[Record], Record]:
    return lambda record: replace(record, title=change(record.title))


def _inverted(record: Record) -> Record:
    names = [name.partition(" ") for name in record.authors]
    return replace(record, authors=tuple(f"{family}, {given[0]}." for given, _, family in names))


def _later(years: int) -> Callable[[Record], Record]:
    return lambda record: replace(record, date=str(int(record.date or 0) + years))


SAME: tuple[Variant, ...] = (
    ("capitals", titled(str.upper)),
    ("capital letters", titled(str.title)),
    ("punctuation", titled(lambda title: title.replace(" and ", " — and, ") + ".")),
    ("hyphens", titled(lambda title: title.replace("How ", "How-"))),
    ("ampersand", titled(lambda title: title.replace(" and ", " & "))),
    ("accents", titled(lambda title: title.replace("e", "é"))),
    ("plural", titled(lambda title: title + "s")),
    ("article", titled(lambda title: title.replace(" the ", " "))),
    ("authors inverted", _inverted),
    ("authors cut short", lambda record: replace(record, authors=record.authors[:1])),
    ("no authors", lambda record: replace(record, authors=())),
    ("no abstract", lambda record: replace(record, abstract="")),
    ("a year later", _later(1)),
    ("dated to the day", lambda record: replace(record, date=f"{record.date}-03-02")),
    ("another sentence", lambda record: replace(record, abstract=record.abstract + " It works.")),
)

#: Changes that make another paper of the same authors, which a title or an abstract tells.
OTHER: tuple[Variant, ...] = (
    ("part", titled(lambda title: f"{title}, Part II")),
    ("numeral", titled(lambda title: f"{title} II")),
    ("number", titled(lambda title: f"{title} 2")),
    ("erratum", titled(lambda title: f"Erratum to: {title}")),
    ("corrigendum", titled(lambda title: f"Corrigendum: {title}")),
    ("correction", titled(lambda title: f"{title} (Author Correction)")),
    ("retraction", titled(lambda title: f"RETRACTED: {title}")),
    ("reply", titled(lambda title: f"Reply to “{title}”")),
    ("comment", titled(lambda title: f"Comment on: {title}")),
    ("response", titled(lambda title: f"{title}: a response")),
    ("reversed", titled(lambda title: title.replace("How ", "How not "))),
    ("other noun", titled(lambda title: f"{title} revisited")),
)


@pytest.mark.parametrize(("name", "change"), SAME, ids=[name for name, _ in SAME])
@settings(max_examples=15)
@given(paper=papers())
def test_a_variant_is_merged(name: str, change: Callable[[Record], Record], paper: Record) -> None:
    assert merged(paper, change(paper))


@settings(max_examples=60)
@given(papers(), st.sampled_from(SAME), st.sampled_from(SAME), st.sampled_from(OTHER))
def test_another_paper_is_never_merged(
    paper: Record, one: Variant, two: Variant, other: Variant
) -> None:
    changed = replace(two[1](other[1](paper)), abstract="")
    assert not merged(one[1](paper), changed), (one[0], two[0], other[0])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{}, Part I", "{}, Part II"),
        ("{}: Part A", "{}: Part B"),
        ("{} 2019", "{} 2020"),
        ("{} in 3 Steps", "{} in 4 Steps"),
        ("{} IV", "{} VI"),
        ("First Lecture on {}", "Second Lecture on {}"),
        ("{} in C", "{} in C++"),
        ("Supervised {}", "Unsupervised {}"),
        ("Symmetric {}", "Asymmetric {}"),
        ("{} of Alkanes", "{} of Alkenes"),
        ("Erratum: {}", "Reply to {}"),
    ],
)
@settings(max_examples=6)
@given(paper=papers())
def test_parts_of_a_series_stay_apart(first: str, second: str, paper: Record) -> None:
    one, other = (replace(paper, title=form.format(paper.title)) for form in (first, second))
    assert not merged(one, replace(other, abstract=""))
    # Not even under one number, which a book or a proceedings may have for all in it.
    if "art" in first or "IV" in first:
        assert not merged(replace(one, pmid="7"), replace(other, pmid="7", abstract=""))


@settings(max_examples=40)
@given(papers(), papers())
def test_a_title_of_other_authors_is_another_paper(paper: Record, other: Record) -> None:
    mine = {name.split()[-1] for name in paper.authors}
    theirs = {name.split()[-1] for name in other.authors}
    if not mine & theirs:
        assert not merged(paper, replace(other, title=paper.title))


@settings(max_examples=30)
@given(papers(), st.integers(2, 6))
def test_a_yearly_title_is_a_paper_every_year(paper: Record, gap: int) -> None:
    later = replace(_later(gap)(paper), abstract="Next to nothing of this has been said before us.")
    assert not merged(replace(paper, authors=()), replace(later, authors=()))


@settings(max_examples=40)
@given(papers(), st.sampled_from(("doi", "arxiv_id", "pmid")))
def test_identifiers_go_before_titles(paper: Record, name: str) -> None:
    values = {"doi": ("10.1/a", "10.1/b"), "arxiv_id": ("2401.00001", "2401.00002")}
    first, second = values.get(name, ("17", "18"))
    other = replace(paper, abstract="")
    assert not merged(replace(paper, **{name: first}), replace(other, **{name: second}))
    cut = replace(other, title=paper.title.rpartition(" ")[0], authors=())
    assert merged(replace(paper, **{name: first}), replace(cut, **{name: first}))


def test_a_sequel_may_copy_its_abstract() -> None:
    abstract = " ".join(f"{noun} {verb}" for noun in NOUNS for verb in VERBS[:1])
    title = "Secure Coding of Old Trees by Mutual Information"
    first = Record(title=title, abstract=abstract, authors=("Ada Ek",))
    sequel = replace(first, title="Lossless Encryption of Old Trees by Mutual Information")
    longer = replace(first, title="Secure Coding of Old and Young Trees by Mutual Information")
    assert not merged(first, sequel)
    assert merged(first, longer)


def test_versions_of_a_preprint_are_one_paper() -> None:
    one = Record(title="Old Trees Grow Slowly", arxiv_id="2401.00001v1")
    other = Record(title="Why Old Trees Are Slow to Grow", arxiv_id="arXiv:2401.00001v12")
    assert merged(one, other)


def test_titles_that_many_papers_have_are_merged_by_identifier_alone() -> None:
    for title in ("Editorial", "Book Reviews", "Reply", "Guest Editorial", "Preface", "Erratum"):
        one = Record(title=title, date="2020", abstract="In this issue.")
        assert not merged(one, one)
        assert merged(replace(one, doi="10.1/a"), replace(one, doi="10.1/A"))


def test_the_strongest_identifier_joins_what_others_do_not_name() -> None:
    records = [
        Record(title="Old Trees Grow Slowly", doi="10.1/a"),
        Record(title="Old trees grow slowly.", doi="10.1/a", pmid="17"),
        Record(title="Old Trees Grow", pmid="17", arxiv_id="2401.00001"),
        Record(title="On Trees", arxiv_id="2401.00001"),
    ]
    placed = tuple(replace(record, source="a", line=at) for at, record in enumerate(records))
    corpus = build_corpus([SourceRead(source="a", format="made", records=placed)])
    assert corpus.counts == {"kept": 1, "merged": 3, "rejected": 0}
    assert "pmid" not in corpus.papers.columns


def test_many_titles_that_begin_alike_take_no_time() -> None:
    many = [
        Record(
            title=f"A note on the growth of old trees in region {n}", authors=("Ada Ek",), line=n
        )
        for n in range(3000)
    ]
    read = SourceRead(source="a", format="made", records=tuple(many))
    assert len(build_corpus([read])) == 3000


def corpus_of(records: Sequence[Record]) -> Corpus:
    placed = tuple(replace(record, source="a", line=at) for at, record in enumerate(records, 1))
    return build_corpus([SourceRead(source="a", format="made", records=placed)])


@st.composite
def mixed_records(draw: st.DrawFn) -> list[Record]:
    """Records of a few papers, alike in some things and different in others."""
    title = st.sampled_from(
        ("Old Trees Grow Slowly in the North", "Old trees grow slowly in the north.", "Editorial")
    )
    abstract = st.sampled_from(("", "They do.", "They do so.", " ".join(NOUNS), " ".join(VERBS)))
    authors = st.sampled_from(((), ("Ada Ek",), ("Bo Ek",), ("Ada Ek", "Bo Ødegård")))
    record = st.builds(
        Record,
        title=title,
        abstract=abstract,
        authors=authors,
        date=st.sampled_from((None, "2019", "2020", "2020-03-01")),
        doi=st.sampled_from((None, None, "10.1/a", "10.1/b")),
        arxiv_id=st.sampled_from((None, None, "2401.00001")),
        pmid=st.sampled_from((None, None, "17", "18")),
        url=st.sampled_from((None, "https://a.org/1", "https://b.org/2")),
        upvotes=st.sampled_from((None, 1, 2)),
    )
    return draw(st.lists(record, min_size=2, max_size=9))


@settings(max_examples=80)
@given(mixed_records(), st.randoms(use_true_random=False))
def test_the_order_of_records_makes_no_difference(records: list[Record], draw: Random) -> None:
    shuffled = draw.sample(records, len(records))
    papers, others = corpus_of(records).papers, corpus_of(shuffled).papers
    assert_frame_equal(papers, others)


def test_thousands_of_one_title_take_no_time() -> None:
    lone = Record(
        title="How Old Trees Grow in the Far North", abstract="Slowly.", authors=("A Ek",)
    )
    same = corpus_of([replace(lone, upvotes=n) for n in range(5000)])
    assert same.counts == {"kept": 1, "merged": 4999, "rejected": 0}
    many = corpus_of([Record(title="Editorial", abstract="In this issue.")] * 3000)
    assert many.counts == {"kept": 3000, "merged": 0, "rejected": 0}
    assert many.papers["id"].is_unique


def test_many_records_of_one_title_do_not_hide_a_spelling_of_it() -> None:
    lone = Record(
        title="How Old Trees Grow in the Far North", abstract="Slowly.", authors=("A Ek",)
    )
    other = replace(lone, title="How Old Trees Grow in Far North")
    assert len(corpus_of([lone] * 60 + [other])) == 1


def test_an_identifier_may_stand_on_several_papers() -> None:
    book = [
        Record(title=title, doi="10.1/book", authors=(author,))
        for title, author in (
            ("Lichens of the Northern Coast", "A Ek"),
            ("A Policy for Open Markets", "B Li"),
            ("A Policy for Open Markets: Six Cases", ""),
            ("Policy in Closed Markets", "B Li"),
        )
    ]
    assert sorted(corpus_of(book).papers["title"]) == [
        "A Policy for Open Markets: Six Cases",
        "Lichens of the Northern Coast",
        "Policy in Closed Markets",
    ]
