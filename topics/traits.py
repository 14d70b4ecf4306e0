"""What a map can be coloured and sized by: every column of its papers that says one thing a paper.

Numbers are laid on a scale that leaves no colour to a few: a logarithmic one where most numbers
are small, and one that ends before the largest few where they lie far from the rest. Words are
sorted into the most frequent ones and all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from topics import wording
from topics.topicmap import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd

    from topics.topicmap import TopicMap

__all__ = [
    "REST",
    "SEVERAL",
    "UNKNOWN",
    "Scale",
    "Sorted",
    "Trait",
    "numbers_of",
    "scale_of",
    "sizes",
    "sorted_by",
    "traits",
]

#: What is said of papers of which nothing is known, that belong to none of the most frequent
#: values, and to more than one.
UNKNOWN, REST, SEVERAL = "unknown", "others", "several sources"

#: Most values that get a colour of their own.
MOST_VALUES = 8

#: Values above this share of all are drawn like it, where they lie more than twice as far off.
_MOST_SHOWN = 0.99
#: From how far below the middle of a scale its median lies on it is a logarithmic one.
_SKEWED = 0.2

Kind = Literal["theme", "topic", "date", "number", "words"]

#: Key, column and name of what every map has; the first four in any case.
_KNOWN: tuple[tuple[str, str, str, Kind], ...] = (
    ("theme", "theme", "Theme", "theme"),
    ("topic", "topic", "Topic", "topic"),
    ("date", "date", "Date", "date"),
    ("source", "sources", "Source", "words"),
    ("confidence", "topic_confidence", "Topic confidence", "number"),
    ("theme_confidence", "theme_confidence", "Theme confidence", "number"),
    ("upvotes", "upvotes", "Upvotes", "number"),
    ("comments", "comments", "Comments", "number"),
    ("authors", "author_count", "Number of authors", "number"),
)
_ALWAYS = 4
_SHARES = ("confidence", "theme_confidence")


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that is known of papers.

    Attributes:
        key: what an address calls it.
        column: of the papers.
        name: for readers.
        kind: how it is drawn.
        share: whether it is a share, to be told in per cent.
    """

    key: str
    column: str
    name: str
    kind: Kind
    share: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """Where numbers lie between the two ends of a scale.

    Attributes:
        low: the least number.
        median: of all known numbers.
        high: the number at the scale's end.
        most: the largest number; beyond ``high`` where a few lie far from the rest.
        logarithmic: whether equal steps are equal factors.
        share: whether the numbers are shares.
    """

    low: float
    median: float
    high: float
    most: float
    logarithmic: bool
    share: bool = False

    def places(self, values: np.ndarray) -> np.ndarray:
        """Where values lie on the scale, 0 to 1; what is beyond its end lies at the end."""
        import numpy as np

        if self.high <= self.low:
            return np.full(len(values), 0.5)
        cut = np.clip(values, self.low, self.high)
        if not self.logarithmic:
            return np.asarray((cut - self.low) / (self.high - self.low))
        return np.asarray(np.log1p(cut - self.low) / np.log1p(self.high - self.low))

    @property
    def ticks(self) -> tuple[tuple[str, float], ...]:
        """The least, the middle and the largest number in words, each with its place."""
        import numpy as np

        found: dict[str, float] = {}
        for value in (self.low, self.median, self.high):
            said = self._said(value)
            if value == self.high and self.most > self.high:
                said += " or more"
            found.setdefault(said, float(self.places(np.array([value]))[0]))
        return tuple(found.items())

    def _said(self, value: float) -> str:
        if self.share:
            return wording.percent(value)
        if float(value).is_integer():
            return f"{value:,.0f}".replace("-", "−")
        return f"{value:.3g}".replace("-", "−")


@dataclass(frozen=True, eq=False, slots=True)
class Sorted:
    """Papers sorted by a trait in words.

    Attributes:
        names: the values that have a colour, in order; after them ``SEVERAL``, ``REST`` and
            ``UNKNOWN``.
        numbers: for each paper which of ``names`` it has.
        own: how many of ``names`` are values of their own.
    """

    names: tuple[str, ...]
    numbers: np.ndarray
    own: int

    def among(self, values: tuple[str, ...]) -> np.ndarray:
        """Which papers have one of some values; bool, (papers,)."""
        import numpy as np

        return np.isin(self.numbers, [self.names.index(v) for v in values if v in self.names])


@lru_cache(maxsize=16)
def traits(topic_map: TopicMap) -> Mapping[str, Trait]:
    """What a map can be coloured by, by key; of numbers and words only what varies."""
    papers = topic_map.papers
    found = {}
    for at, (key, column, name, kind) in enumerate(_KNOWN):
        if at < _ALWAYS or _varies(papers[column]):
            found[key] = Trait(key, column, name, kind, share=key in _SHARES)
    ours = set(TABLES["papers"])
    for column in papers.columns:
        if column in ours or column in found or not _varies(papers[column]):
            continue
        if kind_of := _kind(papers[column]):
            name = str(column).replace("_", " ").strip()
            found[str(column)] = Trait(str(column), column, name[:1].upper() + name[1:], kind_of)
    return found


@lru_cache(maxsize=16)
def sizes(topic_map: TopicMap) -> Mapping[str, Trait]:
    """What the points of a map can be sized by: numbers of which none is below zero."""
    import numpy as np

    found = {key: trait for key, trait in traits(topic_map).items() if trait.kind == "number"}
    return {
        key: trait
        for key, trait in found.items()
        if not trait.share and np.nanmin(numbers_of(topic_map, trait)) >= 0
    }


def _varies(column: pd.Series[Any]) -> bool:
    known = column.dropna()
    try:
        return bool(known.nunique() > 1)
    except TypeError:
        return False  # lists and the like: more than one thing a paper


def _kind(column: pd.Series[Any]) -> Kind | None:
    """How a column that no map has to have is drawn; None for one that is different everywhere."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if is_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype):
        return "number"
    known = column.dropna()
    return "words" if known.nunique() <= max(MOST_VALUES, len(known) / 2) else None


@lru_cache(maxsize=16)
def scale_of(topic_map: TopicMap, trait: Trait) -> Scale:
    """The scale of a trait of numbers, over all papers of the map."""
    import numpy as np

    values = numbers_of(topic_map, trait)
    known = values[np.isfinite(values)]
    low, median, most = (float(np.quantile(known, at)) for at in (0, 0.5, 1))
    cut = float(np.quantile(known, _MOST_SHOWN))
    if (known == np.round(known)).all():
        median, cut = float(np.floor(median)), float(np.ceil(cut))
    high = cut if cut > low and most - low > 2 * (cut - low) else most
    skewed = high - low > 9 and median - low < _SKEWED * (high - low)
    return Scale(low, median, high, most, logarithmic=bool(skewed), share=trait.share)


def numbers_of(topic_map: TopicMap, trait: Trait) -> np.ndarray:
    """The numbers of all papers, NaN where unknown."""
    import numpy as np
    import pandas as pd

    column = pd.to_numeric(topic_map.papers[trait.column], errors="coerce")
    values = column.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


@lru_cache(maxsize=16)
def sorted_by(topic_map: TopicMap, trait: Trait) -> Sorted:
    """All papers by a trait in words: each has one of a few values, over the whole map."""
    import numpy as np

    said = [_value(cell) for cell in topic_map.papers[trait.column]]
    counts: dict[str, int] = {}
    for value in said:
        if value not in (UNKNOWN, SEVERAL):
            counts[value] = counts.get(value, 0) + 1
    ranked = sorted(counts, key=lambda value: (-counts[value], value))
    own = sorted(ranked[:MOST_VALUES])
    names = (*own, SEVERAL, REST, UNKNOWN)
    number = {name: at for at, name in enumerate(names)}
    rest = number[REST]
    numbers = np.array([number.get(value, rest) for value in said], dtype=np.int16)
    return Sorted(names, numbers, len(own))


def _value(cell: Any) -> str:
    """What a cell says in a word."""
    if isinstance(cell, str):
        return cell or UNKNOWN
    if hasattr(cell, "__len__"):
        values = {str(value) for value in cell}
        return UNKNOWN if not values else SEVERAL if len(values) > 1 else values.pop()
    if not wording.is_known(cell):
        return UNKNOWN
    if cell is True or cell is False or type(cell).__name__ == "bool":
        return "yes" if cell else "no"
    return str(cell)
