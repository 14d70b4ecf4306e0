"""Corpora whose papers carry a label that somebody gave them, to judge topics by."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import pandas as pd

    from topics.corpus import Corpus

__all__ = ["CORPORA", "Labelled", "again", "data_folder", "load"]

#: Labels of fewer papers say more of chance than of topics.
_FEWEST = 5


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A corpus and the label of each of its papers.

    Attributes:
        name: short name, for tables.
        corpus: as a build makes it of the records.
        labels: int array of shape (papers,).
    """

    name: str
    corpus: Corpus
    labels: np.ndarray

    @property
    def plain_texts(self) -> list[str]:
        """Title and abstract, as other programs are given them."""
        papers = self.corpus.papers
        return [f"{t}. {a}" for t, a in zip(papers["title"], papers["abstract"], strict=True)]


def data_folder() -> Path:
    """Where the labelled tables are: ``data`` in the folder that PAPERMAP_SHARED names."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    return Path(os.environ.get("PAPERMAP_SHARED", beside)) / "data"


def load(name: str, *, papers: int | None = None) -> Labelled:
    """Read a labelled corpus by its name in `CORPORA`.

    Args:
        name: of the corpus.
        papers: at most this many, drawn by a fixed seed.
    """
    import numpy as np
    import pandas as pd

    from topics.corpus import build_corpus
    from topics.sources.record import Record, SourceRead

    frame = CORPORA[name]()
    frame = frame[frame["label"].notna() & (frame["abstract"].str.len() > 0)]
    sizes = frame["label"].value_counts()
    frame = frame[frame["label"].isin(sizes.index[sizes >= _FEWEST])].reset_index(drop=True)
    if papers is not None and papers < len(frame):
        frame = frame.sample(papers, random_state=7).reset_index(drop=True)
    records = tuple(
        Record(title=str(title), abstract=str(abstract), source=name, line=line)
        for line, (title, abstract) in enumerate(
            zip(frame["title"], frame["abstract"], strict=True)
        )
    )
    corpus = build_corpus([SourceRead(source=name, format="table", records=records)])
    kept = corpus.ledger.drop_duplicates("paper_id").set_index("paper_id")["line"]
    given = frame["label"].to_numpy()[kept.loc[corpus.papers["id"]].to_numpy()]
    return Labelled(name, corpus, np.asarray(pd.factorize(given, sort=True)[0]))


def again(corpus: Corpus, rows: np.ndarray) -> Corpus:
    """A corpus of some papers of another, read in the order of the rows."""
    from topics.corpus import build_corpus
    from topics.sources.record import Record, SourceRead

    papers = corpus.papers.iloc[rows]
    records = tuple(
        Record(title=title, abstract=abstract, source="again", line=line)
        for line, (title, abstract) in enumerate(
            zip(papers["title"], papers["abstract"], strict=True)
        )
    )
    return build_corpus([SourceRead(source="again", format="table", records=records)])


def _table(file: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_parquet(data_folder() / f"{file}.parquet")


def _iclr() -> pd.DataFrame:
    return _table("iclr_labelled_2017_2023")


def _balanced(start: int, count: int | None) -> pd.DataFrame:
    """A slice of one fixed shuffle, so that slices share no paper."""
    frame = _table("arxiv_balanced").sample(frac=1, random_state=0)
    return frame.iloc[start : None if count is None else start + count]


def _balanced_half() -> pd.DataFrame:
    """Few categories with many papers each: what a corpus on few subjects looks like."""
    frame = _table("arxiv_balanced").sample(frac=1, random_state=1)
    chosen = sorted(frame["label"].unique())[::4]
    return frame[frame["label"].isin(chosen)].groupby("label").head(200)


def _hf() -> pd.DataFrame:
    return _table("hf_daily_papers").dropna(subset=["label"]).sample(4000, random_state=0)


def _hf_rest() -> pd.DataFrame:
    """What the other corpus of daily papers leaves, for a last look: nothing was tuned on it."""
    frame = _table("hf_daily_papers").dropna(subset=["label"]).sample(frac=1, random_state=0)
    return frame.iloc[4000:6500]


def _cs(start: int, count: int, *, seed: int) -> pd.DataFrame:
    frame = _table("arxiv_cs_2024_2026").sample(frac=1, random_state=seed)
    frame = frame.iloc[start : start + count]
    return frame.assign(label=frame["categories"].str.split().str[0])


CORPORA: Mapping[str, Callable[[], pd.DataFrame]] = {
    "iclr": _iclr,
    "arxiv5k": lambda: _balanced(0, 5000),
    "arxiv2k": lambda: _balanced(5000, 2000),
    "arxiv13": _balanced_half,
    "arxiv700": lambda: _balanced(20000, 700),
    "arxiv300": lambda: _balanced(20700, 300),
    "hf4k": _hf,
    "hf2k5": _hf_rest,
    "cs4k": lambda: _cs(0, 4000, seed=0),
    "cs3k": lambda: _cs(0, 3000, seed=11),
    "cs600": lambda: _cs(20000, 600, seed=11),
    "arxiv13k": lambda: _balanced(7000, 13000),
    "arxiv26k": lambda: _balanced(0, None),
}
