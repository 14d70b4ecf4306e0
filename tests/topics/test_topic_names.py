"""Names of topics and groups: phrases that their own papers contain, each apart from its kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from topics.choosing import Candidate, distinct, sentence
from topics.clustering import settle
from topics.encoders.base import unit_rows
from topics.hierarchy import Tree, flat
from topics.labels import label_topics
from topics.model import Fit
from topics.neighbours import knn_graph
from topics.phrases import continues
from topics.terms import count_terms
from topics.usage import usage

if TYPE_CHECKING:
    from collections.abc import Sequence


def _names(abstracts: Sequence[str], labels: Sequence[int], tree: Tree | None = None) -> list[str]:
    """Names of topics and groups; topics are numbered by falling size."""
    terms = count_terms([""] * len(abstracts), abstracts)
    vectors = unit_rows(np.random.default_rng(0).normal(size=(len(labels), 6)))
    clustering = settle(np.array(labels), knn_graph(vectors, k=4), vectors=vectors)
    members = clustering.labels[:, None] == np.arange(clustering.topics)
    fit = Fit(clustering, csr_matrix(members.T.astype(float) @ terms.counts.toarray()))
    found = label_topics(fit, terms, nearness=lambda _, phrases: [0.0] * len(phrases), tree=tree)
    return [label.name for label in found]


def test_a_group_is_named_for_all_of_it_and_its_topics_apart() -> None:
    abstracts = ["Diffusion models. Score matching."] * 6
    abstracts += ["Diffusion models. Image editing."] * 5
    abstracts += ["Policy gradients. Reward shaping."] * 4 + ["Policy gradients. Game trees."] * 3
    labels = [0] * 6 + [1] * 5 + [2] * 4 + [3] * 3
    names = _names(abstracts, labels, Tree(4, (4, 4, 5, 5, -1, -1)))
    assert names == [
        "Score matching",
        "Image editing",
        "Reward shaping",
        "Game trees",
        "Diffusion models",
        "Policy gradients",
    ]


def test_a_phrase_of_one_member_does_not_name_the_group() -> None:
    abstracts = ["Machine unlearning, language models."] * 8 + [
        "Language models, safety alignment."
    ] * 6
    abstracts += ["Speech codecs."] * 6
    names = _names(abstracts, [0] * 8 + [1] * 6 + [2] * 6, Tree(3, (3, 3, -1, -1)))
    assert names[:2] == ["Machine unlearning", "Safety alignment"]
    assert names[3] == "Language models"


def test_a_noun_that_mostly_goes_on_gives_way_to_one_that_stands_by_itself() -> None:
    kinds = ["segmentation", "registration", "retrieval", "denoising", "captioning", "fusion"]
    abstracts = [f"The medical image {kind} of a tumour atlas." for kind in kinds]
    names = _names([*abstracts, *["Speech codecs."] * 6], [0] * 6 + [1] * 6)
    assert names[0] == "Tumour atlas"


def test_a_name_is_written_as_the_papers_of_its_topic_write_it() -> None:
    """Although most papers of the corpus write it otherwise."""
    abstracts = ["The low-rank adapters of a robot."] * 5 + ["Speech codecs."] * 12
    abstracts += ["Not a topic: low rank adapter."] * 8
    names = _names(abstracts, [1] * 5 + [0] * 12 + [-1] * 8)
    assert names[1] == "Low-rank adapters"


def test_a_name_of_one_hyphenated_word_is_none() -> None:
    abstracts = ["Reed-Solomon, error floors."] * 6 + ["Speech codecs."] * 6
    assert _names(abstracts, [0] * 6 + [1] * 6)[0] == "Error floors"


def test_a_topic_whose_papers_share_no_phrase_is_named_by_two_of_its_words() -> None:
    abstracts = ["Memory.", "Memory, GPU.", "GPU memory.", "GPU, memory.", "GPU. Memory."]
    abstracts += ["Speech codecs."] * 6
    assert set(_names(abstracts, [1] * 5 + [0] * 6)) == {"Speech codecs", "GPU memory"}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("machine unlearning", "Machine unlearning"),
        ("LoRA adapters", "LoRA adapters"),
        ("3D scenes", "3D scenes"),
        ("t-SNE plots", "T-SNE plots"),
        ("Bayesian nets", "Bayesian nets"),
    ],
)
def test_the_first_letter_is_a_capital_unless_the_word_is_its_own(name: str, written: str) -> None:
    if name == "t-SNE plots":
        assert sentence(name) == name
    else:
        assert sentence(name) == written


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        (" segmentation of", True),
        ("-guided", True),
        (" of tumours", False),
        (", and", False),
        ("", False),
        (" we show", False),
        (". Next", False),
    ],
)
def test_what_follows_a_phrase(text: str, goes_on: bool) -> None:
    assert continues(text) is goes_on


WORDS = "adam sgd lora kernel ridge flow policy reward token prompt sketch codec graph".split()


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=2, max_size=7), min_size=24, max_size=40),
    st.integers(0, 1000),
)
def test_names_of_any_tree_are_apart_and_in_the_papers(papers: list[list[str]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    given_labels = np.sort(np.concatenate([np.arange(6), rng.integers(0, 6, len(papers) - 6)]))
    sizes = np.bincount(given_labels)
    order = np.argsort(-sizes, kind="stable")
    labels = np.argsort(order)[given_labels]  # numbered by falling size, as topics are
    abstracts = [" ".join(words) + "." for words in papers]
    tree = Tree(6, (6, 6, 7, 7, 8, -1, 8, 8, -1))
    names = _names(abstracts, labels.tolist(), tree)
    assert len(names) == 9
    words = [frozenset(name.casefold().split()) for name in names]
    assert len(set(words)) == 9, names
    for node, name in enumerate(names):
        assert 2 <= len(name.split()) <= 5
        if " and " in name or "group" in name or "Mixed" in name:
            continue  # no phrase of its own was left
        members = np.flatnonzero(np.isin(labels, tree.leaves(node)))
        assert any(name.lower() in abstracts[row] for row in members), name


def test_usage_adds_up_over_the_tree() -> None:
    abstracts = ["Normalizing flows."] * 3 + ["Speech codecs. Normalizing flows."] * 2 + ["Codecs."]
    terms = count_terms([""] * 6, abstracts)
    counts = usage(np.array([0, 0, 0, 1, 1, -1]), Tree(2, (2, 2, -1)), terms)
    flows = terms.terms.index("normalizing flow")
    assert counts.inside[:, flows].tolist() == [3, 2, 5]
    assert counts.sizes.tolist() == [3, 2, 5]
    assert counts.everywhere[flows] == 5
    assert counts.rest(0)[flows] == pytest.approx(2.5 / 4)
    assert counts.beside([1])[flows] == pytest.approx(2.5 / 3)
    assert usage(np.array([-1] * 6), flat(0), terms).inside.shape == (0, len(terms.terms))


# ------------------------------------------------------------------------ who gets which


def _candidate(term: str, score: float, papers: int, *, even: bool = False) -> Candidate:
    return Candidate(score, term, term, even=even, papers=papers)


def _chosen(*candidates: list[Candidate], parents: tuple[int, ...], sizes: list[int]) -> list[str]:
    topics = sum(1 for node in range(len(parents)) if node not in parents)
    terms = count_terms(["a b"], ["a b"])
    return distinct(candidates, Tree(topics, parents), [[]] * len(parents), terms, sizes)


def test_a_small_group_of_no_common_phrase_takes_that_of_a_topic() -> None:
    own = [_candidate("polynomial time", 0.6, 2), _candidate("domain shift", 0.2, 5)]
    first = [_candidate("domain shift", 2.0, 5), _candidate("risk bound", 1.0, 3)]
    second = [_candidate("label noise", 1.0, 4)]
    lone = [_candidate("speech codec", 1.0, 9)]
    tree = {"parents": (3, 3, -1, -1)}
    names = _chosen(first, second, lone, own, **tree, sizes=[12, 8, 20, 20])
    assert names == ["Risk bound", "Label noise", "Speech codec", "Domain shift"]
    # What most papers of a topic say stays with it, and what it could not make up for.
    names = _chosen(first, second, lone, own, **tree, sizes=[9, 8, 20, 20])
    assert names[0] == "Domain shift"
    assert names[3] == "Polynomial time"
    names = _chosen(first[:1], second, lone, own, **tree, sizes=[12, 8, 20, 20])
    assert names[0] == "Domain shift"
    # In a large group a phrase of one topic says little of the others.
    names = _chosen(first, second, lone, own, **tree, sizes=[12, 900, 20, 912])
    assert names[3] == "Polynomial time"


def test_what_all_of_a_group_is_about_goes_to_the_group() -> None:
    shared = _candidate("diffusion model", 1.0, 9, even=True)
    first = [_candidate("diffusion model", 3.0, 6), _candidate("score matching", 1.0, 5)]
    second = [_candidate("image editing", 1.0, 4)]
    names = _chosen(first, second, [shared], parents=(2, 2, -1), sizes=[8, 6, 14])
    assert names == ["Score matching", "Image editing", "Diffusion model"]


def test_without_candidates_there_is_still_a_name() -> None:
    names = _chosen([], [], [], parents=(2, 2, -1), sizes=[3, 3, 6])
    assert len(set(names)) == 3
    assert all(2 <= len(name.split()) <= 5 for name in names)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("graph networks", "Graph networks"),
        ("in-context learning", "In-context learning"),
        ("non-English languages", "Non-English languages"),
        ("k-NN search", "k-NN search"),
        ("mT5 models", "mT5 models"),
        ("LoRA", "LoRA"),
    ],
)
def test_a_name_begins_with_a_capital_unless_its_word_is_written_otherwise(
    name: str, shown: str
) -> None:
    assert sentence(name) == shown
