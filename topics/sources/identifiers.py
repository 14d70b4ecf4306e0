"""Identifiers of papers in whatever spelling: DOI, arXiv id, PubMed id, address."""

from __future__ import annotations

import re
from urllib.parse import unquote

__all__ = [
    "find_arxiv_id",
    "find_doi",
    "find_pmid",
    "find_url",
    "noted_pmid",
    "pubmed_url",
]

_DOI = re.compile(r"(?<![\d.])10\.\d{4,9}(?:\.\d+)*/[^\s\"<>{}|\\^`\u200b]{1,300}")
#: What an address adds to a DOI.
_IN_ADDRESS = re.compile(r"[?&#]\w+=.*|/(?:full|abstract|e?pdf|html?|meta|summary)/?$|\.pdf$")
#: A DOI that arXiv gives to each of its own papers.
_OWN_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_NEW_ID = r"\d{4}\.\d{4,5}"
_OLD_ID = r"[a-z]{2,}(?:-[a-z]{2,})?(?:\.[A-Z]{2})?/\d{7}"
_ARXIV = re.compile(
    rf"(?:arxiv(?:\.org)?\s*(?:preprint|e-prints?)?[\s:./,\[(]*(?:(?:abs|pdf|html|ps)/|arxiv[:.])?"
    rf"|(?:\babs/))({_NEW_ID}|{_OLD_ID})(?!\d)",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"\s*(?:arxiv\s*:\s*)?({_NEW_ID}|{_OLD_ID})(?:v\d{{1,3}})?(?:\s*\[[\w.-]+\])?\s*",
    re.IGNORECASE,
)
_PMID = re.compile(
    r"\s*(?:pmid\s*:?\s*|medline\s*:\s*|pubmed\s*:?\s*)?0*([1-9]\d{0,7})\s*", re.IGNORECASE
)
_NOTED_PMID = re.compile(r"\bPMID\s*:?\s*0*([1-9]\d{0,7})\b", re.IGNORECASE)
_PUBMED = re.compile(
    r"(?:ncbi\.nlm\.nih\.gov/(?:m/)?pubmed|pubmed\.ncbi\.nlm\.nih\.gov|pubmed\.gov)/0*([1-9]\d{0,7})"
    r"(?!\d)",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"{}|\\^`\u200b]{3,2000}", re.IGNORECASE)


def find_doi(text: str) -> str | None:
    """The first DOI in a text, lower case and without a resolver; not one that arXiv gives."""
    if "10." not in text:
        return None
    match = _DOI.search(unquote(text) if "%2" in text else text)
    if match is None or _OWN_DOI.match(match[0]):
        return None
    found = _closed(match[0]).lower()
    return _IN_ADDRESS.sub("", found) if "http" in text[: match.start()] else found


def find_arxiv_id(text: str, *, bare: bool = False) -> str | None:
    """The arXiv id that a text names, without its version.

    Args:
        text: an address, ``arXiv:2401.01234v2``, or a note with such a word in it.
        bare: take the id alone too, where the text is known to hold one.
    """
    if not bare and "rxiv" not in text.lower() and "abs/" not in text:
        return None
    own = _OWN_DOI.search(text)
    match = _BARE.fullmatch(text) if bare or own else None
    if match is None and own is not None:
        match = _BARE.fullmatch(own[1].rstrip(" .;,"))
    if match is None:
        match = _ARXIV.search(text)
    if match is None:
        return None
    found = match[1]
    return found if found[0].isdigit() else _old_style(found)


def find_pmid(text: str, *, bare: bool = True) -> str | None:
    """The PubMed id in a text: an address, or (with ``bare``) the number alone."""
    match = _PUBMED.search(text) or (_PMID.fullmatch(text) if bare else None)
    return match[1] if match else None


def noted_pmid(text: str) -> str | None:
    """The PubMed id that a note names as one, as in ``PMID: 12345``."""
    match = _NOTED_PMID.search(text)
    return match[1] if match else None


def find_url(text: str) -> str | None:
    """The first http(s) address in a text."""
    match = _URL.search(text)
    return _closed(match[0]) if match else None


def pubmed_url(pmid: str) -> str:
    """The page of a paper in PubMed."""
    return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"


def _old_style(found: str) -> str:
    archive, _, number = found.partition("/")
    name, dot, part = archive.partition(".")
    return f"{name.lower()}{dot}{part.upper()}/{number}"


def _closed(found: str) -> str:
    """Without what only ends the sentence around it; brackets stay where they are paired."""
    while True:
        shorter = found.rstrip(".,;:!?'’”*")
        for left, right in ("()", "[]"):
            if shorter.endswith(right) and shorter.count(right) > shorter.count(left):
                shorter = shorter[:-1]
        if shorter == found:
            return found
        found = shorter
