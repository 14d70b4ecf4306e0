"""Scholarly JSON: what each service says of a paper, at its own precision, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import mangled, survives
from topics.errors import SourceError
from topics.sources import lines, spool
from topics.sources.arxiv_snapshot import ARXIV_SNAPSHOT
from topics.sources.csl_json import CROSSREF, CSL_JSON
from topics.sources.detect import read_document
from topics.sources.document import Document
from topics.sources.hf_api import HF_API
from topics.sources.openalex import OPENALEX, restored_abstract
from topics.sources.record import Record
from topics.sources.semantic_scholar import SEMANTIC_SCHOLAR
from topics.sources.spool import Spool, SpooledRecords, spooled
from topics.sources.zotero_json import ZOTERO_JSON

if TYPE_CHECKING:
    from pathlib import Path

    from topics.sources.json_reader import JsonReader
    from topics.sources.record import SourceRead

READERS = (ARXIV_SNAPSHOT, HF_API, OPENALEX, SEMANTIC_SCHOLAR, ZOTERO_JSON, CROSSREF, CSL_JSON)

SNAPSHOT = {
    "id": "0704.0001",
    "submitter": "Ada Lee",
    "authors": 'A. M\\"uller, B. Lee (Univ. of X (Y)), and C. Ng',
    "title": "On the roots\n  of $x^2$",
    "doi": "10.1000/ABC.1",
    "categories": "math.AG",
    "abstract": "  We study roots.\nThey are deep.\n",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2012 20:10:27 GMT"},
    ],
    "update_date": "2012-11-26",
    "authors_parsed": [["M\u00fcller", "A.", ""], ["Lee", "B.", "Jr", "Univ. of X"]],
}
HF = {
    "paper": {
        "id": "2405.15738",
        "authors": [{"name": "Chunjiang Ge", "hidden": False}, {"name": "Gao  Huang"}],
        "publishedAt": "2024-05-24T17:34:15.000Z",
        "title": "Trees as\n  Encoders",
        "summary": "Trees encode\nwell.",
        "upvotes": 32,
    },
    "publishedAt": "2024-05-27T03:50:58.348Z",
    "title": "Trees as Encoders",
    "numComments": 3,
}
ALEX = {
    "id": "https://openalex.org/W4391",
    "doi": "https://doi.org/10.1000/XYZ.2",
    "title": "Forest <i>growth</i> at 10<sup>3</sup> m",
    "publication_year": 2023,
    "publication_date": "2023-05-17",
    "authorships": [
        {"author": {"display_name": "Ada Lee"}},
        {"author": {}, "raw_author_name": "Ng, B."},
    ],
    "primary_location": {"landing_page_url": "https://example.org/paper"},
    "locations": [{"landing_page_url": "http://arxiv.org/abs/2301.00001"}],
    "abstract_inverted_index": {"Forests": [0], "grow": [1, 4], "where": [2], "trees": [3]},
}
S2 = {
    "paperId": "649def34f8be52c8b66281af98ae884c09aef38b",
    "externalIds": {"DOI": "10.18653/V1/N18-3011", "ArXiv": "1805.02262", "CorpusId": 19170988},
    "url": "https://www.semanticscholar.org/paper/649def34",
    "title": "A Graph of Papers",
    "abstract": "We describe a graph.",
    "year": 2018,
    "publicationDate": "2018-05-06",
    "authors": [
        {"authorId": "1", "name": "Waleed Ammar"},
        {"authorId": None, "name": "D. Groeneveld"},
    ],
}
ZOTERO = {
    "key": "ABCD2345",
    "data": {
        "itemType": "preprint",
        "title": "Leaves of Trees",
        "abstractNote": "They fall in autumn.",
        "creators": [
            {"creatorType": "author", "firstName": "Ada", "lastName": "Lee"},
            {"creatorType": "editor", "firstName": "Ed", "lastName": "Or"},
            {"creatorType": "author", "name": "The Tree Group"},
        ],
        "date": "2022-03",
        "archiveID": "arXiv:2203.00002",
        "url": "http://arxiv.org/abs/2203.00002",
    },
}
CROSSREF_WORK = {
    "DOI": "10.1000/J.3",
    "type": "journal-article",
    "title": ["Bark of Trees"],
    "subtitle": ["A Review"],
    "abstract": (
        "<jats:title>Abstract</jats:title><jats:p>Bark holds CO<jats:sub>2</jats:sub>. "
        "© 2021 Elsevier Ltd. All rights reserved.</jats:p>"
    ),
    "author": [
        {"given": "Ada", "family": "Lee", "sequence": "first"},
        {"given": "Bo", "non-dropping-particle": "van der", "family": "Berg", "suffix": "Jr"},
        {"name": "Tree Consortium", "sequence": "additional"},
    ],
    "issued": {"date-parts": [[2021, 7]]},
    "created": {"date-parts": [[2020, 1, 1]]},
    "URL": "http://dx.doi.org/10.1000/j.3",
    "is-referenced-by-count": 4,
    "prefix": "10.1000",
}
CSL = {
    "id": "lee2019",
    "type": "article-journal",
    "title": "Twigs of Trees",
    "abstract": "Twigs bend.",
    "author": [{"family": "Lee", "given": "Ada"}, {"literal": "WHO"}],
    "issued": {"date-parts": [["2019", 3, "5"]]},
    "note": "arXiv: 1903.00009",
    "URL": "https://example.org/twigs",
}
KINDS: dict[str, tuple[JsonReader, dict[str, Any]]] = {
    "arxiv-snapshot": (ARXIV_SNAPSHOT, SNAPSHOT),
    "hf-api": (HF_API, HF),
    "openalex": (OPENALEX, ALEX),
    "semantic-scholar": (SEMANTIC_SCHOLAR, S2),
    "zotero-json": (ZOTERO_JSON, ZOTERO),
    "crossref": (CROSSREF, CROSSREF_WORK),
    "csl-json": (CSL_JSON, CSL),
}


def read(*entries: Any, source: str = "a.json") -> SourceRead:
    return read_document(Document.from_bytes(json.dumps([*entries]).encode(), source=source))


def only(entry: dict[str, Any]) -> Record:
    (record,) = read(entry).records
    return record


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_apart_in_every_layout(kind: str) -> None:
    _, entry = KINDS[kind]
    layouts = (
        json.dumps([entry, entry], indent=2),
        json.dumps(entry) + "\n" + json.dumps(entry) + "\n",
        json.dumps({"items": [entry, entry]}),
        json.dumps({"meta": {}, "results": [entry, entry]}, indent=1),
    )
    for layout in layouts:
        document = Document.from_bytes(layout.encode(), source="x.txt")
        assert next(found.name for found in READERS if found.recognises(document)) == kind
        found = read_document(document)
        assert (found.format, len(found.records), found.notices) == (kind, 2, ())
        assert found.records == tuple(
            Record(**{**fields(record), "source": "x.txt"}) for record in found.records
        )


def fields(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Record.__slots__}


def test_arxiv_snapshot() -> None:
    assert only(SNAPSHOT) == Record(
        title="On the roots of x²",
        abstract="We study roots. They are deep.",
        date="2007-04-02",
        authors=("A. Müller", "B. Lee Jr"),
        doi="10.1000/abc.1",
        arxiv_id="0704.0001",
        url="https://arxiv.org/abs/0704.0001",
        source="a.json",
        line=1,
    )
    plain = {key: SNAPSHOT[key] for key in ("id", "authors", "title", "abstract", "categories")}
    assert only(plain).authors == ("A. Müller", "B. Lee", "C. Ng")
    # Without its versions a paper's id still tells the month; the day of the last change does not.
    assert only({**plain, "update_date": "2015-05-13"}).date == "2007-04"
    assert only({**plain, "id": "hep-th/9406058"}).date == "1994-06"


def test_a_withdrawn_paper_keeps_its_title_alone() -> None:
    withdrawn = "This paper has been withdrawn by the author due to a crucial sign error in eq. 1."
    record = only({**SNAPSHOT, "abstract": withdrawn})
    assert (record.title, record.abstract) == ("On the roots of x²", "")


def test_hf_api() -> None:
    assert only(HF) == Record(
        title="Trees as Encoders",
        abstract="Trees encode well.",
        date="2024-05-24",
        authors=("Chunjiang Ge", "Gao Huang"),
        comments=3,
        upvotes=32,
        arxiv_id="2405.15738",
        url="https://huggingface.co/papers/2405.15738",
        source="a.json",
        line=1,
    )
    assert only(HF["paper"]).upvotes == 32  # type: ignore[arg-type]


def test_openalex() -> None:
    record = only(ALEX)
    assert record.title == "Forest growth at 10³ m"
    assert record.abstract == "Forests grow where trees grow"
    assert record.authors[0] == "Ada Lee"
    assert (record.date, record.doi) == ("2023-05-17", "10.1000/xyz.2")
    assert (record.arxiv_id, record.url) == ("2301.00001", "https://example.org/paper")
    # The first of January stands for a year of which no more is known.
    assert only({**ALEX, "publication_date": "2023-01-01"}).date == "2023"
    assert only({**ALEX, "publication_date": None}).date == "2023"


def test_an_inverted_index_is_restored_in_order() -> None:
    words = [f"w{n}" for n in range(300)]
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)
    assert restored_abstract(dict(reversed(index.items()))) == " ".join(words)
    assert restored_abstract({"a": [10**9, -1, "x", True, None], "b": 3, "c": [2]}) == "c"
    for nonsense in (None, [], "text", 3, {"IndexLength": 4, "InvertedIndex": None}):
        assert restored_abstract(nonsense) == ""


def test_semantic_scholar_in_its_three_dialects() -> None:
    record = only(S2)
    assert (record.date, record.doi) == ("2018-05-06", "10.18653/v1/n18-3011")
    assert (record.arxiv_id, record.authors) == ("1805.02262", ("Waleed Ammar", "D. Groeneveld"))
    dataset = {
        "corpusid": 1,
        "externalids": {"ArXiv": None, "DOI": "10.1000/q"},
        "title": "A Set",
        "year": 2011,
        "publicationdate": None,
        "authors": [{"authorId": "1", "name": "Ada Lee"}],
    }
    assert (only(dataset).date, only(dataset).doi) == ("2011", "10.1000/q")
    corpus = {
        "id": "4cd2",
        "s2Url": "https://semanticscholar.org/paper/4cd2",
        "title": "An Old Set",
        "paperAbstract": "It is old.",
        "authors": [{"first": "Ada", "middle": ["M."], "last": "Lee", "suffix": ""}],
    }
    assert (only(corpus).abstract, only(corpus).authors) == ("It is old.", ("Ada M. Lee",))
    assert only({"citingPaper": S2, "contexts": []}).title == "A Graph of Papers"


def test_zotero() -> None:
    record = only(ZOTERO)
    assert record.authors == ("Ada Lee", "The Tree Group")
    assert (record.date, record.arxiv_id) == ("2022-03", "2203.00002")
    found = read(ZOTERO, {"itemType": "attachment", "title": "PDF"}, ZOTERO["data"])
    assert len(found.records) == 2
    assert [reject.reason for reject in found.rejects] == ["An attachment, not a paper."]


def test_crossref() -> None:
    record = only(CROSSREF_WORK)
    assert record.title == "Bark of Trees: A Review"
    assert record.abstract == "Bark holds CO₂."
    assert record.authors == ("Ada Lee", "Bo van der Berg Jr", "Tree Consortium")
    assert (record.date, record.doi) == ("2021-07", "10.1000/j.3")
    answer = {"status": "ok", "message-type": "work", "message": CROSSREF_WORK}
    single = read_document(Document.from_bytes(json.dumps(answer).encode(), source="a"))
    assert [record.title for record in single.records] == ["Bark of Trees: A Review"]
    # Of a request for some fields alone, no more comes back.
    few = {key: CROSSREF_WORK[key] for key in ("DOI", "title", "issued", "author")}
    assert only(few).date == "2021-07"


def test_csl_json() -> None:
    record = only(CSL)
    assert (record.date, record.authors) == ("2019-03-05", ("Ada Lee", "WHO"))
    assert (record.arxiv_id, record.url) == ("1903.00009", "https://example.org/twigs")
    assert only({**CSL, "issued": {"raw": "Mar 2018"}}).date == "2018-03"
    assert only({**CSL, "issued": {"date-parts": [[]]}}).date is None
    assert only({**CSL, "issued": {"date-parts": [[None]]}}).date is None


@pytest.mark.parametrize("kind", KINDS)
def test_entries_without_words_are_rejected_with_their_line(kind: str) -> None:
    _, entry = KINDS[kind]
    empty = json.loads(json.dumps(entry))
    for holder in (empty, empty.get("paper", {}), empty.get("data", {})):
        for key in ("title", "abstract", "summary", "abstractNote", "display_name", "subtitle"):
            if key in holder:
                holder[key] = None
        holder.pop("abstract_inverted_index", None)
    found = read(entry, empty, 5, entry)
    assert len(found.records) == 2
    assert [reject.line for reject in found.rejects] == [2, 3]
    assert found.rejects[0].reason == "Neither a title nor an abstract."
    assert "object" in found.rejects[1].reason


@pytest.mark.parametrize("kind", KINDS)
def test_lines_are_streamed_beyond_a_size(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, entry = KINDS[kind]
    good = json.dumps(entry)
    rows = [good, "{", good, "", '{"other": 1}', good.replace("{", "{,", 1)]
    document = Document.from_bytes("\n".join(rows).encode(), source="a")
    whole = read_document(document)
    monkeypatch.setattr(lines, "_LARGE", 10)
    monkeypatch.setattr(spool, "_AT_ONCE", 10)
    streamed = read_document(document)
    assert isinstance(streamed.records, SpooledRecords)
    assert tuple(streamed.records) == tuple(streamed.records) == whole.records
    assert len(streamed.records) == len(whole.records) == 2
    assert streamed.rejects == whole.rejects
    assert [reject.line for reject in streamed.rejects] == [2, 5, 6]


def test_spooled_records_are_a_sequence() -> None:
    made = [
        Record(title=f"{n} é\ud800 " * 9**n, authors=("Ö", "B") * n, month_day=(n, 2), line=n)
        for n in range(1, 7)
    ]
    streamed = spooled(made, Spool())
    assert list(streamed) == made
    for part in (slice(3), slice(2, 8, 3), slice(None, None, -1), slice(-3, None), slice(5, 5)):
        assert list(streamed[part]) == made[part]
    assert (streamed[0], streamed[-1], streamed[4]) == (made[0], made[-1], made[4])
    assert made[3] in streamed
    with pytest.raises(IndexError):
        _ = streamed[10]


def test_a_file_with_no_entry_is_an_error() -> None:
    for reader in READERS:
        with pytest.raises(SourceError, match="a: no entry in it"):
            reader.read(Document.from_bytes(b"[]", source="a"))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_mangled_files_are_read_or_said_to_be_unreadable(kind: str, data: st.DataObject) -> None:
    reader, entry = KINDS[kind]
    survives(reader, data.draw(mangled(json.dumps([entry, entry], indent=1))))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_fields_of_any_type_are_borne(kind: str, data: st.DataObject) -> None:
    reader, entry = KINDS[kind]
    odd = json.loads(json.dumps(entry))
    holders = [odd, *(value for value in odd.values() if isinstance(value, dict))]
    for holder in holders:
        for key in data.draw(st.sets(st.sampled_from(sorted(holder)), max_size=3)):
            holder[key] = data.draw(_VALUES)
    survives(reader, json.dumps([odd, entry]).encode("utf-8", "surrogatepass"))


def test_the_answer_of_the_daily_papers_api(shared: Path) -> None:
    path = shared / "importer-samples" / "hf__hf_api_2024-05-27.json"
    found = read_document(Document.from_path(path))
    assert (found.format, len(found.records), found.rejects) == ("hf-api", 13, ())
    assert all(record.abstract and record.authors and record.date for record in found.records)
    assert found.records[0].title.startswith("ConvLLaVA: Hierarchical Backbones")
