"""Languages of abstracts: told where they matter, without a word where they do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from topics.corpus import build_corpus
from topics.language import language_notice, language_of
from topics.sources.record import Record, SourceRead

ENGLISH = (
    "We show that the roots of old trees hold the soil of steep slopes, and that this is the case "
    "for all of the forests which we have visited in the last ten years of our study."
)
GERMAN = (
    "Diese Arbeit untersucht, wie die Wurzeln alter Bäume den Boden steiler Hänge halten, und "
    "zeigt, dass dies für alle Wälder gilt, die wir in den letzten Jahren besucht haben."
)
FRENCH = (
    "Cet article montre que les racines des vieux arbres retiennent le sol des pentes raides, et "
    "que cela vaut pour toutes les forêts que nous avons visitées ces dernières années."
)
JAPANESE = (
    "本論文では古い木の根が急な斜面の土を保つことを示し、この十年間に訪れた森のすべてに当てはまることを述べる。"
    * 2
)


@pytest.mark.parametrize(
    ("text", "code"), [(ENGLISH, "en"), (GERMAN, "de"), (FRENCH, "fr"), (JAPANESE, "ja")]
)
def test_languages_are_told_apart(text: str, code: str) -> None:
    assert language_of(text) == code
    assert language_of(text.upper()) == code


def test_a_mixed_corpus_says_so() -> None:
    notice = language_notice([ENGLISH] * 80 + [GERMAN] * 15 + [FRENCH] * 5)
    assert notice is not None
    assert notice.startswith("20 % of the abstracts are not in English (German and French)")
    assert "follow the language" in notice


def test_a_corpus_in_another_language_says_what_that_means() -> None:
    assert str(language_notice([JAPANESE] * 10)).startswith("All abstracts are in Japanese, not")
    notice = language_notice([GERMAN] * 80 + [ENGLISH] * 20)
    assert str(notice).startswith("80 % of the abstracts are in German, not in English")


def test_a_large_corpus_is_sampled() -> None:
    notice = language_notice(([ENGLISH] * 7 + [GERMAN]) * 700)
    assert notice is not None
    assert notice.startswith("About 1")


def test_nothing_is_said_of_a_few_or_of_none() -> None:
    assert language_notice([]) is None
    assert language_notice(["", "too short"] * 20) is None
    assert language_notice([ENGLISH] * 40 + [GERMAN] * 2) is None
    assert language_notice([ENGLISH] * 2000 + [GERMAN] * 10) is None


def test_the_corpus_carries_the_notice() -> None:
    texts = [ENGLISH] * 6 + [GERMAN] * 4
    records = tuple(
        Record(title=f"Paper {row}", abstract=f"{row}: {text}", source="a", line=row + 1)
        for row, text in enumerate(texts)
    )
    corpus = build_corpus([SourceRead(source="a", format="x", records=records)])
    assert [notice[:40] for notice in corpus.notices] == [
        "40 % of the abstracts are not in English"
    ]


def test_english_needs_no_model() -> None:
    code = f"""
import sys
from topics.language import language_notice
assert language_notice([{ENGLISH!r}] * 9) is None
assert "py3langid" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])  # noqa: S603


def test_real_abstracts_are_english(shared: Path) -> None:
    for name in ("iclr_labelled_2017_2023.parquet", "hf_daily_papers.parquet"):
        papers = pd.read_parquet(shared / "data" / name, columns=["abstract"])
        assert language_notice(papers["abstract"].fillna("").tolist()) is None
