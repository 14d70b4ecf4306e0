"""PubMed's XML: articles and books, abstracts in sections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.sources.dates import best_date, month_number, partial_date, written_date
from topics.sources.entries import Entry, finish
from topics.sources.identifiers import find_doi, find_pmid
from topics.sources.xmlrecords import child_text, inner_text, records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from topics.sources.document import Document
    from topics.sources.record import SourceRead
    from topics.sources.xmlrecords import XmlRecord

__all__ = ["PUBMED_XML", "PubmedXml"]

_TELLING = re.compile(r"<(?:PubmedArticleSet|PubmedBookArticle|PubmedArticle|MedlineCitation)[\s>]")
_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_EMPTY_TITLE = re.compile(r"\[?(?:not available|in process citation)\]?\.?", re.IGNORECASE)


class PubmedXml:
    """Reader of PubMed's XML."""

    name = "pubmed-xml"
    expects = "PubMed XML (PubmedArticleSet)"

    def recognises(self, document: Document) -> bool:
        """Tell it by its elements."""
        return _TELLING.search(document.head_text or "") is not None

    def read(self, document: Document) -> SourceRead:
        """Read all articles and books.

        Raises:
            SourceError: there is none, or the file declares entities.
        """
        text = document.text or ""
        names = (
            _ARTICLES if re.search(r"<Pubmed(?:Book)?Article[\s>]", text) else ("MedlineCitation",)
        )
        found = records(text, names, source=document.source)
        return finish(map(_entry, found), document, kind=self.name)


def _entry(record: XmlRecord) -> Entry:
    if record.element is None:
        return Entry(line=record.line, reason=record.reason)
    citation = record.element.find("MedlineCitation")
    if citation is None:
        citation = record.element.find("BookDocument")
    if citation is None:
        citation = record.element
    article = citation.find("Article")
    if article is None:
        article = citation
    return Entry(
        line=record.line,
        title=_title(article),
        abstract=_abstract(article, citation),
        date=best_date(*_dates(article)),
        authors=list(_authors(article)),
        doi=next(filter(None, map(find_doi, _dois(record.element, article))), None),
        pmid=find_pmid(child_text(citation, "PMID")),
    )


def _title(article: Element) -> str:
    paths = ("ArticleTitle", "BookTitle", "Book/BookTitle", "VernacularTitle")
    found = (child_text(article, path) for path in paths)
    return next((title for title in found if title and not _EMPTY_TITLE.fullmatch(title)), "")


def _abstract(article: Element, citation: Element) -> str:
    own = article.find("Abstract")
    texts = [] if own is None else own.findall("AbstractText")
    if not any(inner_text(text).strip() for text in texts):
        other = citation.find("OtherAbstract")
        texts = [] if other is None else other.findall("AbstractText")
    parts = []
    for text in texts:
        label = (text.get("Label") or "").strip(" :")
        said = " ".join(inner_text(text).split())
        if said:
            parts.append(f"{label}: {said}" if label and label != "UNLABELLED" else said)
    return "\n".join(parts)


def _dates(article: Element) -> Iterator[str | None]:
    for path in ("Journal/JournalIssue/PubDate", "Book/PubDate", "ArticleDate", "ContributionDate"):
        found = article.find(path)
        if found is None:
            continue
        year, month, day = (child_text(found, part) for part in ("Year", "Month", "Day"))
        if year.isdecimal() and len(year) == 4:
            number = int(day) if day.isdecimal() and len(day) <= 2 else None
            yield written_date(int(year), month_number(month), number)
        else:
            yield partial_date(child_text(found, "MedlineDate"))


def _authors(article: Element) -> Iterator[str]:
    for listed in article.findall("AuthorList") or article.findall("Book/AuthorList"):
        if (listed.get("Type") or "authors") != "authors":
            continue
        for author in listed.findall("Author"):
            family = child_text(author, "LastName")
            given = child_text(author, "ForeName", "FirstName", "Initials")
            parts = (given, family, child_text(author, "Suffix"))
            name = " ".join(filter(None, parts)) if family else child_text(author, "CollectiveName")
            if name:
                yield name


def _dois(record: Element, article: Element) -> Iterator[str]:
    for place in article.iter("ELocationID"):
        if place.get("EIdType") == "doi":
            yield inner_text(place)
    # Only the article's own: its references have such lists too.
    for path in (
        "PubmedData/ArticleIdList",
        "PubmedBookData/ArticleIdList",
        "BookDocument/ArticleIdList",
    ):
        for place in record.iterfind(f"{path}/ArticleId"):
            if place.get("IdType") == "doi":
                yield inner_text(place)


PUBMED_XML = PubmedXml()
