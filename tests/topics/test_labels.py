"""Names of topics: phrases of their own papers, each its own, whatever the papers say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from topics.clustering import UNCLUSTERED, settle
from topics.encoders.base import unit_rows
from topics.labels import KEYWORDS, TopicLabel, label_topics, representatives, with_words
from topics.model import Fit, fit_topics
from topics.neighbours import knn_graph
from topics.terms import TermTable, count_terms
from topics.thirdparty import quiet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topics.clustering import Clustering

#: What the papers of three topics say, with a filler that all of them share.
SUBJECTS = (
    "Densities, normalizing flows, invertibility.",
    "Agents, policy gradients, rewards.",
    "Streams, matrix sketching, compression.",
)
FILLER = "Sparse attention."


def _vectors(papers: int) -> np.ndarray:
    return unit_rows(np.random.default_rng(0).normal(size=(papers, 6)))


def _clustering(labels: Sequence[int]) -> Clustering:
    vectors = _vectors(len(labels))
    return settle(np.array(labels), knn_graph(vectors, k=4), vectors=vectors)


def _fit(terms: TermTable, clustering: Clustering) -> Fit:
    """A model whose weights are the plain counts of each topic."""
    members = clustering.labels[:, None] == np.arange(clustering.topics)
    return Fit(clustering, csr_matrix(members.T.astype(float) @ terms.counts.toarray()))


def _even(topics: Sequence[int], phrases: Sequence[str]) -> list[float]:
    return [0.0] * len(phrases)


def _label(
    titles: Sequence[str], abstracts: Sequence[str], labels: Sequence[int]
) -> tuple[TopicLabel, ...]:
    terms = count_terms(titles, abstracts)
    return label_topics(_fit(terms, _clustering(labels)), terms, nearness=_even)


def _papers(per_topic: int = 5) -> tuple[list[str], list[str], list[int]]:
    labels = [topic for topic in range(3) for _ in range(per_topic - topic)]
    return [""] * len(labels), [f"{SUBJECTS[topic]} {FILLER}" for topic in labels], labels


def test_topics_are_named_by_what_their_papers_share() -> None:
    found = _label(*_papers())
    assert [label.name for label in found] == [
        "Normalizing flows",
        "Policy gradients",
        "Matrix sketching",
    ]


def test_the_model_gives_the_same_names() -> None:
    titles, abstracts, labels = _papers()
    terms, clustering = count_terms(titles, abstracts), _clustering(labels)
    fit = fit_topics(terms, clustering)
    assert fit.weights.shape == (3, len(terms.terms))
    assert (fit.weights.data >= 0).all()
    found = label_topics(fit, terms, nearness=_even)
    assert [label.name for label in found] == [label.name for label in _label(*_papers())]
    for label in found:
        assert not any("attention" in keyword for keyword in label.keywords[:3])


def test_the_model_leaves_unclustered_papers_out() -> None:
    titles, abstracts, labels = _papers()
    labels[:2] = [UNCLUSTERED, UNCLUSTERED]
    terms, clustering = count_terms(titles, abstracts), _clustering(labels)
    fit = fit_topics(terms, clustering)
    flows = terms.terms.index("normalizing flow")
    weight = fit.weights[:, [flows]].toarray().ravel()
    assert clustering.labels[2] == weight.argmax()
    assert (weight > 0).sum() == 1


def test_the_weights_are_those_of_bertopic() -> None:
    with quiet():
        from bertopic import vectorizers

    titles, abstracts, labels = _papers()
    labels[:2] = [UNCLUSTERED, UNCLUSTERED]
    terms, clustering = count_terms(titles, abstracts), _clustering(labels)
    rows = [clustering.labels == topic for topic in range(-1, clustering.topics)]
    counts = csr_matrix([terms.counts.toarray()[papers].sum(axis=0) for papers in rows])
    peer = vectorizers.ClassTfidfTransformer(reduce_frequent_words=True, bm25_weighting=True)
    weights = fit_topics(terms, clustering).weights
    assert np.allclose(weights.toarray(), peer.fit_transform(counts).toarray()[1:])


def test_a_repeated_phrase_of_one_paper_names_nothing() -> None:
    titles, abstracts, labels = _papers()
    abstracts[0] += " Quantum annealing." * 50
    assert _label(titles, abstracts, labels)[0].name == "Normalizing flows"


def test_a_fragment_gives_way_to_the_longer_phrase() -> None:
    abstracts = ["The cosine annealing schedule."] * 4 + ["Speech codecs."] * 4
    (first, _) = _label([""] * 8, abstracts, [0] * 4 + [1] * 4)
    assert first.name == "Cosine annealing schedule"


def test_among_fitting_phrases_the_one_that_means_the_topic_wins() -> None:
    abstracts = ["Kernel machines. Ridge regression."] * 4 + ["Speech codecs."] * 4
    terms, clustering = count_terms([""] * 8, abstracts), _clustering([0] * 4 + [1] * 4)
    fit = _fit(terms, clustering)
    for wanted in ("Kernel machines", "Ridge regression"):

        def nearness(_: Sequence[int], phrases: Sequence[str], wanted: str = wanted) -> list[float]:
            return [1.0 if phrase == wanted.lower() else 0.0 for phrase in phrases]

        assert label_topics(fit, terms, nearness=nearness)[0].name == wanted


def test_a_phrase_of_telling_words_goes_before_one_of_rare_words() -> None:
    """Where no phrase is in many papers, one with a word that most of them use stands for them."""
    abstracts = ["Robots."] * 12 + ["Robots, tidal turbines."] * 3 + ["Robot swarms."] * 3
    abstracts += ["Speech codecs."] * 18
    found = _label([""] * 36, abstracts, [0] * 18 + [1] * 18)
    assert {label.name for label in found} == {"Robot swarms", "Speech codecs"}


def test_capitals_of_names_are_kept() -> None:
    abstracts = ["The LoRA adapters."] * 4
    abstracts += ["We use Bayesian posteriors."] * 4
    found = _label([""] * 8, abstracts, [0] * 4 + [1] * 4)
    assert {label.name for label in found} == {"LoRA adapters", "Bayesian posteriors"}


def test_two_topics_of_the_same_words_get_different_names() -> None:
    abstracts = ["Normalizing flows map densities."] * 12
    found = _label([""] * 12, abstracts, [0] * 4 + [1] * 4 + [2] * 4)
    assert len({label.name for label in found}) == 3


def test_two_topics_of_the_same_keywords_get_names_of_different_words() -> None:
    abstracts = ["Kernels."] * 4 + ["Kernels. Ridges."] * 2 + ["Ridges."] * 4
    abstracts += ["Kernels. Ridges."] * 2
    names = [label.name for label in _label([""] * 12, abstracts, [0] * 6 + [1] * 6)]
    assert names[0] in ("Kernels and ridges", "Ridges and kernels")
    assert set(names[1].casefold().split()) != set(names[0].casefold().split())


def test_no_topics_have_no_names() -> None:
    assert _label([""] * 6, ["Normalizing flows"] * 6, [UNCLUSTERED] * 6) == ()


VOCABULARY = st.sampled_from(
    "adam sgd lora kernel ridge flow policy reward token prompt sketch codec".split()
)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.lists(VOCABULARY, min_size=1, max_size=6), st.integers(0, 3)),
        min_size=4,
        max_size=16,
    )
)
def test_names_and_keywords_of_any_topics(papers: list[tuple[list[str], int]]) -> None:
    abstracts = [" ".join(text) for text, _ in papers]
    labels = sorted(label for _, label in papers)
    clustering = _clustering(labels)
    found = _label([""] * len(papers), abstracts, labels)
    assert len(found) == clustering.topics
    names = [label.name for label in found]
    words = [frozenset(name.casefold().split()) for name in names]
    assert len(set(words)) == len(words), f"two names of the same words: {names}"
    for label in found:
        assert 2 <= len(label.name.split()) <= 5
        assert "_" not in label.name
        assert len(label.keywords) <= KEYWORDS
        assert len(set(label.keywords)) == len(label.keywords)


# ----------------------------------------------------------------- representatives


def test_representatives_are_the_papers_nearest_to_the_centre() -> None:
    vectors = _vectors(40)
    labels = np.repeat([0, 1, UNCLUSTERED], [20, 12, 8])
    for topic, rows in enumerate(representatives(labels, vectors, 2)):
        members = np.flatnonzero(labels == topic)
        centre = vectors[members].mean(axis=0)
        ranked = members[np.argsort(-(vectors[members] @ centre), kind="stable")]
        assert rows.tolist() == ranked[: len(rows)].tolist()
        assert 1 <= len(rows) <= len(members)


def test_a_small_topic_is_represented_by_all_of_it() -> None:
    (rows,) = representatives(np.array([0, 0, -1]), _vectors(3), 1)
    assert sorted(rows.tolist()) == [0, 1]


# ---------------------------------------------------------------------- with_words


def _with_words(abstracts: Sequence[str], labels: Sequence[int]) -> Clustering:
    vectors, clustering = _vectors(len(labels)), _clustering(labels)
    terms = count_terms([""] * len(labels), abstracts)
    return with_words(clustering, terms, knn_graph(vectors, k=4), vectors)


def test_topics_that_share_no_word_are_given_up() -> None:
    strange = ["aardvark", "bassoon", "cutlass", "dolmen"]
    found = _with_words(["Normalizing flows"] * 5 + strange, [0] * 5 + [1] * 4)
    assert found.labels.tolist() == [0] * 5 + [UNCLUSTERED] * 4


def test_topics_that_share_only_what_all_papers_share_are_given_up() -> None:
    labels = [0] * 4 + [1] * 4
    assert _with_words(["Normalizing flows"] * 8, labels).topics == 0
    assert _with_words(["Normalizing flows, codecs"] * 2 + ["Flows"] * 6, labels).topics == 1


@pytest.mark.parametrize("labels", [[UNCLUSTERED] * 6, [0] * 6])
def test_topics_with_words_stay_as_they_are(labels: list[int]) -> None:
    abstracts = ["Normalizing flows", "Normalizing flows map"] * 3
    clustering = _clustering(labels)
    found = _with_words(abstracts, labels)
    assert found.labels.tolist() == clustering.labels.tolist()
