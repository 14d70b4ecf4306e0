"""The topic model: what each topic is about, by the terms of its papers.

The weight of a term in a topic is class-based TF-IDF as BERTopic has it (Grootendorst 2022), with
its two options for corpora in which some words are everywhere: the root of a term's share in the
topic, times an inverse frequency in the manner of BM25. The numbers are BERTopic's to the last
digits; worked out from counts that are there already, they cost a product of two matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    totals = np.asarray(counts.sum(axis=1)).ravel()
    everywhere = np.asarray(counts.sum(axis=0)).ravel()
    usual = int(totals.mean())
    rare = np.log(1 + (usual - everywhere + 0.5) / (everywhere + 0.5))
    of_row = np.repeat(totals, np.diff(counts.indptr))
    counts.data = np.sqrt(counts.data / np.maximum(of_row, 1)) * rare[counts.indices]
    counts.sort_indices()
    return Fit(clustering, counts[:topics])
