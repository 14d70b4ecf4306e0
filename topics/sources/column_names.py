"""The names that databases, managers and people give to the columns of a table of papers."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["ENTRY_DATES", "FIELDS", "TAGS", "fold", "name_rank", "speaks_against"]

#: What a column can hold, and what that is in words for the user.
FIELDS = {
    "title": "the paper's title",
    "abstract": "its abstract",
    "authors": "its authors",
    "author_count": "the number of its authors",
    "date": "the date on which it was published",
    "year": "the year in which it was published",
    "month": "the month in which it was published",
    "day": "the day of the month on which it was published",
    "doi": "its DOI",
    "arxiv_id": "its arXiv id or address",
    "pmid": "its PubMed id",
    "url": "an address of it on the web",
    "comments": "the number of comments on it",
    "upvotes": "the number of upvotes for it",
}

#: Folded names of each field, the most telling first. Scopus, Web of Science, IEEE Xplore,
#: Springer, ACM, Lens, OpenAlex, Zotero, PubMed, Dimensions, ASReview, EBSCO, ProQuest, Covidence,
#: Rayyan, Publish or Perish, CORD-19, arXiv tables, and the same in other languages.
_NAMES = {
    "title": """documenttitle articletitle papertitle itemtitle primarytitle maintitle title titles
        titlearticle worktitle fulltitle preprinttitle publicationtitleenglish displayname
        titleofpaper titleofarticle papername nameofpaper titletext doctitle worksdisplayname
        dctitle citationtitle titel titre título titulo titolo tytuł заглавие название 标题 题名
        篇名 论文标题 论文题目 タイトル 論題 論文名 제목 t1 ti""",
    "abstract": """abstract abstracts abstractnote abstracttext paperabstract articleabstract
        documentabstract notesabstract preprintabstract abstractenglish abstracten
        descriptionabstract dcdescriptionabstract citationabstract summary summaries papersummary
        zusammenfassung resumen résumé resumé resume resumo riassunto streszczenie аннотация
        реферат 摘要 要旨 抄録 초록 ab n2 description""",
    "authors": """authorfullnames authorsfullnames fullauthornames authorsfull authors
        authornames authorlist authorslist allauthors listofauthors author authorname
        authorshipsauthordisplayname authorshipsrawauthorname authorsname authorsdisplayname
        authorsparsed primaryauthors firstauthors authorsraw citationauthor dccreator creators
        creator autoren auteurs auteur autores autor autori autorzy авторы автор 作者 著者 저자
        af au a1""",
    "author_count": "authorcount authorscount numberofauthors numauthors nauthors",
    "date": """publicationdate datepublished publisheddate publicationdateprint
        publicationdateonline dateofpublication published publishedon publishedat publishtime
        publishdate publishedonline publishedprint pubdate dcdate issued date issuedate coverdate
        onlinedate onlinepublicationdate firstpublished firstpublicationdate datetime
        submissiondate submitteddate datesubmitted submitted submittedon earlyaccessdate
        erscheinungsdatum datum datedepublication fechadepublicación fecha data дата 发表时间
        出版日期 发布日期 出版日 pd da dp y1 createdate created createdat""",
    "year": """publicationyear pubyear publishedyear yearpublished yearofpublication
        publishyear year years copyrightyear coveryear issueyear publicationyears erscheinungsjahr
        jahr année annee añodepublicación año ano anno rok год 年份 发表年份 出版年 年 연도 py
        yr""",
    "month": "publicationmonth publishedmonth pubmonth month monat mois mes mese",
    "day": "publicationday publishedday pubday day",
    "doi": """doi itemdoi articledoi paperdoi documentdoi doinumber digitalobjectidentifier
        digitalobjectidentifierdoi doiurl doilink linkdoi linktodoi idsdoi externalidsdoi
        prismdoi citationdoi doiofarticle di do""",
    "arxiv_id": """arxivid arxiv arxividentifier arxivnumber externalidsarxiv idsarxiv paperarxivid
        arxivurl arxivlink eprint paperid paperidentifier identifier id""",
    "pmid": "pmid pubmedid pmids pubmed idspmid externalidspubmed pubmedpmid pm",
    "url": """url urls articleurl paperurl paperlink articlelink link links weburl webaddress
        landingpageurl landingpage absurl absurls sourceurl sourceurls externalurl fulltexturl
        fulltextlink openreviewurl openreview dimensionsurl arxivurl arxivlink abspage abslink ee
        primarylocationlandingpageurl bestoalocationlandingpageurl ur lk pdfurl pdflink pdf
        doiurl doilink href website""",
    "comments": """numcomments commentcount commentscount numberofcomments ncomments comments""",
    "upvotes": "upvotes upvote numupvotes upvotecount votes likes numlikes likecount",
}
_RANKS = {
    field: {name: rank for rank, name in enumerate(names.split())}
    for field, names in _NAMES.items()
}

#: Tags of two characters (RIS, Web of Science) as names of columns.
TAGS = frozenset(name for names in _NAMES.values() for name in names.split() if len(name) == 2)

#: Dates of the entry, not of the paper.
ENTRY_DATES = frozenset(("createdate", "created", "createdat"))

#: Words at the end of (title) or in (the others) an unlisted name, and words that speak against.
_WORDS = {
    "title": ({"title"}, 30),
    "abstract": ({"abstract", "summary"}, 30),
    "authors": ({"author", "authors"}, 30),
    "date": ({"date"}, 60),
    "year": ({"year"}, 30),
    "doi": ({"doi"}, 30),
    "url": ({"url", "link"}, 60),
}
_AGAINST = {
    name: frozenset(words.split())
    for name, words in {
        "title": """journal source publication book series short alternate alternative
            conference proceedings host container secondary venue anthology magazine
            abbreviated abbrev section thesis sub uniform event database standard
            periodical issue volume collection meeting translated job topic cluster
            running parent""",
        "abstract": """url id ids link length embedding vector language lang source type
            graphical has is count tokens words number available ai topic sentence""",
        "authors": """id ids affiliation affiliations keyword keywords address addresses
            email emails orcid orcids country countries count number num corresponding url
            urls institution institutions position index book editor group reprint lead
            identifiers gender information order note notes biography contributions has""",
        "date": """added modified update updated created conference meeting access
            accessed retrieval query harvest entry indexed received revised accepted load
            export last file birth start end citation precision type db cited checked""",
        "year": "cited citations cites birth start end per citation updated added precision type",
        "doi": "journal book reference references citing cited parent issue prefix has count",
        "url": """image journal publisher license citation citations cites author authors
            orcid cited related references thumbnail pdf institution source dataset code
            github project media avatar video poster slides""",
    }.items()
}
#: Names that say little within an object: a source and an author have them too.
_COMMON = frozenset("id url displayname name identifier created updated link".split())
#: Words that name what is no field of a record.
_ELSE = frozenset(
    """journal venue publisher publication source keyword keywords category categories affiliation
    affiliations institution funding reference references comment note notes address citation tag
    tags subject subjects topic topics field fields licence license conference booktitle series
    acknowledgements acknowledgments fulltext author authors authorships location concept
    concepts""".split()
)
_SPLIT = re.compile(r"[^\w]+|_+|(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """A column's name without case, spaces, punctuation and marks of the file's encoding."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())


def name_rank(name: str, field: str) -> int | None:
    """How well a column's name fits a field: 0 is best, None is not at all."""
    folded = fold(name)
    rank = _RANKS[field].get(folded)
    if rank is not None:
        return rank
    parent, dot, last = name.rpartition(".")
    if dot and fold(last) not in _COMMON and fold(last) in _RANKS[field]:
        speaks = set(_words(parent.replace("_source", ""))) & (_AGAINST.get(field, _ELSE) | _ELSE)
        return None if speaks else 50 + _RANKS[field][fold(last)]
    if field not in _WORDS:
        return None
    words = _words(name)
    telling, penalty = _WORDS[field]
    found = telling & set(words[-1:] if field == "title" else words)
    return 100 + penalty + len(words) if found and not _AGAINST[field] & set(words) else None


def speaks_against(name: str, field: str) -> bool:
    """Whether a column's name says that it holds something else, whatever is in it."""
    against = _AGAINST.get(field, frozenset())
    if field in ("title", "abstract", "authors"):
        against |= _ELSE
    return bool(against & set(_words(name)))


def _words(name: str) -> list[str]:
    return [word.casefold() for word in _SPLIT.split(name) if word]
