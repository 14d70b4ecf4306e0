"""How large each paper's point is: the more of a number, the larger its area."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from topics.traits import numbers_of, scale_of, sizes

if TYPE_CHECKING:
    import numpy as np

    from dashboard.screen import Screen
    from topics.traits import Scale, Trait

__all__ = ["UNIT", "factors", "size_legend"]

#: What a byte says of a point that is as large as where all are of one size.
UNIT = 64

#: Diameter of the smallest and of the largest points, the usual one being 1.
_LEAST, _MOST = 0.6, 2.6


def factors(screen: Screen) -> str | None:
    """Diameter of every paper's point in parts of ``UNIT``, a byte each in base 64.

    The area of a point grows with its number, from the least that can be seen and hit; papers of
    which the number is unknown have the least. None where all points are of one size.
    """
    import numpy as np

    trait = _trait(screen)
    if trait is None:
        return None
    values = numbers_of(screen.topic_map, trait)
    found = _diameters(np.nan_to_num(values), scale_of(screen.topic_map, trait))
    return b64encode(np.round(found * UNIT).astype(np.uint8).tobytes()).decode()


def size_legend(screen: Screen) -> dict[str, Any] | None:
    """What some sizes stand for: ``name``, and ``steps`` of ``text`` and ``factor``."""
    import numpy as np

    trait = _trait(screen)
    if trait is None:
        return None
    scale = scale_of(screen.topic_map, trait)
    values = sorted({_round(scale.high / 16), _round(scale.high / 4), scale.high})
    diameters = _diameters(np.array(values), scale)
    return {
        "name": trait.name,
        "steps": [
            {"text": _said(value, scale), "factor": round(float(diameter), 3)}
            for value, diameter in zip(values, diameters, strict=True)
        ],
    }


def _trait(screen: Screen) -> Trait | None:
    return sizes(screen.topic_map).get(screen.view.size)


def _diameters(values: np.ndarray, scale: Scale) -> np.ndarray:
    import numpy as np

    shares = np.clip(values, 0, scale.high) / (scale.high or 1)
    return np.asarray(_LEAST + (_MOST - _LEAST) * np.sqrt(shares))


def _round(value: float) -> float:
    """A number that is easily read: one digit, the rest zeros; whole where it is one or more."""
    import math

    if value <= 0:
        return 0.0
    step = 10 ** math.floor(math.log10(value))
    return float(max(1, round(value / step)) * step) if value >= 1 else float(math.ceil(value))


def _said(value: float, scale: Scale) -> str:
    more = " or more" if value == scale.high and scale.most > scale.high else ""
    return (f"{value:,.0f}" if value.is_integer() else f"{value:.3g}") + more
