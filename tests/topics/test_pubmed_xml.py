"""PubMed's XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import mangled, read, survives
from topics.errors import SourceError
from topics.sources.detect import read_document
from topics.sources.document import Document
from topics.sources.pubmed_xml import PUBMED_XML

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" "https://x/y.dtd">
<PubmedArticleSet>
"""
ARTICLE = """<PubmedArticle>
 <MedlineCitation Status="MEDLINE"><PMID Version="1">29768149</PMID>
  <DateRevised><Year>2022</Year></DateRevised>
  <Article><Journal><JournalIssue><PubDate><Year>2018</Year><Month>May</Month><Day>07</Day></PubDate>
   </JournalIssue><Title>Journal of Roads</Title></Journal>
   <ArticleTitle>Roads with CO<sub>2</sub> in <i>narrow</i> valleys.</ArticleTitle>
   <ELocationID EIdType="pii">x</ELocationID>
   <ELocationID EIdType="doi">10.1000/Roads.1</ELocationID>
   <Abstract><AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">Cars are loud &amp; fast, p
     &lt; 0.05.</AbstractText><AbstractText Label="TRIAL DETAILS">We <b>listened</b>.</AbstractText>
    <CopyrightInformation>Copyright 2018 Road Press.</CopyrightInformation></Abstract>
   <AuthorList>
    <Author><LastName>Doe</LastName><ForeName>Jane A</ForeName><Suffix>Jr</Suffix></Author>
    <Author><CollectiveName>The Road Group</CollectiveName></Author></AuthorList>
  </Article></MedlineCitation>
 <PubmedData><ArticleIdList><ArticleId IdType="doi">10.1000/roads.1</ArticleId></ArticleIdList>
  <ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/other</ArticleId>
  </ArticleIdList></Reference></ReferenceList></PubmedData>
</PubmedArticle>
"""
BOOK = """<PubmedBookArticle><BookDocument><PMID>
  21413195
 </PMID><Book><BookTitle book="x">A guide to roads</BookTitle><PubDate><Year>2009</Year>
 <Month>02</Month></PubDate><AuthorList Type="authors"><Author><LastName>Roe</LastName>
 <Initials>R</Initials></Author></AuthorList></Book><Abstract><AbstractText>Drive slowly.
 </AbstractText></Abstract></BookDocument></PubmedBookArticle>
"""
MINIMAL = """<PubmedArticle><MedlineCitation><PMID>5</PMID><Article><Journal><JournalIssue><PubDate>
 <MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue></Journal>
 <ArticleTitle>[Not Available].</ArticleTitle><VernacularTitle>Straßen</VernacularTitle></Article>
 <OtherAbstract><AbstractText>Wir zählen.</AbstractText></OtherAbstract>
</MedlineCitation><PubmedData><ReferenceList><Reference><ArticleIdList>
 <ArticleId IdType="doi">10.1000/cited</ArticleId></ArticleIdList></Reference></ReferenceList>
</PubmedData></PubmedArticle>
"""
WHOLE = f"{HEAD}{ARTICLE}{BOOK}{MINIMAL}</PubmedArticleSet>\n"


def test_the_fields_of_an_article() -> None:
    record = read(PUBMED_XML, WHOLE).records[0]
    assert record.title == "Roads with CO₂ in narrow valleys"
    assert record.abstract == ("Cars are loud & fast, p < 0.05. TRIAL DETAILS: We listened.")
    assert record.authors == ("Jane A Doe Jr", "The Road Group")
    assert (record.date, record.doi, record.line) == ("2018-05-07", "10.1000/roads.1", 4)
    assert record.url == "https://pubmed.ncbi.nlm.nih.gov/29768149/"


def test_books_and_poor_entries() -> None:
    _, book, poor = read(PUBMED_XML, WHOLE).records
    assert (book.title, book.abstract, book.date) == (
        "A guide to roads",
        "Drive slowly.",
        "2009-02",
    )
    assert book.authors == ("R Roe",)
    assert book.url == "https://pubmed.ncbi.nlm.nih.gov/21413195/"
    assert (poor.title, poor.abstract, poor.date) == ("Straßen", "Wir zählen.", "1998")
    assert poor.doi is None


def test_formulas_are_readable() -> None:
    formula = (
        '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msubsup><mml:mi>x</mml:mi>'
        "<mml:mi>i</mml:mi><mml:mn>2</mml:mn></mml:msubsup></mml:math>"
    )
    for text in (formula, formula.replace(' xmlns:mml="http://www.w3.org/1998/Math/MathML"', "")):
        record = read(PUBMED_XML, WHOLE.replace("narrow", text)).records[0]
        assert record.title == "Roads with CO₂ in xᵢ² valleys"


def test_a_broken_article_costs_itself_alone() -> None:
    found = read(PUBMED_XML, WHOLE.replace("</ArticleTitle>", "", 1))
    assert len(found.records) == 2
    assert [reject.line for reject in found.rejects] == [4]
    assert "line 9" in found.rejects[0].reason or "well-formed" in found.rejects[0].reason


@pytest.mark.parametrize("share", range(1, 10))
def test_every_article_of_a_file_that_is_cut_off_is_accounted_for(share: int) -> None:
    text = HEAD + ARTICLE * 10
    cut = text[: len(HEAD) + len(ARTICLE) * share + 200]
    found = read(PUBMED_XML, cut)
    assert (len(found.records), len(found.rejects)) == (share, 1)
    assert "cut off" in found.rejects[0].reason


def test_an_article_that_says_nothing_is_rejected() -> None:
    empty = "<PubmedArticle><MedlineCitation><PMID>7</PMID></MedlineCitation></PubmedArticle>"
    found = read(PUBMED_XML, HEAD + empty + "</PubmedArticleSet>")
    assert not found.records
    assert found.rejects[0].reason == "Neither a title nor an abstract."


def test_entities_of_its_own_are_refused() -> None:
    declared = (
        "["
        + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
        + "]>"
    )
    bomb = WHOLE.replace('"https://x/y.dtd">', '"https://x/y.dtd" ' + declared).replace(
        "loud", "&e9;"
    )
    with pytest.raises(SourceError, match=r"^file: an XML file that declares entities .* refused"):
        read(PUBMED_XML, bomb)
    found = read_document(Document.from_bytes(bomb.encode(), source="bomb.xml"))
    assert not found.records
    assert "refused" in found.notices[-1]


def test_it_is_told_by_content() -> None:
    for data in (WHOLE.encode(), WHOLE.encode("utf-8-sig"), WHOLE.encode("utf-16"), BOOK.encode()):
        found = read_document(Document.from_bytes(data, source="any.bib"))
        assert found.format == "pubmed-xml"
        assert found.records
    with pytest.raises(SourceError, match="holds no entry"):
        read(PUBMED_XML, HEAD + "</PubmedArticleSet>")


@settings(max_examples=100)
@given(mangled(WHOLE) | st.binary(max_size=300))
def test_damage_costs_no_more_than_the_article(data: bytes) -> None:
    survives(PUBMED_XML, data)


@pytest.mark.parametrize("long", ["<PubmedArticle>" * 30_000, "<PubmedArticle " * 30_000])
def test_long_files_take_no_longer_than_they_are(long: str) -> None:
    survives(PUBMED_XML, long.encode())


def test_the_sample_has_the_entry_that_is_known(shared: Path) -> None:
    sample = shared / "importer-samples" / "pubmed__pubmed-29768149.xml"
    found = read_document(Document.from_path(sample))
    assert (found.format, len(found.records), len(found.rejects)) == ("pubmed-xml", 1, 0)
    assert found.records[0].date == "2018-05-17"
    assert found.records[0].doi == "10.1056/nejmoa1715274"
