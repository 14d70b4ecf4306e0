"""The names that databases, managers and people give to the columns of a table of papers."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["FIELDS", "TAGS", "fold", "name_rank"]

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
        出版日期 发布日期 出版日 pd da dp y1 createdate created createdat updatedate updated""",
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
    "title": """journal source publication book series short alternate alternative conference
        proceedings host container secondary venue anthology magazine abbreviated abbrev section
        thesis sub uniform event database standard periodical issue volume collection meeting
        translated job topic cluster running parent running""",
    "abstract": """url id ids link length embedding vector language lang source type graphical has
        is count tokens words number available ai topic sentence""",
    "authors": """id ids affiliation affiliations keyword keywords address addresses email emails
        orcid orcids country countries count number num corresponding url urls institution
        institutions position index book editor group reprint lead address identifiers gender
        information order note notes biography contributions information has""",
    "date": """added modified update updated created conference meeting access accessed retrieval
        query harvest entry indexed received revised accepted load export last file birth start
        end citation precision type db cited checked""",
    "year": "cited citations cites birth start end per citation updated added precision type",
    "doi": "journal book reference references citing cited parent issue prefix has count",
    "url": """image journal publisher license citation citations cites author authors orcid cited
        related references thumbnail pdf institution source dataset code github project""",
}
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
    if field not in _WORDS:
        return None
    words = [word.casefold() for word in _SPLIT.split(name) if word]
    telling, penalty = _WORDS[field]
    against = set(_AGAINST[field].split())
    found = telling & set(words[-1:] if field == "title" else words)
    return 100 + penalty + len(words) if found and not against & set(words) else None
