"""The tree of topics: sound whatever the links, and of what belongs together."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.encoders.base import unit_rows
from topics.hierarchy import MOST_AT_ONCE, Tree, flat, grow_tree, layer_sizes, topic_links
from topics.neighbours import NeighbourGraph


def _random(topics: int, seed: int, *, density: float = 0.3) -> tuple[np.ndarray, ...]:
    """Links, centres and sizes of topics at random; some have no links at all."""
    rng = np.random.default_rng(seed)
    links = rng.gamma(1.0, size=(topics, topics)) * (rng.random((topics, topics)) < density)
    links = links + links.T + np.diag(rng.gamma(5.0, size=topics))
    centres = unit_rows(rng.normal(size=(topics, 5)))
    return links, centres, np.sort(rng.integers(3, 200, size=topics))[::-1]


def _blocks(blocks: int, each: int) -> tuple[np.ndarray, ...]:
    """Topics that come in blocks, with many links within and few without."""
    member = np.repeat(np.arange(blocks), each)
    links = np.where(member[:, None] == member, 10.0, 0.5)
    np.fill_diagonal(links, 40)
    centres = unit_rows(np.eye(blocks)[member] + 0.1)
    return links, centres, np.full(blocks * each, 30)


def assert_sound(tree: Tree) -> None:
    """Every topic once below each group above it, no circle, no group of one, layers that part."""
    nodes = range(len(tree.parents))
    for node in nodes:
        above = tree.ancestors(node)
        assert len(set(above)) == len(above), "a circle"
        assert node not in above
        assert all(group >= tree.topics for group in above)
    for group in tree.groups:
        children = tree.children[group]
        assert len(children) >= 2, "a group of one"
        below = [tree.leaves(child) for child in children]
        assert sorted(leaf for leaves in below for leaf in leaves) == list(tree.leaves(group))
        assert set(tree.below(group)) >= {*children, *tree.leaves(group)}
    at_top = [leaf for node in tree.top for leaf in tree.leaves(node)]
    assert sorted(at_top) == list(range(tree.topics)), "the top does not hold every topic once"
    deepest = max((len(tree.ancestors(node)) for node in nodes), default=0)
    for depth in range(deepest + 1):
        layer = [
            node
            for node in nodes
            if len(tree.ancestors(node)) == depth
            or (node < tree.topics and len(tree.ancestors(node)) < depth)
        ]
        held = [leaf for node in layer for leaf in tree.leaves(node)]
        assert sorted(held) == list(range(tree.topics)), f"layer {depth} does not part the topics"


@settings(max_examples=60)
@given(st.integers(0, 90), st.integers(0, 10_000), st.sampled_from([0.0, 0.05, 0.5]))
def test_any_links_make_a_sound_tree(topics: int, seed: int, density: float) -> None:
    tree = grow_tree(*_random(topics, seed, density=density))
    assert tree.topics == topics
    assert_sound(tree)
    assert all(
        group < child or child < topics for group in tree.groups for child in tree.children[group]
    )
    again = grow_tree(*_random(topics, seed, density=density))
    assert again.parents == tree.parents


@pytest.mark.parametrize("topics", range(MOST_AT_ONCE + 1))
def test_few_topics_have_no_groups(topics: int) -> None:
    tree = grow_tree(*_random(topics, 1))
    assert tree.parents == flat(topics).parents
    assert list(tree.groups) == []


@pytest.mark.parametrize(
    ("topics", "layers"),
    [(0, ()), (8, ()), (12, (4,)), (20, (7,)), (60, (20, 7)), (500, (121, 29, 7))],
)
def test_the_number_of_layers_follows_the_topics(topics: int, layers: tuple[int, ...]) -> None:
    assert layer_sizes(topics) == layers


@given(st.integers(0, 2000))
def test_layers_shrink_to_a_handful(topics: int) -> None:
    layers = layer_sizes(topics)
    assert all(finer > coarser for finer, coarser in zip((topics, *layers), layers, strict=False))
    if layers:
        assert 3 <= layers[-1] <= 8


def test_blocks_come_out_as_groups() -> None:
    tree = grow_tree(*_blocks(6, 4))
    assert_sound(tree)
    assert sorted(tree.leaves(node) for node in tree.top) == [
        tuple(range(start, start + 4)) for start in range(0, 24, 4)
    ]


def test_many_topics_have_blocks_of_blocks() -> None:
    links, centres, sizes = _blocks(6, 10)
    inner = np.repeat(np.arange(20), 3)
    links = links + 30 * (inner[:, None] == inner)
    tree = grow_tree(links, centres, sizes)
    assert_sound(tree)
    assert 5 <= len(tree.top) <= 8
    assert len(tree.groups) > len(tree.top)
    depths = [len(tree.ancestors(topic)) for topic in range(60)]
    assert max(depths) == 2


def test_topics_without_links_go_with_the_nearest() -> None:
    links = np.zeros((12, 12))
    centres = unit_rows(np.repeat(np.eye(4), 3, axis=0) + 0.01)
    tree = grow_tree(links, centres, np.full(12, 10))
    assert_sound(tree)
    assert sorted(tree.leaves(node) for node in tree.top) == [
        (0, 1, 2),
        (3, 4, 5),
        (6, 7, 8),
        (9, 10, 11),
    ]


def test_the_largest_group_comes_first() -> None:
    links, centres, _ = _blocks(4, 5)
    sizes = np.repeat([5, 50, 20, 10], 5)
    tree = grow_tree(links, centres, sizes)
    found = [int(sizes[list(tree.leaves(group))].sum()) for group in tree.groups]
    assert found == sorted(found, reverse=True)


def test_the_order_of_topics_does_not_change_the_groups() -> None:
    links, centres, sizes = _random(40, 3)
    tree = grow_tree(links, centres, sizes)
    order = np.random.default_rng(0).permutation(40)
    other = grow_tree(links[np.ix_(order, order)], centres[order], sizes[order])
    groups = {tree.leaves(group) for group in tree.groups}
    assert groups == {
        tuple(sorted(int(order[leaf]) for leaf in other.leaves(group))) for group in other.groups
    }


def test_relatives() -> None:
    tree = Tree(4, (4, 4, 5, -1, 5, -1))
    assert_sound(tree)
    assert tree.top == (3, 5)
    assert tree.siblings(0) == (1,)
    assert tree.siblings(3) == (5,)
    assert tree.siblings(4) == (2,)
    assert tree.ancestors(0) == (4, 5)
    assert tree.leaves(5) == (0, 1, 2)
    assert set(tree.below(5)) == {0, 1, 2, 4}
    for one, other in combinations(range(6), 2):
        assert (other in tree.siblings(one)) == (one in tree.siblings(other))


def test_links_count_both_ways_and_leave_unclustered_papers_out() -> None:
    indices = np.array([[0, 1, 2], [1, 0, 3], [2, 3, 0], [3, 2, 1]])
    distances = np.array([[0.0, 0.5, 0.25]] * 4)
    labels = np.array([0, 0, 1, -1])
    links = topic_links(labels, NeighbourGraph(indices, distances), 2)
    assert links.tolist() == [[2.0, 1.5], [1.5, 0.0]]
