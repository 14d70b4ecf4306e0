"""The topic model: BERTopic's class-based TF-IDF over the topics that were found.

The weight of a term in a topic is BERTopic's (Grootendorst 2022), worked out by its own
transformer with its two options for corpora in which some words are everywhere. It is handed
counts that are there already: no text is split twice. Its objects stop in this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.thirdparty import quiet

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from topics.clustering import Clustering
    from topics.terms import TermTable

__all__ = ["Fit", "fit_topics"]

_FEWEST_TERMS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted topic model.

    Attributes:
        clustering: which topic each paper is in.
        weights: class-based TF-IDF of each term in each topic, csr matrix (topics, terms), with
            the columns of the term table.
    """

    clustering: Clustering
    weights: csr_matrix

    @property
    def topics(self) -> int:
        """Number of topics."""
        return self.clustering.topics


def fit_topics(terms: TermTable, clustering: Clustering) -> Fit:
    """Describe the clusters by their terms.

    Args:
        terms: terms of each paper.
        clustering: the clusters.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    topics, shape = clustering.topics, (clustering.topics, len(terms.terms))
    if topics == 0 or len(terms.terms) < _FEWEST_TERMS:
        # There is nothing to weigh, or no term to weigh a single one against.
        return Fit(clustering, csr_matrix(np.ones(shape)))
    papers = len(clustering.labels)
    # The unclustered papers are a class of their own, against which the topics stand out too.
    class_of = np.where(clustering.labels >= 0, clustering.labels, topics)
    member = csr_matrix((np.ones(papers), (class_of, np.arange(papers))))
    counts = csr_matrix(member @ terms.counts)
    with quiet():
        weigh = _class_tfidf()(reduce_frequent_words=True, bm25_weighting=True)
        weights = csr_matrix(weigh.fit(counts).transform(counts))
    weights.sort_indices()
    return Fit(clustering, weights[:topics])


def _class_tfidf() -> Any:
    """BERTopic's transformer, its file loaded alone: the package loads all that draws, too."""
    package = find_spec("bertopic")
    for folder in (package and package.submodule_search_locations) or ():
        file = Path(folder, "vectorizers", "_ctfidf.py")
        spec = spec_from_file_location("bertopic_ctfidf", file) if file.is_file() else None
        if spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            return module.ClassTfidfTransformer
    # Where its files lie is BERTopic's own affair; the long way is always there.
    from bertopic.vectorizers import ClassTfidfTransformer

    return ClassTfidfTransformer
