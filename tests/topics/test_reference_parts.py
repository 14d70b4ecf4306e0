"""Names, identifiers and markup of references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid, find_url, pubmed_url
from topics.sources.markup import plain, readable
from topics.sources.names import listed_names, person_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Lovelace, Ada", "Ada Lovelace"), ("van der Berg, Jan", "Jan van der Berg"),
        ("Smith, John, Jr.", "John Smith Jr."), ("Smith, Jr., John", "John Smith Jr."),
        ("Google, Inc.", "Google, Inc."), ("Smith JA", "Smith JA"),
        ("Ada Lovelace", "Ada Lovelace"), ("Plato", "Plato"), ("Plato,", "Plato"),
        ("et al.", ""), ("", ""), (" , ", ""),
        ("[Anonymous]", ""), ("null, Plato", "Plato"), ("Wei Wang 0001", "Wei Wang"),
        ("Hoven, null", "Hoven"),
    ],
)  # fmt: skip
def test_given_names_come_first(written: str, name: str) -> None:
    assert person_name(written) == name


def test_names_in_one_line_are_divided() -> None:
    assert listed_names("Doe, J.; Roe, R.") == ["J. Doe", "R. Roe"]
    assert listed_names("Doe, J. and Roe, R.") == ["J. Doe", "R. Roe"]
    assert listed_names("Jane Doe, Rick Roe, Ann Poe") == ["Jane Doe", "Rick Roe", "Ann Poe"]
    assert listed_names("Institute of Arts and Letters") == ["Institute of Arts and Letters"]


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/ABC", "10.1000/abc"), ("https://doi.org/10.1000/a(1)b).", "10.1000/a(1)b"),
        ("doi:10.1002/jrsm.1411 [doi]", "10.1002/jrsm.1411"), ("no doi", None), ("10.1000", None),
        ("https://x.org/doi/10.1000%2Fabc?download=true", "10.1000/abc"),
        ("https://x.org/doi/10.1000/abc/full", "10.1000/abc"), ("110.1000/abc", None),
        ("10.48550/arXiv.2401.01234", None),
    ],
)  # fmt: skip
def test_dois(text: str, doi: str | None) -> None:
    assert find_doi(text) == doi


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arXiv:2401.01234v2", "2401.01234"),
        ("https://arxiv.org/abs/hep-th/9901001v3", "hep-th/9901001"),
        ("arXiv preprint arXiv:1706.03762", "1706.03762"), ("abs/1706.03762", "1706.03762"),
        ("http://arxiv.org/pdf/2401.01234v1.pdf", "2401.01234"), ("arXiv e-prints", None),
        ("10.48550/arXiv.2401.01234", "2401.01234"), ("volume 2401.01234", None),
    ],
)  # fmt: skip
def test_arxiv_ids(text: str, found: str | None) -> None:
    assert find_arxiv_id(text) == found


def test_an_arxiv_id_alone_counts_where_one_is_expected() -> None:
    assert find_arxiv_id("1207.7214v1 [hep-ex]", bare=True) == "1207.7214"
    assert find_arxiv_id("MATH.gt/0309136", bare=True) == "math.GT/0309136"
    assert find_arxiv_id("12", bare=True) is None


def test_pubmed_ids_and_addresses() -> None:
    assert find_pmid("MEDLINE:31858815") == find_pmid("031858815") == "31858815"
    assert find_pmid("http://www.ncbi.nlm.nih.gov/pubmed/25647015", bare=False) == "25647015"
    assert find_pmid("123", bare=False) is find_pmid("PMC123") is find_pmid("0") is None
    assert pubmed_url("123") == "https://pubmed.ncbi.nlm.nih.gov/123/"
    assert find_url("see https://x.org/a_(b).") == "https://x.org/a_(b)"
    assert find_url("ftp://x.org") is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("CO<sub>2</sub> and H<sup>+</sup>", "CO₂ and H⁺"),
        ("p &lt; 0.05 and &amp;lt;i&amp;gt;b&amp;lt;/i&amp;gt;", "p < 0.05 and b"),
        ("<EOS> and <img src=x onerror=alert(1)>", "<EOS> and <img src=x onerror=alert(1)>"),
        ("a <b and c> d", "a <b and c> d"),
        ("&alpha;-helix &nosuch;", "α-helix &nosuch;"),
        ("the 18<sup>th</sup> <span class='x'>case</span>", "the 18th case"),
        ("LiNbO/sub 3/ or w/o", "LiNbO₃ or w/o"),
        ("<mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>", "x²"),
        (r"\(\documentclass{minimal}\begin{document}$$x^2$$\end{document}\) is", "x² is"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<title>Aim</title><p>To see.</p>", "Aim: To see."),
        ("<![CDATA[A <i>b</i>]]>", "A b"),
    ],
)  # fmt: skip
def test_markup_becomes_text(raw: str, text: str) -> None:
    assert readable(raw) == text


@given(st.text(alphabet="<>/&;abisup=\"' \n", max_size=80))
def test_any_markup_survives(text: str) -> None:
    assert isinstance(plain(text), str)
