"""Digests of settings and values: other where these are, the same in every process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripts import output_of
from topics.store import digest


@dataclass(frozen=True)
class Settings:
    neighbours: int = 15
    name: str = "umap"


@dataclass(frozen=True)
class OtherSettings:
    neighbours: int = 15
    name: str = "umap"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(plain, plain)
def test_digests_differ_where_values_do(first: Any, second: Any) -> None:
    assert digest(first) == digest(first)
    same = digest(first) == digest(second)
    assert same == (_canonical(first) == _canonical(second))


def _canonical(value: Any) -> Any:
    """A form that is equal where digests are: types and the sign of zero count."""
    if isinstance(value, list):
        return ["list", [_canonical(item) for item in value]]
    if isinstance(value, dict):
        return ["dict", {name: _canonical(item) for name, item in value.items()}]
    return [type(value).__name__, value.hex() if isinstance(value, float) else value]


DISTINCT: list[Any] = [
    (),
    (None,),
    (True,),
    (1,),
    (1.0,),
    (0.0,),
    (-0.0,),
    (float("inf"),),
    ("1",),
    (b"1",),
    ("ab", "c"),
    ("a", "bc"),
    (["ab", "c"],),
    ([],),
    ([[]],),
    ({},),
    (set(),),
    ({"a"},),
    ({"a": None},),
    ({"a": {"b": 1}},),
    ({"a": 1, "b": 2},),
    ("\ud800",),
    (Settings(),),
    (Settings(neighbours=16),),
    (OtherSettings(),),
    (np.zeros(4),),
    (np.zeros(4, np.float32),),
    (np.zeros((2, 2)),),
    (np.zeros(4, np.int64),),
    (np.zeros(8),),
    (np.array(["a", "b"]),),
    (np.array(["a", "b"], dtype=object),),
    (np.array([["a", "b"]], dtype=object),),
    (np.arange(6),),
    (np.arange(6)[::-1],),
    (np.arange(6).reshape(2, 3),),
    (np.arange(6).reshape(2, 3).T,),
]


def test_these_are_all_different() -> None:
    digests = [digest(*parts) for parts in DISTINCT]
    assert len(set(digests)) == len(digests)
    assert all(len(name) == 64 for name in digests)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1, "a"], (1, "a")),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1, 2, 3}, frozenset([3, 2, 1])),
        (float("nan"), -float("nan")),
        (np.float64(1.5), 1.5),
        (np.int32(7), 7),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.arange(6)[::2], np.array([0, 2, 4])),
        (np.arange(6).reshape(2, 3).T, np.array([[0, 3], [1, 4], [2, 5]])),
        (np.arange(3, dtype=">i8"), np.arange(3, dtype="<i8")),
        (Settings(), Settings(neighbours=15)),
    ],
)
def test_these_are_the_same(first: Any, second: Any) -> None:
    assert digest(first) == digest(second)


def test_digests_are_the_same_in_every_process() -> None:
    script = """
        from topics.store import digest
        print(digest({"b": {"x", "y", "z"}, "a": [1, 2.5, None, "é"]}, b"raw", True))
    """
    here = digest({"a": (1, 2.5, None, "é"), "b": {"z", "y", "x"}}, b"raw", True)
    assert output_of(script).strip() == here
    assert here.startswith("8b24821a9e89817c"), "a change here makes every cache of users stale"


@pytest.mark.parametrize("value", [object(), Settings, Path("a"), 1j, [lambda: None]])
def test_other_types_have_no_digest(value: object) -> None:
    with pytest.raises(TypeError, match="no digest for a value of type"):
        digest(value)
