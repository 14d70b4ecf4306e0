"""Readable text from what pages and exports write, and the key under which titles agree."""

from __future__ import annotations

import html
import re
import unicodedata

from topics.mojibake import are_as_written, may_be_mojibake, repaired
from topics.remnants import mend
from topics.tex import MASKS, prose

__all__ = ["clean", "scrub", "title_key"]

_ROUNDS = 8
#: What a text must hold for there to be anything to do; looked for one by one, which is quick.
_TELLTALES = (
    *"\\${}^_~`&", "--", "''", "times", "x20", "leq", "geq", "neq", "infty", "propto", "subset",
    "supset", "arrow", "cdot", "dots", "oplus", "varepsilon", "mapsto", "notin", "tilde", "left(",
    "left (", "big(", "Big(", " ll ", " gg ", "ll min", "ll max", "Omega", "Theta", " in [",
)  # fmt: skip
_NUMBERED_SIM = re.compile(r"sim[1-9]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|[\ue000-\uf8ff]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PRIVATE = re.compile("[\U000f0000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9a-fA-F]{1,5}|[a-z]{2,6}(?:uml|acute|grave|tilde|circ|cedil|dash|ring)|[lr][sd]quo|hellip);"
)
_BLANKS = re.compile(r"[ \t\r\n]+")
#: Words with capitals, as most names are, in which there is nothing to be put right.
_WORD = r"[A-Z][A-Za-z]*(?:['-][A-Z][A-Za-z]*)*[.,]?"
_NAME = re.compile(rf"{_WORD}(?: {_WORD})*")

_WEB = r"(?:[^\s<>{}\"`|\\^$]|\\[_%&#~])+"
_HOST_END = "(?:com|org|net|io|edu|ai|co|dev|gov)/"
_HOST = re.compile(rf"\.{_HOST_END}")
#: Addresses and paths, whose underscores and tildes are their own, and what each must hold.
_ADDRESSES = (
    # A command that hides an address other than the web's is shown for what it is.
    (
        "\\",
        re.compile(
            r"\$?\\(?:href|url)\s*\{\s*(?!https?:|mailto:)[a-z]+:[^{}]*\}(?:\{[^{}]*\})?\$?",
            re.IGNORECASE,
        ),
    ),
    ("://", re.compile(rf"\b(?:https?|ftp)://{_WEB}")),
    ("/", re.compile(rf"\b(?:[\w-]+\.)+{_HOST_END}{_WEB}")),
    ("@", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (":\\", re.compile(r"\b[A-Za-z]:\\[\w.$~-]*(?:\\[\w.$~-]+)*")),
    ("\\\\", re.compile(r"\\\\[\w.-]+(?:\\[\w.$~-]+)+")),
)
_NO_KEY = re.compile(r"[^0-9a-z]+")
_TRAIL = ".,;:!?'’”)]*"
_GENERIC = frozenset(("here", "link", "url", "this https url", "this url", "this link", "website"))


def clean(text: str, *, tex: bool = True) -> str:
    r"""Make text readable: one line of plain characters, with no TeX and no page artefacts.

    ``$O(1/T^2)$`` becomes O(1/T²), ``na\"{\i}ve`` naïve, ``300times`` 300×; entities, mojibake,
    control characters and runs of white space are put right. Cleaning twice changes nothing.

    Args:
        text: as it is written.
        tex: False where it is known to hold no TeX and nothing that is left of it.
    """
    if _NAME.fullmatch(text):
        return text
    scrubbed = scrub(text)
    # What was no TeX before its letters were put right may be afterwards.
    if not tex and scrubbed == text:
        return text
    text = scrubbed
    for _ in range(_ROUNDS):
        once = _once(text)
        if once == text:
            return text
        text = once
    return text


def title_key(title: str) -> str:
    """Letters and digits of a title, lower case: equal for spellings of the same title."""
    if title.isascii():
        key = _NO_KEY.sub("", title.lower())
    else:
        folded = unicodedata.normalize("NFKD", title).casefold()
        key = "".join(char for char in folded if char.isalnum())
    return key or " ".join(title.casefold().split())


def scrub(text: str) -> str:
    """One line of characters that can be stored and shown: no control characters, no halves.

    Lone surrogates become U+FFFD, wrongly decoded letters are repaired, letters are composed.
    """
    if text.isprintable() and "  " not in text and text == text.strip(" "):
        # Nothing but letters, signs and single spaces; of these, few need more than a look.
        if text.isascii():
            return text
        if unicodedata.is_normalized("NFC", text) and not may_be_mojibake(text):
            return text
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
        # A hyphen or a blank that is not seen may be half of a letter.
        if may_be_mojibake(text):
            if are_as_written():
                return _BLANKS.sub(" ", text).strip(" ")
            text = repaired(text)
        text = _PRIVATE.sub("\ufffd", _UNSEEN.sub("", text))
        text = unicodedata.normalize("NFC", text)
    return " ".join(_CONTROL.sub(" ", text).split())


def _once(text: str) -> str:
    if not any(map(text.__contains__, _TELLTALES)) and not _NUMBERED_SIM.search(text):
        return text
    if "&" in text:
        text = scrub(_ENTITY.sub(lambda match: html.unescape(match[0]), text))
    text, addresses = _mask(text)
    if "\\" in text or "$" in text or "{" in text:
        text = prose(text)
    text = mend(text)
    text = _marks(_groups(_labels(text, addresses)))
    return " ".join(_unmask(text, addresses).split())


def _mask(text: str) -> tuple[str, list[str]]:
    addresses: list[str] = []

    def hide(match: re.Match[str]) -> str:
        address = match[0]
        kept = address.rstrip(_TRAIL)
        if address.startswith("\\\\") or address[1:3] == ":\\":
            kept = address
        elif kept.count("(") > kept.count(")") and address[len(kept) :].startswith(")"):
            kept += ")"
        if len(addresses) >= 60000:
            return address
        addresses.append(
            re.sub(r"\\([_%&#~])", r"\1", kept) if "://" in kept or "/" in kept else kept
        )
        return chr(ord(MASKS[0]) + len(addresses) - 1) + address[len(kept) :]

    for needle, pattern in _ADDRESSES:
        if needle in text and (needle != "/" or _HOST.search(text)):
            text = pattern.sub(hide, text)
    return text, addresses


def _unmask(text: str, addresses: list[str]) -> str:
    if not addresses:
        return text
    first = ord(MASKS[0])
    return re.sub("[\U000f0000-\U000ffffd]", lambda match: addresses[ord(match[0]) - first], text)


def _labels(text: str, addresses: list[str]) -> str:
    """Join an address with the label that its lost command leaves behind it in braces."""
    if not addresses or "{" not in text:
        return text

    def join(match: re.Match[str]) -> str:
        label = match[2].strip()
        if label.casefold() in _GENERIC or re.fullmatch("[\U000f0000-\U000ffffd]?", label):
            return match[1]
        return f"{match[1]} ({label})"

    return re.sub("([\U000f0000-\U000ffffd])" + r"\{([^{}]{0,100})\}", join, text)


_LETTERS = re.compile(
    r"(?<![\w{}$])\{(\w{1,4})\}(?=[a-z])|(?<=[A-Za-z])\{([^\W\d_]{1,20})\}(?=[a-z])"
)
_FOREIGN = re.compile(r"(?<=[A-Za-z])\{([^\W\d_a-zA-Z])\}")
_SENTENCE = re.compile(r"(?<![\w}])\{([^{}=:;\"<>\[\]]{8,})\}")


def _groups(text: str) -> str:
    """Take off braces that only grouped letters or words for TeX."""
    if "{" not in text:
        return text
    text = _LETTERS.sub(lambda match: match[1] or match[2], text)
    text = _FOREIGN.sub(r"\1", text)

    def unwrap(match: re.Match[str]) -> str:
        words = re.findall(r"[^\W\d_]{2,}", match[1])
        return match[1] if len(words) >= 3 and match[1].count(",") * 2 < len(words) else match[0]

    return _SENTENCE.sub(unwrap, text)


_TIES = re.compile(
    r"(?<=[A-Za-z]{2}[A-Za-z)\].])~(?=[A-Za-z(])|(?<=[A-Za-z]{2})~(?=\d)|(?<=\d)~(?=[A-Za-z]{2,})"
    r"|(?<=\w)~(?=\s|$)|(?<=[A-Za-z]\.)~(?=\w)"
)
_QUOTED = re.compile(r"(?<![\w`])`([^`'\s](?:[^`']{0,60}[^`'\s])?)'(?!\w)")
_DASH = re.compile(r"--(?![->])(?=([^\W_]+|[(\[“‘\"]))")
_BEFORE_DASH = re.compile(r"(?:[^\W_]+|[)\]”’\"%×°.⁰-⁹²³])\Z")
_LONGEST_WORD = 100


def _marks(text: str) -> str:
    """Ties, quotation marks and dashes that TeX spells with other characters."""
    if "~" in text:
        text = _TIES.sub(" ", text)
    if "``" in text:
        text = re.sub(r"``(?!`)\s?([^`]{0,300}?)(?:''|\"|”)", r"“\1”", text)
        text = re.sub(r"(?<!`)``(?!`)", "“", text)
    if "`" in text and "'" in text:
        text = _QUOTED.sub(r"‘\1’", text)
    if "''" in text:
        text = re.sub(r"(?<!')''(?!')(?=\w)([^']{1,100}?)(?<!')''(?!')", r"“\1”", text)
        text = re.sub(r"(?<=[\w.,!?])''(?!['\w])", "”", text)
    if "--" in text:
        text = _dashes(text)
    return text


#: Words that begin a remark or follow one: a dash beside them is a break in the sentence.
_BREAKS = frozenset(
    (
        "a across after against also although among an and are as at be because before between "
        "but by can despite do e.g especially even for from has have hence i.e if in including "
        "instead into is it its just many merely most namely no nor not of often on one only onto "
        "or our over perhaps rather remains required since so still such than that the their then "
        "there these they this those though through thus to toward towards under unlike used "
        "using via was we were what when where whereas whether which while who with within "
        "without yet you"
    ).split()
)


def _dashes(text: str) -> str:
    if " --" in text or not text.isascii():  # there may be other blanks
        text = re.sub(r"(?<=\s)---?(?=\s)", "–", text)
    if "---" in text:
        text = re.sub(r"(?<=[^\s-])---(?=[^\s-])", "—", text)
    if "-- " in text:
        text = re.sub(r"(?<=[\w)\]”’%×°])-- (?=\w)", " – ", text)

    parts: list[str] = []
    at = 0
    for match in _DASH.finditer(text):
        left = _BEFORE_DASH.search(text, max(at, match.start() - _LONGEST_WORD), match.start())
        if left is not None:
            parts += text[at : match.start()], _dash(text, left, match[1])
            at = match.end()
    return "".join((*parts, text[at:]))


def _dash(text: str, before: re.Match[str], right: str) -> str:
    """An en dash joins two of a kind (vision–language, 7B–8B); an em dash breaks a sentence."""
    left = before[0]
    begins = before.start() == 0 or text[: before.start()].endswith((". ", "! ", "? "))
    # A capital at the beginning of a sentence says nothing of the word.
    lower = left[:1].islower() or (begins and left[1:].islower())
    if left[-1:].isdigit() or left[-1:] == "%" or (right[:1].isdigit() and not lower):
        breaks = False
    elif lower and right[:1].islower():
        breaks = right.endswith("ing") or re.search(r"[^siu]s$", left) is not None
    else:
        breaks = lower == right[:1].isupper() and not (lower and right.isupper())
    breaks = breaks or left.casefold() in _BREAKS or right.casefold() in _BREAKS
    return "—" if breaks else "–"
