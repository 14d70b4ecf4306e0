"""In which languages the abstracts of a corpus are written, as far as that matters for its map."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ENGLISH", "TELLING", "language_notice", "language_of", "sample_step"]

#: Code of the language that stop words and vectors are made for.
ENGLISH = "en"
#: Abstracts looked at, evenly spread over the corpus.
_SAMPLE = 2000
#: Characters of an abstract that are needed to tell its language, and that are enough.
TELLING = 100
_ENOUGH = 1000
#: Share of another language, and number of abstracts in it, that are worth a remark.
_SHARE, _FEWEST = 0.02, 3
#: How sure the detection must be of a language.
_SURE = 0.9
#: Share of these words in a text that no other language reaches.
_ENGLISH_SHARE = 0.12
_ENGLISH_WORDS = frozenset(
    (
        "the of and that this with for from are which we by is to our it can these be have using "
        "while such into its their through between however each they when where show"
    ).split()
)
_WORD = re.compile(r"[^\W\d_]+")
#: Languages that abstracts are written in; detection chooses among them.
_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "gl": "Galician", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian",
    "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ms": "Malay",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian",
    "sv": "Swedish", "ta": "Tamil", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def sample_step(abstracts: int) -> int:
    """Of so many abstracts, one in how many is looked at."""
    return max(1, -(-abstracts // _SAMPLE))


def language_notice(abstracts: Sequence[str], *, of: int | None = None) -> str | None:
    """A remark on abstracts that are not in English; None where there are next to none.

    Args:
        abstracts: those of all papers, in any order; at most 2,000 are looked at.
        of: number of abstracts that these were chosen from by `sample_step`; these are all if None.
    """
    told = [text for text in abstracts if len(text) >= TELLING]
    step = sample_step(len(told) if of is None else of)
    sample = told if of is not None else told[::step]
    # The model is slow to load; where all but a few are surely in English, nobody asks it.
    doubtful = [text for text in sample if not _is_english(text)]
    least = max(_FEWEST, _SHARE * len(sample))
    if len(doubtful) < least:
        return None
    others = Counter(
        code for text in doubtful if (code := language_of(text)) not in (None, ENGLISH)
    )
    count = others.total()
    if count < least:
        return None
    common = others.most_common()
    first, most = common[0]
    if most * 2 > len(sample):
        share = _percent(most, len(sample), exact=step == 1)
        whole = (
            "All abstracts are" if count == len(sample) == most else f"{share} of the abstracts are"
        )
        return (
            f"{whole} in {_NAMES[first]}, not in English. Topics are found all the same; their "
            "names may hold words that say little, as the common words left out of names are "
            "English."
        )
    share = _percent(count, len(sample), exact=step == 1)
    return (
        f"{share} of the abstracts are not in English ({_listed(common, count)}). Papers in "
        "different languages share few words, so that topics may follow the language instead of "
        "the subject; a map of each language by itself is clearer."
    )


def language_of(text: str) -> str | None:
    """The code of a text's language, such as ``en``; None where nothing is certain enough."""
    if _is_english(text):
        return ENGLISH
    text = text[:_ENOUGH]
    code, certainty = _identifier().classify(text)
    return str(code) if certainty >= _SURE else None


def _is_english(text: str) -> bool:
    """Whether words tell it that no other language has so many of; true of nearly all abstracts."""
    text = text[:_ENOUGH]
    words = (
        _WORD.findall(text.lower())
        if text.isascii()
        else [word.casefold() for word in _WORD.findall(text)]
    )
    english = sum(map(_ENGLISH_WORDS.__contains__, words))
    return english > 3 and english >= _ENGLISH_SHARE * len(words)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(set(identifier.labels) & set(_NAMES))
    return identifier


def _percent(count: int, of: int, *, exact: bool) -> str:
    percent = round(100 * count / of)
    return f"{'' if exact else 'About '}{percent or '< 1'} %"


def _listed(common: Sequence[tuple[str | None, int]], count: int) -> str:
    """The commonest languages, as many as make up most of the texts."""
    names: list[str] = []
    covered = 0
    for code, size in common[:3]:
        names.append(_NAMES[str(code)])
        covered += size
        if covered >= 0.8 * count:
            break
    mostly = "mostly " if covered < count else ""
    return mostly + (" and ".join(names) if len(names) < 3 else ", ".join(names))
