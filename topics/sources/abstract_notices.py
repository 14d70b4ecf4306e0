"""Copyright notices of publishers and remarks of databases at the ends of abstracts."""

from __future__ import annotations

import re

__all__ = ["SIGNS", "without_notices"]

_YEAR = r"(?:1[89]|20)\d\d"
_MARK = re.compile(
    r"(?:\bCrown\s+)?(?:\bCopyrights?\s*)?(?:©|\(\s*[cC]\s*\)"
    rf"(?=\s*(?:{_YEAR}|The Author|Copyright|(?:[A-Z][\w.&,'-]*\s+){{1,5}}{_YEAR})))"
    rf"|\bCopyrights?\s*,?\s*(?=(?:{_YEAR}|The Author|by the [Aa]uthor|held by)\b)"
    r"|\bCrown [Cc]opyright\b"
)
#: The small words of a notice; any other in small letters is of the abstract itself.
_SMALL = frozenset(
    """a access all an and any are article as at author authors author(s) authors(s) b.v bv by cc
    commercial commons company copyright copyrighted creative de der des di e.v et al distributed do
    document du elsevier exclusive for free from government has have held holder holders in inc
    into is it its la licence licenced license licensed licensee limited ltd making mbh no not of on
    online open or other out over part permission permitted portions property protected public
    publication publications published publisher publishers publishing re-use reserved reuse
    rights s.a s.r.l sons terms that the their this to trading under und united use v. van von was
    were which with within work works y behalf association cooperation collaboration version press
    first exclusively""".split()
)
#: A sentence that is a notice wherever it stands at the end of an abstract.
_NOTICE = re.compile(
    r"(?:all|some) rights (?:are )?reserved|(?:is|are) protected by (?:us )?copyright"
    r"|^published (?:online |exclusively )?(?:by|under|in [A-Z]|on behalf)\b"
    r"|is an open[- ]access (?:article|paper|publication)"
    r"|open[- ]access article (?:under|distributed)"
    # Of the article, that is: what licence its data have is a thing that an abstract says.
    r"|^(?:this|the) (?:is an |original |open[- ]access )?(?:article|paper|work|publication)\b"
    r"[^.]{0,120}\b(?:creative commons|cc[- ]by)\b|^(?:under )?(?:exclusive )?licen[cs]ee?\b"
    r"|(?:article|paper|manuscript) is (?:licen[cs]ed|published|distributed|made available)"
    r" (?:under|by|open access|with)"
    r"|psyc(?:info|articles|extra) database record|abstract from (?:author|publisher)"
    r"|^\W*(?:author|publication|publisher) abstract\W*$|^is the property of|may not be copied"
    r"|without the copyright holder|users may print, download|this abstract may be abridged"
    r"|no warranty is given about|users should refer to the original|copyright applies to all"
    r"|abstract truncated|(?:re)?printed (?:with|by) permission|for personal use only"
    r"|^on behalf of [A-Z]|^(?:for|see) (?:commercial re-?use|permissions?)\b|request permission"
    r"|^no claim to original (?:u\.?s\.?|us) government|^official copyright"
    r"|^online supplement(?:al|ary) material is available|under responsibility of the\b"
    r"|^supplementary (?:data|information) (?:is|are) available at [^.]{2,60} online\b"
    r"|online version of this article .{0,90}contains supplementary material"
    r"|^(?:georg )?thieme verlag|^wiley[- ](?:liss|vch|blackwell)",
    re.IGNORECASE,
)
#: Names of those who publish.
_HOUSE = re.compile(
    r"\b(?:elsevier|springer|wiley|ieee|acm|sage|taylor\s*(?:&|and)\s*francis|informa|mdpi|iop|aip"
    r"|emerald|oxford university press|cambridge university press|nature|lippincott|karger|thieme"
    r"|blackwell|kluwer|academic press|pergamon|publish\w*|press|society|association|institute"
    r"|college|university|foundation|federation|academy|council|inc|ltd|llc|gmbh|b\.?v|s\.?a|plc"
    r"|co|kgaa|weinheim|limited|verlag|authors?|author\(s\)|journal\w*|usa|all rights)\b\.?",
    re.IGNORECASE,
)
#: What every mark holds.
_SIGN = re.compile(r"©|\([cC ]|opyright")
#: Anything that can be the beginning of a notice; looked for before all else, one by one.
SIGNS = (
    "©", "opyright", "(c)", "(C)", "reserved", "Reserved", "licen", "Licen", "ublish",
    "pen access", "pen-access", "pen Access", "pen-Access", "PEN ACCESS", "ABSTRACT",
    "permission", "Psyc", "upplement", "responsibility", "CC-BY", "CC BY", "behalf", "Thieme",
    "Wiley",
)  # fmt: skip
_QUICK_WORD = re.compile(r"bstract\b")
_SPLIT = re.compile(
    r"(?<=[.!?)\]])(?<!\([cC]\))\s+(?=[A-Z©(\[“\"])|(?<=[.;])(?=©|\([cC]\)|Copyright)"
    r"|(?<=[^t]\s)(?=©|Online supplement)"
)
#: The same in two parts, each of which is found many times as fast as both at once: what ends a
#: sentence, and what begins one although no blank is before it, or no full stop.
_STOP = re.compile(r"[.!?)\]]\s+(?=[A-Z©(\[“\"])")
_FIRST = re.compile(r"©|\([cC]\)|Copyright|Online supplement")
_DATABASE = re.compile(r"BSTRACT|bstract\b|Psyc|is the property of")
_ASIDE = re.compile(
    r"\s{0,4}[\[(]?\b(?:ABSTRACT (?:FROM (?:AUTHOR|PUBLISHER)S?|TRUNCATED[^\])]{0,40})"
    r"|PUBLICATION ABSTRACT|(?:Author|Publisher)['’]?s? abstract)\b[\])]?\.?\s*\Z"
    r"|\s{0,4}\((?:PsycINFO|PsycARTICLES|PsycEXTRA)\s[^()]{0,80}(?:\([cC]\)[^()]{0,80})?\)\.?\s*\Z"
    r"|\s{0,4}Copyright of [^.]{2,200}\bis the property of .{0,900}\Z",
    re.IGNORECASE | re.DOTALL,
)
_PLACE_WORDS = frozenset(("of", "and", "the", "in", "for", "pp", "doi"))
#: Sentences at the end, and characters in one, that a notice may take.
_TAIL, _LONGEST = 12, 320
#: Characters at either end of a text in which notices are looked for.
_END, _HEAD = 1500, 700


def without_notices(text: str) -> str:
    """Take off notices at the end and at the beginning of an abstract."""
    end = text[-_END:]
    if not (_may_hold_notice(end) or _MARK.match(text)):
        return text
    rest = text[: len(text) - len(end)]
    while _DATABASE.search(end):
        shorter = _ASIDE.sub("", end)
        if shorter == end:
            break
        end = shorter
    return _headless(rest + _last_mark(_tailless(end)))


def _may_hold_notice(text: str) -> bool:
    return any(map(text.__contains__, SIGNS)) or (
        "bstract" in text and _QUICK_WORD.search(text) is not None
    )


def _tailless(text: str) -> str:
    """Cut what a notice is, from the end back."""
    starts = [0, *_sentences(text)]
    bounds = list(zip(starts, [*starts[1:], len(text)], strict=True))
    while bounds and _is_notice(text[slice(*bounds[-1])].strip()):
        bounds.pop()
    # A mark begins a notice, whose further sentences need not look like one.
    if bounds and _SIGN.search(text, 0, bounds[-1][1]):
        for back in range(1, min(len(bounds), _TAIL) + 1):
            part = text[slice(*bounds[-back])].strip()
            if len(part) > _LONGEST or not (_HOUSE.search(part) or _is_place(part)):
                break
            if _begins(part):
                bounds = bounds[:-back]
                break
    return text[: bounds[-1][1]].rstrip() if bounds else ""


def _sentences(text: str) -> list[int]:
    """Where sentences begin, but the first: `_SPLIT`, faster."""
    found = [
        match.end()
        for match in _STOP.finditer(text)
        if text[max(0, match.start() - 2) : match.start() + 1] not in ("(c)", "(C)")
    ]
    firsts = [match.start() for match in _FIRST.finditer(text) if _may_follow(text, match)]
    return sorted(found + firsts) if firsts else found


def _may_follow(text: str, first: re.Match[str]) -> bool:
    at = first.start()
    if text[at - 1 : at] in (".", ";"):
        return not first[0].startswith("Online")
    spaced = at > 1 and text[at - 1].isspace() and text[at - 2] != "t"
    return spaced and first[0] in ("©", "Online supplement")


def _headless(text: str) -> str:
    while text and _begins(text):
        match = _SPLIT.search(text, 1, _HEAD)
        first = text[: match.end()] if match else text
        if not _is_notice(first.strip()):
            break
        text = text[len(first) :]
    return text


def _begins(text: str) -> bool:
    """Whether a mark is the first of a text, or of what stands in brackets there."""
    return _MARK.match(text) is not None or _MARK.match(text[:80].lstrip("([ ")) is not None


def _is_place(sentence: str) -> bool:
    """Whether it is nothing but a journal's name, volume and pages."""
    words = re.findall(r"[^\W\d_]+", sentence)
    return any(map(str.isdigit, sentence)) and all(
        word[0].isupper() or word in _PLACE_WORDS for word in words
    )


def _is_notice(sentence: str) -> bool:
    if len(sentence) > _LONGEST:
        return False
    if _NOTICE.search(sentence.strip("([ ")):
        return True
    mark = _MARK.search(sentence) if _SIGN.search(sentence) else None
    if mark is None or mark.start() > 2:
        return False
    small = re.findall(r"(?<![\w.@/-])[a-z][\w.()-]*", sentence[mark.end() :])
    return all(word.rstrip(".)") in _SMALL or word in _SMALL for word in small)


def _last_mark(text: str) -> str:
    """Cut a notice that no full stop divides from the last sentence."""
    if not _SIGN.search(text, max(0, len(text) - _LONGEST)):
        return text
    last = None
    for match in _MARK.finditer(text, max(0, len(text) - _LONGEST)):
        last = match.start()
    if last is None or _SPLIT.search(text, last + 1) or not _is_notice(text[last:].strip()):
        return text
    return f"{text[:last].rstrip(' .;,(')}."
