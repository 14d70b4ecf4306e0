"""What publishers and databases put around an abstract, taken off so that it is no topic."""

from __future__ import annotations

import re

__all__ = ["tidy_abstract"]

#: A text that says that there is none, in its own words or a table's.
_NONE = re.compile(
    r"[\W_]*(?:(?:there is |this (?:article|paper|record|item) has )?no (?:abstracts?|summary)"
    r"(?: (?:is |was |are )?(?:yet )?(?:available|provided|found|supplied|given|present|exists?))?"
    r"|(?:an |the )?(?:abstract|summary|description)"
    r"(?: (?:is |was )?(?:not (?:yet )?(?:available|provided|found|supplied)|unavailable|missing))?"
    r"|not available|unavailable|n/?a|nan|none|null|nil|unknown|missing|empty|tbd"
    r"|resumen no disponible|sin resumen|kein abstract(?: verfügbar)?|résumé non disponible"
    r"|(?:no|keine?|pas de) (?:abstract|zusammenfassung|résumé)(?: verfügbar| disponible)?"
    r")(?: (?:for|of|in|from) (?:this|the) (?:[\w-]+ ){0,2}[\w-]+)?[\W_]*",
    re.IGNORECASE,
)

# ------------------------------------------------------------------ section labels

#: Words that name a section of a structured abstract.
_CORE = (
    r"abstracts?|backgrounds?|introduction|objectives?|aims?|purposes?|goals?|methods?"
    r"|methodolog(?:y|ies)|results?|findings?|conclusions?|discussions?|designs?|settings?"
    r"|participants?|patients?|subjects?|interventions?|measures?|measurements?|outcomes?|context"
    r"|importance|limitations?|implications?|interpretations?|significance|relevance|rationale"
    r"|hypothes[ie]s|approach(?:es)?|motivation|problem|observations?|summary|exposures?|funding"
    r"|registration|originality|value|novelty|contributions?|perspectives?|recommendations?"
    r"|sources?|selection|extraction|synthesis|strategy|criteria|questions?|procedures?|analys[ie]s"
    r"|evidence|presentation|description|availability|implementation|scope|review|sample"
    r"|experimental|application|applications|impact|improvements?|evaluation|report|covered|opinion"
)
#: Words that go with these in a label, and are none on their own.
_WITH = (
    r"main|key|primary|secondary|study|studies|research|practical|social|clinical|principal|data"
    r"|statistical|of|the|or|for|and|on|in|authors?['’]?|author's|author’s|materials?|theoretical"
    r"|managerial|potential|major|trial|search|collection|eligibility|level|scientific|technical"
    r"|areas?|expert|population|location|theory|case|brief|specific|overall|general|new|future"
    r"|public|health|translational|policy|type|paper|literature|experimental|systematic|central"
    r"|lay|plain|language|graphical|actual|this|what|how|work|known|adds?|topic|about|existing"
    r"|comparison|with|prior|concluding|remarks?"
)
_JOIN = r"(?:\s*[/&,+]\s*|\s+|-)"
_WORDS = rf"(?:(?:{_WITH}){_JOIN}){{0,5}}(?:{_CORE})(?:{_JOIN}(?:{_CORE}|{_WITH})){{0,5}}"
#: Where a section may begin: at the start, on a new line, after a sentence.
_AT = r"(?:\A|(?<=\n)|(?<=[.!?;:)\]”\"’%])(?:\s+|(?=[A-Z])))"
_MARKED = re.compile(
    rf"{_AT}(?P<label>(?i:{_WORDS}))(?:\s*:|\s*\.\s*[-–—]|\s*[–—]|\s+-(?=\s)|\s*\.(?=\s+[A-Z“\"(\d]))"
    r"\s*"
)
#: Bare labels: capitals before an ordinary sentence, or several of the commonest in one text.
_CAPITALS = re.compile(
    rf"{_AT}(?P<label>(?=[A-Z]{{3}})(?i:{_WORDS}))\s+(?=[A-Z“\"](?:[a-z]|\s[a-z])|\d)"
)
_COMMON = (
    r"Background|Introduction|Objectives?|Aims?|Purpose|Goals?|Methods?|Methodology|Results?"
    r"|Findings|Conclusions?|Discussion|Materials? and [Mm]ethods?|Patients and [Mm]ethods"
    r"|Study [Dd]esign|Methods and [Rr]esults|Methods and [Ff]indings|Design|Setting|Participants"
    r"|Interventions?|Main [Oo]utcome [Mm]easures?|Aims? of the [Ss]tudy|Scope"
)
_PLAIN = re.compile(rf"{_AT}(?P<label>{_COMMON})\s+(?=[A-Z“\"](?:[a-z]|\s[a-z]))")
_TITLE = re.compile(
    r"\A(?:(?:abstract|summary)\s*(?:[:.–—]|-(?=\s))\s*"
    r"|(?-i:ABSTRACT|SUMMARY)\s+(?-i:(?=[A-Z“\"](?:[a-z]|\s[a-z])))"
    r"|(?-i:Abstract|Summary)(?-i:(?=[A-Z][a-z]|A ))"
    r"|(?-i:Abstract|Summary)\s*\n\s*"
    r"|(?-i:Abstract|Summary)\s+(?=(?-i:The|We|This|These|In|An?|Our|With|For|Although|To|Despite|It"
    r"|There|Here|Recent(?:ly)?|As|On|One|While|When|Many|Most|Given|Since|Because|By|Background"
    r"|Purpose|Objectives?|Aims?|Introduction|Context|Motivation|Importance)\b))",
    re.IGNORECASE,
)

# ------------------------------------------------------------------ notices

_YEAR = r"(?:1[89]|20)\d\d"
_MARK = re.compile(
    rf"(?:\bCrown\s+)?(?:\bCopyrights?\s*)?(?:©|&copy;|\(\s*[cC]\s*\)(?=\s*(?:{_YEAR}|The Author|Copyright|(?:[A-Z][\w.&,'-]*\s+){{1,5}}{_YEAR})))"
    rf"|\bCopyrights?\s*,?\s*(?=(?:{_YEAR}|The Author|by the [Aa]uthor|held by)\b)"
    r"|\bCrown [Cc]opyright\b"
)
#: The small words of a notice; any other in small letters is of the abstract itself.
_SMALL = frozenset(
    """a access all an and any are article as author authors author(s) authors(s) b.v bv by cc
    commercial commons company copyright copyrighted creative de der des e.v et al distributed do
    document du elsevier exclusive for free from g.m.b.h gmbh government has have held holder
    holders in inc into is it its la licence licenced license licensed licensee ltd making mbh no
    not of on open or other out over part permission permitted portions property protected public
    publication publications published publisher publishers publishing re-use reserved reuse
    rights s.a s.r.l sons sp.z.o.o terms that the their this to trading under und united use v.
    van von was were which with within work works y behalf association cooperation collaboration
    online""".split()
)
#: A sentence that is a notice wherever it stands at the end of an abstract.
_NOTICE = re.compile(
    r"(?:all |some )?rights reserved|(?:is|are) protected by (?:us )?copyright"
    r"|^published (?:online )?(?:by|under|in|on behalf)\b|^publish(?:er|ing|ers)\b"
    r"|is an open[- ]access (?:article|paper|publication)|open access article (?:under|distributed)"
    r"|creative commons|\bcc[- ]by\b|^(?:under )?(?:exclusive )?licen[cs]ee?\b"
    r"|(?:article|paper|work|manuscript) is (?:licen[cs]ed|published|distributed|made available)"
    r" (?:under|by|open access)"
    r"|record \(c\)|psyc(?:info|articles) database|abstract from (?:author|publisher)"
    r"|(?:author|publication|publisher) abstract|^is the property of|content may not be copied"
    r"|without the copyright holder|users may print, download|this abstract may be abridged"
    r"|no warranty is given about|users should refer to the original|copyright applies to all"
    r"|abstract truncated|(?:re)?printed (?:with|by) permission|for personal use only"
    r"|^on behalf of\b|^(?:for|see) (?:commercial re-?use|permissions?)\b|request permission"
    r"|^online supplement(?:al|ary) material is available|under responsibility of\b"
    r"|^no claim to original (?:u\.?s\.?|us) government|^official copyright",
    re.IGNORECASE,
)
#: What follows a notice's mark and is of it: names of those who publish.
_HOUSE = re.compile(
    r"\b(?:elsevier|springer|wiley|ieee|acm|sage|taylor\s*(?:&|and)\s*francis|informa|mdpi|iop|aip"
    r"|emerald|oxford university press|cambridge university press|nature|lippincott|karger|thieme"
    r"|blackwell|kluwer|academic press|pergamon|publish\w*|press|society|association|institute"
    r"|college|university|foundation|federation|academy|council|inc|ltd|llc|gmbh|b\.?v|s\.?a|plc"
    r"|co|kgaa|weinheim|limited|verlag|authors?|author\(s\)|journal\w*|usa|all rights)\b\.?",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"(?<=[.!?)\]])\s+(?=[A-Z©(\[“\"])|(?<=[.;])(?=©|Copyright)|(?<=[^t]\s)(?=©)")
_QUICK = re.compile(r"©|opyright|\([cC]\)|[rR]eserved|[lL]icen|ublish|access|ABSTRACT|permission")
_TAIL = 12
_LONGEST = 320
_ASIDE = re.compile(
    r"\s*[\[(]?\b(?:ABSTRACT (?:FROM (?:AUTHOR|PUBLISHER)(?:S)?|TRUNCATED[^\])]{0,40})"
    r"|PUBLICATION ABSTRACT|(?:Author|Publisher)['’]?s? abstract)\b[\])]?\.?\s*\Z"
    r"|\s*\((?:PsycINFO|PsycARTICLES|PsycEXTRA)\s[^()]*(?:\([cC]\)|©)?[^()]*\)\.?\s*\Z"
    r"|\s*Copyright of [^.]{2,200} is the property of .{0,900}\Z",
    re.IGNORECASE | re.DOTALL,
)


def tidy_abstract(text: str) -> str:
    """Leave only what an abstract says of its paper.

    Takes off the copyright notices of publishers, the remarks of databases, the word “Abstract”
    at the beginning, and the labels of a structured abstract (``METHODS:``), whose sentences
    stay. A text that only says that there is no abstract becomes empty.

    Args:
        text: an abstract, readable (no markup); line breaks may be kept and then tell labels.

    Returns:
        The abstract on one line, or an empty string.
    """
    if not text or _NONE.fullmatch(text[:400]) or not any(map(str.isalpha, text)):
        return ""
    text = _without_notices(text.strip())
    text = _without_labels(text)
    text = " ".join(text.split())
    return "" if _NONE.fullmatch(text[:400]) or not any(map(str.isalpha, text)) else text


def _without_labels(text: str) -> str:
    text = _TITLE.sub("", text, count=1)
    text = _drop(_MARKED, text)
    text = _drop(_CAPITALS, text)
    bare = {match["label"] for match in _PLAIN.finditer(text)}
    return _drop(_PLAIN, text) if len(bare) >= 2 else text


def _drop(pattern: re.Pattern[str], text: str) -> str:
    """Take off labels, which may follow one another, and let a sentence begin where one stood."""
    at, parts = 0, []
    for _ in range(text.count("\n") + len(text) // 4 + 1):
        match = pattern.search(text, at)
        if match is None:
            break
        if not match["label"][0].isupper():
            parts.append(text[at : match.end("label")])
            at = match.end("label")
            continue
        before = text[at : match.start("label")].rstrip(" ")
        parts.append(before + (" " if before and not before.endswith("\n") else ""))
        rest = text[match.end() :]
        # What follows begins the text anew, so that a second label is seen too.
        follow = pattern.match(rest)
        while follow is not None and follow["label"][0].isupper():
            rest = rest[follow.end() :]
            follow = pattern.match(rest)
        word = re.match(r"[a-z]{2,}(?=[\s,])|a(?=\s)", rest)
        text, at = (rest[0].upper() + rest[1:] if word else rest), 0
    return "".join((*parts, text[at:]))


def _without_notices(text: str) -> str:
    for _ in range(3):
        shorter = _ASIDE.sub("", text)
        if shorter == text:
            break
        text = shorter
    if not _QUICK.search(text):
        return text
    sentences = _sentences(text)
    while len(sentences) > 0 and _is_notice(sentences[-1]):
        sentences.pop()
    # A mark begins a notice, whose further sentences need not look like one.
    for back in range(1, min(len(sentences), _TAIL) + 1):
        tail = sentences[-back:]
        if _MARK.match(tail[0].lstrip("([ ")) and all(
            len(part) <= _LONGEST and (_HOUSE.search(part) or _is_place(part)) for part in tail
        ):
            sentences = sentences[:-back]
            break
    while sentences and _MARK.match(sentences[0].lstrip("([ ")) and _is_notice(sentences[0]):
        sentences.pop(0)
    return _last_mark(" ".join(sentences))


def _sentences(text: str) -> list[str]:
    parts: list[str] = []
    for part in _SPLIT.split(text):
        if part.strip():
            parts.append(part.strip())
    return parts


def _is_place(sentence: str) -> bool:
    """Whether it is nothing but a journal's name, volume and pages."""
    words = re.findall(r"[^\W\d_]+", sentence)
    return any(map(str.isdigit, sentence)) and all(
        word[0].isupper() or word in ("of", "and", "the", "in", "for", "pp", "doi")
        for word in words
    )


def _is_notice(sentence: str) -> bool:
    if len(sentence) > _LONGEST:
        return False
    if _NOTICE.search(sentence.strip("([ ")):
        return True
    mark = _MARK.search(sentence)
    if mark is None or mark.start() > 2:
        return False
    small = re.findall(r"(?<![\w.@/-])[a-z][\w.()-]*", sentence[mark.end() :])
    return all(word.rstrip(".)") in _SMALL or word in _SMALL for word in small)


def _last_mark(text: str) -> str:
    """Cut a notice that no full stop divides from the last sentence."""
    last = None
    for last in _MARK.finditer(text):
        pass
    if last is None or len(text) - last.start() > _LONGEST or not text[last.start() :].strip():
        return text
    tail = text[last.start() :]
    return text[: last.start()].rstrip(" .;,(") + "." if _is_notice(tail) else text
