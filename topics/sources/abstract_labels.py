"""Labels of the sections of structured abstracts: ``OBJECTIVE:``, ``Methods.``, ``Purpose –``."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["BARE", "CORE", "OTHER_TONGUES", "WITH", "without_labels"]

#: Words that name a section of a structured abstract.
CORE = (
    r"abstracts?|backgrounds?|introduction|objectives?|aims?|purposes?|goals?|methods?"
    r"|methodolog(?:y|ies)|results?|findings?|conclusions?|discussions?|designs?|settings?"
    r"|participants?|patients?|subjects?|interventions?|measures?|measurements?|outcomes?|context"
    r"|importance|limitations?|implications?|interpretations?|significance|relevance|rationale"
    r"|hypothes[ie]s|approach(?:es)?|motivation|problem|observations?|summary|exposures?|funding"
    r"|registration|originality|value|novelty|contributions?|perspectives?|recommendations?"
    r"|sources?|selection|extraction|synthesis|strategy|criteria|questions?|procedures?|analys[ie]s"
    r"|evidence|presentation|description|availability|implementation|scope|review|sample|answer"
    r"|experimental|applications?|impact|improvements?|evaluation|report|covered|opinion"
)
#: Words that go with these in a label, and are none on their own.
WITH = (
    r"main|key|primary|secondary|study|studies|research|practical|social|clinical|principal|data"
    r"|statistical|of|the|or|for|and|on|in|to|authors?['’]?|author['’]s|materials?|theoretical"
    r"|managerial|potential|major|trial|search|collection|eligibility|level|scientific|technical"
    r"|areas?|expert|population|location|theory|case|brief|specific|overall|general|new|future"
    r"|public|health|translational|policy|type|paper|literature|systematic|central|wider|role"
    r"|lay|plain|language|graphical|actual|this|what|is|how|work|known|adds?|topic|about|existing"
    r"|comparison|with|prior|concluding|remarks?|size|duration|competing|interests?|interest\(s\)"
    r"|reasons?|caution|chance|already|end|points?|endpoints?"
)
OTHER_TONGUES = (
    r"antecedentes|introducción|objetivos?|métodos?|material y métodos|resultados"
    r"|conclusi(?:ón|ones)|introdução|materiais e métodos|material e métodos"
    r"|conclus(?:ão|ões)|hintergrund|einleitung|zielsetzung|ziele?|fragestellung|methoden?"
    r"|methodik|material und methoden?|patienten und methoden?|ergebnisse?"
    r"|schlussfolgerung(?:en)?|zusammenfassung|contexte|objectifs?|méthodes?"
    r"|matériels? et méthodes|patients et méthodes|résultats|premesse?|obiettiv[oi]|metodi"
    r"|risultati|conclusioni"
)
_JOIN = r"(?:\s{0,2}[/&,+]\s{0,2}|\s{1,2}|-)"
_SENTENCE = r"[A-Z“\"(](?:[a-z0-9,.]|\s[a-z0-9])"


def _label(words: int) -> str:
    """A pattern of labels with at most so many words before and after one that names a section."""
    before = rf"(?:(?:{WITH}){_JOIN}){{0,{words}}}"
    after = rf"(?:{_JOIN}(?:{CORE}|{WITH})){{0,{words}}}"
    return rf"(?i:{before}(?:{CORE}){after}|{OTHER_TONGUES})(?!\w)"


#: Words that a label may begin with, found by themselves before any label is looked for.
_FIRST = re.compile(rf"(?:{CORE}|{WITH}|{OTHER_TONGUES.replace(' ', '|')})", re.IGNORECASE)
_NEVER_FIRST = frozenset("of the or for and on in to this is how with about already".split())
#: Where a section may begin: at the start, on a new line, after a sentence or an item.
_PLACE = re.compile(r"[\n.!?;:)\]”\"’%]\s*(?P<word>[A-ZÀ-Þ][^\W\d_]+)")
#: No end of a sentence: the mark of an item, an abbreviation.
_NO_PLACE = re.compile(r"(?:\(\w{1,4}\)|\b(?:vs|cf|al|fig|resp|e\.g|i\.e|i\.d)\.)\Z", re.IGNORECASE)
_MARKED = re.compile(
    rf"{_label(5)}(?:\s{{0,2}}[:：]|\s{{0,2}}\.?\s{{0,2}}[–—](?=\s*[A-Z“\"(\d])"
    r"|\s{1,2}-(?=\s+[A-Z“\"(\d]))"
)
_ALONE = re.compile(rf"{_label(4)}[ \t]*(?=\n)")
_STOPPED = re.compile(rf"{_label(2)}\s?\.(?=\s+[A-Z“\"(\d]|\s*\Z)")
#: Bare labels: capitals before an ordinary sentence, or several of the commonest in one text.
_CAPITALS = re.compile(rf"(?=[A-ZÀ-Þ]{{3}}){_label(4)}(?<=[A-ZÀ-Þ)])(?=\s+(?:{_SENTENCE}|\d))")
BARE = (
    r"Background|Introduction|Objectives?|Aims?|Purpose|Goals?|Methods?|Methodology|Results?"
    r"|Findings|Conclusions?|Discussion|Materials? and [Mm]ethods?|Patients and [Mm]ethods"
    r"|Study [Dd]esign|Methods and [Rr]esults|Methods and [Ff]indings|Design|Setting|Participants"
    r"|Interventions?|Main [Oo]utcome [Mm]easures?|Aims? of the [Ss]tudy|Scope|Importance|Context"
    r"|Design, [Ss]etting,? and [Pp]articipants|Main [Oo]utcomes? and [Mm]easures?|Exposures?"
    r"|Conclusions? and [Rr]elevance|Measurements|Rationale|Main [Rr]esults|Search [Mm]ethods"
    r"|Selection [Cc]riteria|Data [Cc]ollection and [Aa]nalysis|Authors?['’] [Cc]onclusions?"
)
_PLAIN = re.compile(rf"(?:{BARE})(?=\s+{_SENTENCE})")
_BRACKETED = re.compile(
    r"\s?[【\[［](?:目的|方法|结果|结论|背景|目标|摘要|結果|結論|対象と方法)[】\]］]\s?[:：]?"
    r"|(?:\A|(?<=[。．.\n]))\s?(?:目的|方法|结果|结论|背景|摘要|結果|結論)\s?[:：]"
)
_STARTERS = (
    r"The|We|This|These|In|An?|Our|With|For|Although|To|Despite|It|There|Here|Recent(?:ly)?|As|On"
    r"|One|While|When|Many|Most|Given|Since|Because|By|Background|Purpose|Objectives?|Aims?"
    r"|Introduction|Context|Motivation|Importance"
)
_TITLE = re.compile(
    r"\A(?:(?i:abstract|summary)\s*(?:[:.]|[–—]|-(?=\s))\s*"
    rf"|(?:ABSTRACT|SUMMARY)\s+(?={_SENTENCE})"
    r"|(?:Abstract|Summary)(?=[A-Z][a-z]|A )"
    r"|(?i:abstract|summary)[ \t]*\n\s*"
    rf"|(?:Abstract|Summary)\s+(?=(?:{_STARTERS})\b)"
    r"|(?:International|National) audience\s*[;:.]?\s*(?=[A-Z]))"
)
#: The dash that the Cochrane Library puts before the name of each section.
_DASHED = re.compile(rf"(?:(?<=\A)|(?<=[.!?)]\s))[-–]\s+(?=(?:{BARE})\s)")
#: A word that a sentence may begin with once its label is gone; not ``mRNA``, not ``p53``.
_WORD = re.compile(r"\s*[a-z](?:[a-z]+(?=[\s,])|(?=\s))")


def without_labels(text: str) -> str:
    """Take off the labels of sections and the word “Abstract”; the sentences stay."""
    if "- " in text or "– " in text:
        text = _DASHED.sub("", text)
    title = _TITLE.match(text)
    text = f"\n{text[title.end() :] if title else text}"
    found, plain = _spans(text)
    # One such word may begin a sentence of its own (“Background subtraction is …”).
    if len({text[slice(*span)] for span in plain}) >= 2:
        found = sorted(found + plain)
    if found:
        text = _cut(text, found)
    return _BRACKETED.sub(" ", text) if not text.isascii() else text


def _spans(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where labels stand, and where words that are labels only in company do."""
    found: list[tuple[int, int]] = []
    plain: list[tuple[int, int]] = []
    for place in _PLACE.finditer(text):
        begin, start, word = place.start() + 1, place.start("word"), place["word"]
        if not _may_begin(word):
            continue
        if _NO_PLACE.search(text, max(0, begin - 6), begin):
            continue
        match = _MARKED.match(text, start)
        if match is None and _after_sentence(text, begin, spaced=begin < start):
            match = _STOPPED.match(text, start) or _CAPITALS.match(text, start)
            if match is None and "\n" in text[begin - 1 : start]:
                match = _ALONE.match(text, start)
            bare = _PLAIN.match(text, start) if match is None else None
            if bare is not None:
                plain.append(bare.span())
        if match is not None:
            found.append(match.span())
    return found, plain


@lru_cache(4096)
def _may_begin(word: str) -> bool:
    """Whether a label may begin with a word; most sentences begin with one of a few."""
    return word.lower() not in _NEVER_FIRST and _FIRST.fullmatch(word) is not None


def _after_sentence(text: str, at: int, *, spaced: bool) -> bool:
    before = text[max(0, at - 2) : at]
    if before[-1] == "\n":
        return True
    return spaced and (before[-1] in ".!?:" or (before[-1] in ')]”"’' and before[0] in ".!?"))


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    """Put a space in place of each label, and let a sentence begin after it."""
    parts, at = [], 0
    for start, end in spans:
        if start < at:
            continue
        parts.append(text[at:start].rstrip(" ") + " ")
        word = _WORD.match(text, end)
        at = word.end() if word else end
        if word:
            first = word[0].lstrip()
            parts.append(first[0].upper() + first[1:])
    parts.append(text[at:])
    return "".join(parts)
