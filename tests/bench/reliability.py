"""Whether a membership of 40 % is one in four of ten cases: reliability on labelled corpora.

    python -m tests.bench.reliability [CORPUS…] [--papers N] [--json FILE]

The label that most papers of a topic carry is taken for the topic's. Labels are not topics: even
papers in the midst of a topic share its label only so often, which differs from corpus to corpus,
and some share it by chance. So agreement is given on the scale from chance (0) to that of papers
whose nearest papers are in the topic by four fifths (1). A confidence is right where the two
columns are equal; ``ECE`` is their mean distance, weighted by the number of cases.

Of themes the answer itself is known: each label of a corpus becomes a theme whose phrases are the
words that set it off in half of the papers, and the other half is sorted by them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import figures, labelled
from tests.bench.quality import make

#: Share of nearest papers in its topic from which on a paper is in the midst of it.
_MIDST = 0.8
_QUICK = ("arxiv2k", "arxiv13", "iclr")
_THEMES = 6
_PHRASES = 8


def memberships(name: str, papers: int | None = None) -> dict[str, Any]:
    """Confidence of memberships beside agreement with the labels."""
    from topics.clustering import votes
    from topics.memberships import membership_table

    given = labelled.load(name, papers=papers)
    _, placed, described = make(given.corpus)
    found = described.clustering
    names = [f"t{topic}" for topic in range(found.topics)]
    ids = list(given.corpus.papers["id"])
    table = membership_table(ids, found, placed.graph, names=names)
    label_of = figures.majority_labels(given.labels, found.labels)
    row_of = {paper: row for row, paper in enumerate(ids)}
    rows = table["paper_id"].map(row_of).to_numpy()
    topic = table["topic"].str[1:].astype(int).to_numpy()
    right = label_of[topic] == given.labels[rows]
    own = votes(found.labels, placed.graph, found.topics)[rows, topic]
    rank = table["rank"].to_numpy()
    midst = (own >= _MIDST) & (rank == 1)
    chance = (np.bincount(given.labels) / len(given.labels))[label_of[topic]]
    most = float((right - chance)[midst].mean()) if midst.any() else np.nan
    scaled = (right - chance) / most
    sure = table["confidence"].to_numpy()
    kinds = {"all": rank > 0, "own topic": rank == 1, "further": rank > 1}
    return {
        "papers": len(ids),
        "chance": float(chance.mean()),
        "midst": float(right[midst].mean()) if midst.any() else np.nan,
        "with_further": float(np.mean(np.isin(ids, table.loc[rank > 1, "paper_id"]))),
        **{kind: figures.reliability(sure[at], scaled[at]) for kind, at in kinds.items()},
    }


def themes(name: str, papers: int | None = None) -> dict[str, Any]:
    """Confidence of themes beside how often the theme is the paper's label."""
    from topics import stages
    from topics.settings import BuildSettings
    from topics.store import NullCache
    from topics.themefile import Theme
    from topics.themes import assign_themes

    given = labelled.load(name, papers=papers)
    encoded = stages.encode(given.corpus, BuildSettings(), NullCache())
    texts, labels = stages.texts_of(given.corpus), given.labels
    chosen = np.argsort(-np.bincount(labels), kind="stable")[: 2 * _THEMES : 2]
    rng = np.random.default_rng(0)
    seen = rng.random(len(labels)) < 0.5
    made = [
        Theme(name=f"label {label}", description="", phrases=tuple(words))
        for label, words in zip(chosen, _telling(texts, labels, seen, chosen), strict=True)
    ]
    found = assign_themes(made, texts, encoded.vectors, encoded.encoder())
    truth = np.full(len(labels), -1)
    for theme, label in enumerate(chosen):
        truth[labels == label] = theme
    asked = ~seen
    return {"papers": int(asked.sum())} | {
        kind: figures.reliability(found.confidence[at], (found.labels == truth)[at].astype(float))
        for kind, at in {
            "all": asked,
            "a theme": asked & (found.labels >= 0),
            "other": asked & (found.labels < 0),
        }.items()
    }


def _telling(
    texts: list[str], labels: np.ndarray, seen: np.ndarray, chosen: np.ndarray
) -> list[list[str]]:
    """The words and pairs of words that are most telling of each label."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2), stop_words="english", min_df=3, sublinear_tf=True
    )
    table = vectorizer.fit_transform([text for text, at in zip(texts, seen, strict=True) if at])
    words = vectorizer.get_feature_names_out()
    everywhere = np.asarray(table.mean(axis=0)).ravel()
    found = []
    for label in chosen:
        here = np.asarray(table[labels[seen] == label].mean(axis=0)).ravel()
        best = np.argsort(everywhere - here, kind="stable")[:_PHRASES]
        found.append([str(words[at]) for at in best])
    return found


def _print(name: str, what: str, row: dict[str, Any]) -> None:
    head = ", ".join(
        f"{key} {value:.3g}" for key, value in row.items() if not isinstance(value, dict)
    )
    print(f"{name}, {what}: {head}")
    for kind, told in row.items():
        if isinstance(told, dict):
            print(f"  {kind:10s} ECE {told['ece']:.3f} of {told['cases']}")
            for cell in told["bins"]:
                bar = "#" * round(30 * min(max(cell["right"], 0), 1.2))
                print(
                    f"    {cell['confidence']:.2f} → {cell['right']:+.2f}  {cell['cases']:6d} {bar}"
                )


def main() -> int:
    """Measure, print the diagrams, write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("corpora", nargs="*", default=_QUICK, help=", ".join(labelled.CORPORA))
    parser.add_argument("--papers", type=int, help="at most this many papers of each corpus")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    asked = parser.parse_args()
    if unknown := [name for name in asked.corpora if name not in labelled.CORPORA]:
        known = ", ".join(labelled.CORPORA)
        sys.stderr.write(f"No corpus is named {unknown[0]!r}; there are {known}.\n")
        return 2
    results: dict[str, Any] = {}
    for name in asked.corpora:
        results[name] = {}
        for what, measure in (("memberships", memberships), ("themes", themes)):
            results[name][what] = measure(name, asked.papers)
            _print(name, what, results[name][what])
            sys.stdout.flush()
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
