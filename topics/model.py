"""The topic model: BERTopic assembled from our own vectors, space and clusters.

BERTopic (Grootendorst 2022) describes each cluster by class-based TF-IDF over the terms of its
papers. It is handed everything that it would otherwise fit, so that no text is encoded twice and
the result depends on nothing but its input. Its objects stop in this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from topics.clustering import UNCLUSTERED
from topics.thirdparty import quiet

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

    from topics.clustering import Clustering
    from topics.terms import TermTable

__all__ = ["Fit", "fit_topics"]

# A character that no term holds keeps the terms of joined papers apart.
_MARK = "|"
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


def fit_topics(
    terms: TermTable, vectors: np.ndarray, space: np.ndarray, clustering: Clustering
) -> Fit:
    """Describe the clusters by their terms.

    Args:
        terms: terms of each paper.
        vectors: float32 array of shape (papers, dimensions).
        space: the reduced space that the clusters were found in.
        clustering: the clusters.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    if clustering.topics == 0:
        return Fit(clustering, csr_matrix((0, len(terms.terms))))
    if len(terms.terms) < _FEWEST_TERMS:
        # BERTopic cannot weigh a single term against others, and there is nothing to weigh.
        return Fit(clustering, csr_matrix(np.ones((clustering.topics, len(terms.terms)))))
    with quiet():
        model = _assemble(space, clustering.labels)
        model.fit_transform(_documents(terms), embeddings=vectors)
    return Fit(clustering, _weights(model, terms, clustering))


def _assemble(space: np.ndarray, labels: np.ndarray) -> Any:
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    return BERTopic(
        embedding_model=BaseEmbedder(),
        umap_model=_Given(space),
        hdbscan_model=_Given(labels),
        vectorizer_model=CountVectorizer(analyzer=_split),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True, bm25_weighting=True),
        language="multilingual",  # keeps BERTopic from stripping non-ASCII letters
        calculate_probabilities=False,
    )


class _Given:
    """A reducer and clusterer whose answer is known already."""

    def __init__(self, answer: np.ndarray) -> None:
        self.answer = answer
        self.labels_ = answer

    def fit(self, rows: Any, y: Any = None) -> _Given:
        """Accept the rows; there is nothing to fit."""
        del rows, y
        return self

    def transform(self, rows: Any) -> np.ndarray:
        """Give the answer."""
        del rows
        return self.answer

    def predict(self, rows: Any) -> np.ndarray:
        """Give the answer."""
        del rows
        return self.answer


def _split(document: str) -> list[str]:
    return [term for term in document.split(_MARK) if term.strip()]


def _documents(terms: TermTable) -> list[str]:
    """Each paper as its terms, repeated as often as they occur."""
    import numpy as np

    names = np.asarray(terms.terms, dtype=object)
    counts = terms.counts
    documents = []
    for row in range(counts.shape[0]):
        part = slice(counts.indptr[row], counts.indptr[row + 1])
        repeated = np.repeat(names[counts.indices[part]], counts.data[part].astype(int))
        documents.append(_MARK + _MARK.join(repeated) + _MARK)
    return documents


def _weights(model: Any, terms: TermTable, clustering: Clustering) -> csr_matrix:
    """Rows in our numbering of topics, columns in our order of terms."""
    import numpy as np
    from scipy.sparse import csr_matrix

    assigned = np.asarray(model.topics_)
    lowest = int(assigned.min())
    row_of = np.zeros(clustering.topics, dtype=int)
    for topic in range(clustering.topics):
        member = int(np.flatnonzero(clustering.labels == topic)[0])
        row_of[topic] = assigned[member] - lowest
    column_of = {term: column for column, term in enumerate(terms.terms)}
    found = model.vectorizer_model.get_feature_names_out()
    columns = np.asarray([column_of[term] for term in found])
    picked = model.c_tf_idf_[row_of].tocoo()
    return csr_matrix(
        (picked.data, (picked.row, columns[picked.col])),
        shape=(clustering.topics, len(terms.terms)),
    )


assert UNCLUSTERED == -1, "BERTopic writes papers in no topic as -1"  # noqa: S101
