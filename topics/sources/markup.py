"""Text with tags and entities, as exports carry it, made plain."""

from __future__ import annotations

import html
import re
from html.entities import html5

from topics.sources.readiness import ANY, TAGS, TEX
from topics.tex import script
from topics.text import clean

__all__ = ["plain", "readable"]

_INLINE = (
    "i|em|b|strong|u|s|strike|del|ins|small|big|tt|code|kbd|samp|var|cite|q|span|font|a|abbr|dfn"
    "|mark|bold|italic|underline|monospace|roman|sc|scp|smallcaps|overline|named-content|inf|sup"
    "|sub|superscript|subscript|style|xref|ext-link|uri|email|styled-content|it|ru|emph|bdi|wbr"
    "|nobr|alternatives|inline-formula|disp-formula|emphasis|inline-graphic|graphic|private-char"
)
_BLOCK = (
    "p|br|div|li|ul|ol|dl|dt|dd|hr|sec|section|article|abstract|list|list-item|para|simple-para"
    "|blockquote|disp-quote|table|tr|td|th|tbody|thead|label|h[1-6]|title|caption|body|html|header"
    "|break|abstracttext|copyrightinformation|front|note|fn"
)
_ATTRIBUTES = r"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))*\s*/?"
_JATS = r"(?:jats:|ce:|sb:|html:|xhtml:)?"
_TAG = re.compile(
    rf"<(?P<close>/)?{_JATS}(?:(?P<inline>{_INLINE})|(?P<block>{_BLOCK})|(?:mml|m):[a-z]+|math|m[ion]"
    rf"|mrow|mfrac|msu[bp]|msubsup|msqrt|mtext|mspace|mover|munder|mstyle|semantics|mfenced){_ATTRIBUTES}>",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    rf"<{_JATS}(?P<name>su[bp]|subscript|superscript|inf){_ATTRIBUTES}(?<!/)>(?P<text>[^<>]{{0,60}})"
    rf"</{_JATS}(?P=name)\s*>",
    re.IGNORECASE,
)
_MATHML = re.compile(
    r"<(?:mml:|m:)?(?P<name>msu[bp])\b[^<>]*>\s*<(?:mml:|m:)?m[ion]\b[^<>]*>(?P<base>[^<>]{0,60})"
    r"</(?:mml:|m:)?m[ion]>\s*<(?:mml:|m:)?m[ion]\b[^<>]*>(?P<text>[^<>]{0,60})</(?:mml:|m:)?m[ion]>"
    r"\s*</(?:mml:|m:)?(?P=name)>",
    re.IGNORECASE,
)
_HEADING = re.compile(
    rf"<{_JATS}(?P<name>title|h[1-6]){_ATTRIBUTES}(?<!/)>(?P<text>[^<>]{{1,80}})</{_JATS}(?P=name)\s*>",
    re.IGNORECASE,
)
#: How an abstracting service of engineering writes the same.
_SLASHED = re.compile(r"(?<=\S)/(?P<name>su[bp]) (?P<text>[^/\s]{1,20})/")
_COMMENT = re.compile(r"<!--(?:(?!-->).){0,2000}-->|<!\[CDATA\[|\]\]>", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
#: A whole TeX document around one formula, as one publisher exports it.
_DOCUMENT = re.compile(
    r"(?:\\[(\[])?\s*\\documentclass(?:(?!\\begin\{document\}).){0,1500}\\begin\{document\}"
    r"(?P<body>(?:(?!\\end\{document\}).){0,2000})\\end\{document\}\s*(?:\\[)\]])?",
    re.DOTALL,
)


def readable(text: str, need: int = ANY) -> str:
    """One line of readable text, of what holds tags, entities or TeX.

    Args:
        text: as a source has it.
        need: what is known of it; see `topics.sources.readiness.needs`.
    """
    return clean(plain(text) if need & TAGS else text, tex=bool(need & (TAGS | TEX)))


def plain(text: str) -> str:
    """Take off tags and replace entities; line breaks stand where blocks begin and end.

    Only tags known from HTML, JATS and MathML go: ``p < 0.05`` and ``<EOS>`` stay as they are. Sub-
    and superscripts are written with their own characters where these exist; the title of a
    section gets a colon.
    """
    for _ in range(3):
        before = text
        if "&" in text:
            text = _ENTITY.sub(_character, text)
        if "<" in text or "]]>" in text:
            text = _untagged(text)
        if text == before:
            break
    if "/su" in text:
        text = _SLASHED.sub(lambda match: script(match["text"], sub=match["name"] == "sub"), text)
    if "\\documentclass" in text:
        text = _DOCUMENT.sub(lambda match: f" {match['body'].strip()} ", text)
    return text


def _character(match: re.Match[str]) -> str:
    name = match[0][1:]
    return html.unescape(match[0]) if name[0] == "#" or name in html5 else match[0]


def _untagged(text: str) -> str:
    text = _COMMENT.sub("", text)
    text = _MATHML.sub(
        lambda match: match["base"] + script(match["text"], sub=match["name"].lower() == "msub"),
        text,
    )
    for _ in range(3):
        lower = _SCRIPT.sub(_script, text)
        if lower == text:
            break
        text = lower
    text = _HEADING.sub(_heading, text)
    return _TAG.sub(lambda match: "\n" if match["block"] else "", text)


def _script(match: re.Match[str]) -> str:
    content = match["text"]
    # A word below or above the line is one by its typography alone: an ordinal, a footnote.
    if re.fullmatch(r"\s*(?:st|nd|rd|th|[a-z]{4,}|[®™©*†‡§]+)\s*", content) or not content.strip():
        return content
    return script(content, sub=not match["name"].lower().startswith(("sup",)))


def _heading(match: re.Match[str]) -> str:
    heading = " ".join(match["text"].split())
    return f"\n{heading}{'' if heading[-1:] in ('', '.', ':', '?', '!') else ':'} "
