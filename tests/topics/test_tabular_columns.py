"""Columns are matched by the user's word, by name, by content; the match is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.mangled import read
from topics.cli import main
from topics.errors import SettingsError, SourceError
from topics.sources.column_names import fold
from topics.sources.columns import match_columns, unique_names
from topics.sources.delimited import DELIMITED
from topics.sources.detect import read_sources

if TYPE_CHECKING:
    from pathlib import Path

#: What exports call their columns, and the fields that should be found in them.
EXPORTS = {
    "Scopus": """
        Authors | authors: Author full names | Author(s) ID | title: Title | year: Year |
        Source title | Volume | Issue | Art. No. | Page start | Cited by | doi: DOI | url:
        Link | abstract: Abstract | Author Keywords | Index Keywords | Document Type | EID""",
    "Web of Science": """
        Publication Type | Authors | authors: Author Full Names | title: Article Title |
        Source Title | Book Series Title | Author Keywords | abstract: Abstract | Addresses
        | date: Publication Date | year: Publication Year | doi: DOI | url: DOI Link | Early
        Access Date | pmid: Pubmed Id | UT (Unique WOS ID)""",
    "Web of Science tags": """
        PT | AU | BA | authors: AF | title: TI | SO | LA | DT | DE | ID | abstract: AB | C1
        | RP | SN | date: PD | year: PY | VL | doi: DI | EA | UT | pmid: PM""",
    "IEEE Xplore": """
        title: Document Title | authors: Authors | Author Affiliations | Publication Title |
        Date Added To Xplore | year: Publication Year | abstract: Abstract | ISSN | doi: DOI
        | url: PDF Link | Author Keywords | Mesh_Terms | date: Online Date""",
    "Springer": """
        title: Item Title | Publication Title | Book Series Title | Journal Volume | Journal
        Issue | doi: Item DOI | authors: Authors | year: Publication Year | url: URL |
        Content Type""",
    "ACM": """
        type | id | authors: author | editor | advisor | note | title: title | pages |
        article_no | keywords | doi: doi | journal | date: issue_date | volume | issue_no |
        month: month | year: year | issn | booktitle | isbn | publisher""",
    "Lens": """
        Lens ID | title: Title | date: Date Published | year: Publication Year | Source
        Title | authors: Author/s | abstract: Abstract | Fields of Study | url: Source URLs
        | External URL | pmid: PMID | doi: DOI | Citing Works Count""",
    "OpenAlex": """
        id | abstract: abstract | authors: authorships.author.display_name |
        authorships.author.id | title: display_name | doi: doi |
        primary_location.source.display_name | primary_topic.display_name | date:
        publication_date | year: publication_year | type | pmid: ids.pmid""",
    "Zotero": """
        Key | Item Type | year: Publication Year | authors: Author | title: Title |
        Publication Title | ISSN | doi: DOI | url: Url | abstract: Abstract Note | date:
        Date | Date Added | Date Modified | Access Date | Short Title | Series Title | Notes
        | Meeting Name""",
    "PubMed": """
        pmid: PMID | title: Title | authors: Authors | Citation | First Author |
        Journal/Book | year: Publication Year | Create Date | PMCID | NIHMS ID | doi: DOI""",
    "Dimensions": """
        Rank | Publication ID | doi: DOI | pmid: PMID | title: Title | abstract: Abstract |
        Source title | Anthology title | MeSH terms | date: Publication Date | year: PubYear
        | authors: Authors | Authors (Raw Affiliation) | url: Dimensions URL | Times cited""",
    "ASReview": """
        record_id | title: primary_title | abstract: notes_abstract | authors: first_authors
        | year: publication_year | doi: doi | keywords | secondary_title | included""",
    "EBSCO": """
        title: Article Title | authors: Author | Journal Title | ISSN | date: Publication
        Date | Volume | doi: DOI | abstract: Abstract | PLink""",
    "CORD-19": """
        cord_uid | sha | source_x | title: title | doi: doi | pmcid | pmid: pubmed_id |
        license | abstract: abstract | date: publish_time | authors: authors | journal |
        arxiv_id: arxiv_id | url: url""",
    "Publish or Perish": """
        Cites | authors: Authors | title: Title | year: Year | Source | Publisher | url:
        ArticleURL | CitesURL | GSRank | QueryDate | doi: DOI | abstract: Abstract""",
    "arXiv tables": """
        title: TITLE | abstract: ABSTRACT | Computer Science | Physics""",
    "lists of titles and summaries": """
        title: titles | abstract: summaries | terms""",
    "another language": """
        authors: Autoren | title: Titel | Zeitschrift | year: Jahr | abstract:
        Zusammenfassung""",
    "names of one's own": """
        title: Paper_Title | abstract: PAPER ABSTRACT | corresponding author email |
        authors: list of authors | Journal title""",
}


@pytest.mark.parametrize("export", EXPORTS)
def test_names_of_exports(export: str) -> None:
    marked = [" ".join(column.split()) for column in EXPORTS[export].split("|")]
    columns = [column.rpartition(": ")[2] for column in marked]
    expected = {
        field: column for field, mark, column in (c.partition(": ") for c in marked) if mark
    }
    assert match_columns(unique_names(columns), []).matched == expected


def test_names_agree_whatever_their_case_and_marks() -> None:
    assert fold(" Abstract_Note ") == fold("abstract note") == fold("\ufeffAbstractNote")


def test_a_column_of_the_right_name_without_anything_in_it_gives_way() -> None:
    rows = [["", "One", "x"], ["", "Two", "y"]]
    assert match_columns(("title", "Article name", "paper title"), rows).matched["title"] == (
        "paper title"
    )
    repeated = unique_names(["Title", "Title"])
    assert repeated == ("Title", "Title (2)")
    assert match_columns(repeated, [["", "One"]]).matched["title"] == "Title (2)"


def test_counts_are_no_comments_and_remarks_are_no_counts() -> None:
    rows = [["One", "12 pages, 3 figures", "7"], ["Two", "Accepted", "0"]]
    found = match_columns(("title", "comments", "upvotes"), rows).matched
    assert found == {"title": "title", "upvotes": "upvotes"}


def test_an_id_is_an_arxiv_id_where_it_looks_like_one() -> None:
    assert match_columns(("id", "title"), [["2401.01234v2", "One"]]).matched["arxiv_id"] == "id"
    assert "arxiv_id" not in match_columns(("id", "title"), [["17", "One"]]).matched


def test_contents_tell_what_names_do_not() -> None:
    rows = [
        [
            f"A study of some case {at}",
            f"We look at case {at} and show how much it tells us. " * 8,
            f"https://example.org/{at}",
            "Journal of Cases",
            f"2020-01-{at + 10}",
        ]
        for at in range(8)
    ]
    match = match_columns(("Name", "Text", "Where", "In", "On"), rows)
    assert match.matched == {
        "title": "Name",
        "abstract": "Text",
        "date": "On",
        "url": "Where",
    }
    assert match.by_content == {"title", "abstract", "date", "url"}
    assert 'abstract = "Text" (by content)' in str(match)
    assert "not used: In" in str(match)


def test_what_may_be_anything_is_not_taken_for_titles() -> None:
    rows = [[f"some words about {at} things", "red"] for at in range(8)]
    assert not match_columns(("what", "colour"), rows).usable


def test_the_users_word_goes_before_names_and_contents(tmp_path: Path) -> None:
    file = tmp_path / "papers.csv"
    file.write_text("Title,Heading,abstract\nOne,Better,text\n", encoding="utf-8")
    (read_one,) = read_sources([file], columns={"title": "heading"})
    assert read_one.records[0].title == "Better"
    assert read_one.matched["title"] == "Heading"
    assert any('title = "Heading"' in notice for notice in read_one.notices)


def test_a_column_of_some_tables_is_looked_for_by_name_in_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Heading,abstract\nOne,text\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("title,abstract\nTwo,text\n", encoding="utf-8")
    reads = read_sources([tmp_path], columns={"title": "Heading"})
    assert [read_one.records[0].title for read_one in reads] == ["One", "Two"]
    assert any("no column “Heading”" in notice for notice in reads[1].notices)


def test_a_column_that_no_table_has_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "papers.csv"
    file.write_text("title,abstract\nOne,text\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"No column “Heading” for title.*title, abstract"):
        read_sources([file], columns={"title": "Heading"})
    with pytest.raises(SettingsError, match=r"no field “titel”.*expected one of title, abstract"):
        read_sources([file], columns={"titel": "title"})


def test_a_preview_keeps_the_columns_of_a_table_that_cannot_be_matched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "papers.csv"
    file.write_text("Foo|Bar\nx|y\n", encoding="utf-8")
    assert main(["read", str(file), "--json"]) == 1
    assert "columns seen: Foo, Bar" in capsys.readouterr().err
    assert main(["read", str(file), "--json", "--sample", "1"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["files"]
    assert found["columns"] == ["Foo", "Bar"]
    assert found["matched"] == {}
    assert main(["read", str(file), "--json", "--sample", "1", "--column", "title=Bar"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["files"]
    assert found["sample"][0]["title"] == "y"


def test_a_table_without_a_header_may_be_named_by_number(tmp_path: Path) -> None:
    file = tmp_path / "papers.csv"
    file.write_text("1,One thing,2020\n2,Two things,2021\n", encoding="utf-8")
    (found,) = read_sources([file], columns={"title": "column 2"})
    assert [record.title for record in found.records] == ["One thing", "Two things"]


def test_the_command_line_names_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "papers.csv"
    file.write_text("Title,Heading\nOne,Better\n", encoding="utf-8")
    out = tmp_path / "papers.parquet"
    assert main(["read", str(file), "--column", "title = Heading", "--out", str(out)]) == 0
    assert 'title = "Heading"' in capsys.readouterr().err
    import pandas as pd

    assert list(pd.read_parquet(out)["title"]) == ["Better"]
    with pytest.raises(SystemExit) as stopped:
        main(["read", str(file), "--column", "Heading"])
    assert stopped.value.code == 2
    assert "expected such as title=" in capsys.readouterr().err
    assert main(["read", str(file), "--column", "title=Nothing"]) == 1


def test_what_a_row_says() -> None:
    found = read(
        DELIMITED,
        "title,abstract,authors,year,month,doi,arXiv ID,url,num_comments,upvotes\n"
        'On <i>E. coli</i> &amp; H<sub>2</sub>O.,"<p>It grows.</p> © 2023 Elsevier Ltd. All rights '
        'reserved.","Lovelace, Ada; Turing, Alan M.",2023.0,May,https://doi.org/10.1000/ABC.1,'
        "arXiv:2401.01234v3,see https://example.org/a,3,1\n",
        source="file.csv",
    )
    record = found.records[0]
    assert record.title == "On E. coli & H₂O"
    assert record.abstract == "It grows."
    assert record.authors == ("Ada Lovelace", "Alan M. Turing")
    assert record.date == "2023-05"
    assert record.doi == "10.1000/abc.1"
    assert record.arxiv_id == "2401.01234"
    assert record.url == "https://example.org/a"
    assert (record.comments, record.upvotes) == (3, 1)


def test_identifiers_come_from_whatever_column_tells_them() -> None:
    found = read(
        DELIMITED,
        "title,doi,link,pmid,arxiv\nOne,,https://doi.org/10.1000/x,,\n"
        "Two,10.48550/arXiv.2401.01234,,,\nThree,,,31452104,\nFour,,,,2401.0123\n",
        source="file.csv",
    )
    one, two, three, four = found.records
    assert one.doi == "10.1000/x"
    assert (two.doi, two.arxiv_id) == (None, "2401.01234")
    assert three.url == "https://pubmed.ncbi.nlm.nih.gov/31452104/"
    # A number on its way lost the zero at its end.
    assert four.arxiv_id == "2401.01230"
