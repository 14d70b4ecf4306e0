"""Readable text: TeX and page artefacts go, everything else stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from topics.text import clean, scrub, title_key

TEX = [
    (r"$O(1/T^2)$", "O(1/T²)"),
    ("$λ$-ECLIPSE: Multi-Concept", "λ-ECLIPSE: Multi-Concept"),
    (r"{\em opposite trend} here", "opposite trend here"),
    (r"\textit{agnostic to {every} choice}", "agnostic to {every} choice"),
    (r"\textbf{43.2} on \emph{test}", "43.2 on test"),
    (r"a na\"{\i}ve way", "a naïve way"),
    (r"H\"older and Schr\"odinger, Fr\'echet, It\^o, vis-\`a-vis", None),
    (r"G\"{o}del, Ma\'nczak, B\'{e}zier, Bolet\'{\i}n", "Gödel, Mańczak, Bézier, Boletín"),
    (r"we call it {\bf LeJEPA}, a lean", "we call it LeJEPA, a lean"),
    (r"Lion (Evo\textbf{Lved Sign})", "Lion (EvoLved Sign)"),
    (r"79\% of R\&D under_score \_x", "79% of R&D under_score _x"),
    (r"$\mathcal{O}(\sqrt{n}\log n)$ steps", "O(√n log n) steps"),
    (r"$\frac{1}{r+1}$ and $\hat{x}_{t+1}$", "1/(r+1) and x̂ₜ₊₁"),
    (r"in $\sim$20 seconds, \(9.6\times\) fewer", "in ∼20 seconds, 9.6× fewer"),
    (r"$W \in \mathbb{R}^{m\times n}$", "W ∈ ℝ^(m×n)"),
    (r"softmax$(QK^\top/\sqrt{d_k})V$", "softmax(QKᵀ/√dₖ)V"),
    (r"PIXART-{\delta} at 360{\deg}", "PIXART-δ at 360°"),
    (r"\eg, this; \ie that; \aka so", "e.g., this; i.e. that; a.k.a. so"),
    (r"\ours{} allows, {\ours} too; \ReSocratic first", "ours allows, ours too; ReSocratic first"),
    (r"see \href{https://a.io/b_c}{code}.", "see code (https://a.io/b_c)."),
    (r"see \url{https://a.io/b\_c}.", "see https://a.io/b_c."),
    (r"noise~\footnote{see below} here", "noise (see below) here"),
    (r"\textbf{cut off by the en", "cut off by the en"),
    ("``so'' and ``so\" and `so' and ''so''", "“so” and “so” and ‘so’ and “so”"),
    (r"only \$9, under \20 USD", "only $9, under $20 USD"),
    (r"query\'s and GPT\'s, \"quoted\"", "query's and GPT's, \"quoted\""),
    (r"10{,}240 pixels, {N}ice {W}ords, Na{ï}ve", "10,240 pixels, Nice Words, Naïve"),
    ("$\\alpha$", "α"),
]

ARTEFACTS = [
    ("take 300times less, 2.5times for", "take 300× less, 2.5× for"),
    ("5-10times faster, by 85times.", "5-10× faster, by 85×."),
    ("ImageNet 256times256 and 512 times 512", "ImageNet 256×256 and 512 × 512"),
    ("8timesA800 machines, a K{times}K grid", "8×A800 machines, a K×K grid"),
    ("ell_1-loss, ell_0 and ell_infty", "ℓ₁-loss, ℓ₀ and ℓ_∞"),
    ("runx2014each takes, jailbreaksx2013methods", "run—each takes, jailbreaks–methods"),
    ("where M^* in R^{n times n} is", "where M* ∈ R^(n×n) is"),
    ("Ain R^{mtimes r} with rll min(m,n)", "A ∈ R^(m×r) with r ≪ min(m,n)"),
    ("of rank r ll n, when m gg n", "of rank r ≪ n, when m ≫ n"),
    ("XX^top and KQ^top X^top", "XXᵀ and KQᵀ Xᵀ"),
    ("a novel Omega (1/T^2) bound", "a novel Ω (1/T²) bound"),
    ("an exp(-Omega(alpha^2 T)) rate", "an exp(-Ω(α² T)) rate"),
    ("a fast Oleft(1{r}right) rate", "a fast O(1/r) rate"),
    ("by proptoleft(d/mright)^{1/2}.", "by ∝ (d/m)^(1/2)."),
    ("risk of mathcal{O}(mathcal{C_Phi/m})", "risk of O(C_Φ/m)"),
    ("the class C_{Phicirc Psi} > C_Psi", "the class C_(Φ∘Ψ) > C_Ψ"),
    ("mathcal{O}(1/epsilon^4) and nu^1-based", "O(1/ε⁴) and ν¹-based"),
    ("O(dm^2) and O(n^{-1/2}), 10^-6", "O(dm²) and O(n^(-1/2)), 10⁻⁶"),
    ("a 360^circ view, 360^{circ} view", "a 360° view, 360° view"),
    ("pi_0 and π_{0.5}, v_{ref}", "π₀ and π_0.5, v_ref"),
    ("ratio leq 3, 5.6 rightarrow 4.7", "ratio ≤ 3, 5.6 → 4.7"),
    ("roughly sim25% of {sim}70K", "roughly ∼25% of ∼70K"),
    ("at https://a.io/b_c{GitHub repo}.", "at https://a.io/b_c (GitHub repo)."),
    ("at https://a.io/x{https://a.io/x}.", "at https://a.io/x."),
    ("estimation~(NCE), Stage~I, 450~MB", "estimation (NCE), Stage I, 450 MB"),
    ("R&amp;D &lt;b&gt; &#39;x&#39;", "R&D <b> 'x'"),
    ("cafÃ© â€” so", "café — so"),
]

DASHES = [
    ("well -- nearly -- done", "well – nearly – done"),
    ("vision--language models, 7B--8B, 0.89--0.96", "vision–language models, 7B–8B, 0.89–0.96"),
    ("noise, and--perhaps surprisingly--even if", "noise, and—perhaps surprisingly—even if"),
    ("a GPU--achievements beyond", "a GPU—achievements beyond"),
    ("evolution---the agent", "evolution—the agent"),
    ("run it with --page-year 2025", "run it with --page-year 2025"),
    ("i-- and j--;", None),
]

UNTOUCHED = [
    "It costs between $5 and $10, or $5-$10.",
    "Priced at US$44 ($65). About $20M, then <$50 and <$10.",
    r"Saved in C:\new\table or \\server\share\x_1.",
    "a_b and snake_case_name, __init__ and x_i",
    "matrix2014data, index2013a and x2014 alone",
    "sometimes, three times faster, 3 timesteps, 2048x2048",
    "<img src=x onerror=alert(1)> in the title",
    r"$\href{javascript:alert(1)}{x}$ costs $5",
    r"$\href{javascript:…}$",
    ":red[x] **b** _i_ `c` [l](https://a.io/~x)",
    "about ~30% of 2~3x, ~ 1K",
    'a set {1, 2, 3} and {"a": 1}, GPT-{n}',
    "https://github.com/Foo/bar_baz--qux_1^2~x",
    "sim2real and sim-to-real, approx. 5, all in all",
    "alpha and beta testing, in the limit to be",
    "100% & more; a < b > c; AT&T",
    "1/2 and 3^x, pass^k",
    "the left (and right) side",
    "漢字 и кириллица, ελληνικά, emoji 🙂",
]


@pytest.mark.parametrize(("raw", "shown"), TEX + ARTEFACTS + DASHES)
def test_tex_and_artefacts_become_readable(raw: str, shown: str | None) -> None:
    got = clean(raw)
    if shown is not None:
        assert got == shown
    assert clean(got) == got


@pytest.mark.parametrize("text", UNTOUCHED)
def test_ordinary_text_stays(text: str) -> None:
    assert clean(text) == text


def test_accents_without_braces() -> None:
    assert clean(TEX[6][0]) == "Hölder and Schrödinger, Fréchet, Itô, vis-à-vis"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x00b\x07c", "a b c"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("soft\u00adhyphen zero\u200bwidth\ufeff", "softhyphen zerowidth"),
        ("no\u00a0break\u2009space\n\n tab\there", "no break space tab here"),
        ("cafe\u0301", "café"),
        ("\U000f0001 private", "\ufffd private"),
    ],
)
def test_characters_that_cannot_be_shown(raw: str, shown: str) -> None:
    assert clean(raw) == shown
    assert scrub(raw) == shown
    clean(raw).encode("utf-8")


PIECES = st.sampled_from(
    (
        "\\|$|{|}|^|_|~|`|'|\"|%|&|(|)|[|]|<|>|-|*|a|b|n|x|R|O|0|1|2|.|,|\n| | the |--|``|''|"
        "times|x2014|\\textbf{|\\em |\\frac|\\'|\\\"|\\i|{\\bf |\\(|\\)|$$|left(|right)|mathcal{|"
        "ell_|Omega|alpha|^{|_{|&amp;|&lt;|https://a.b/c_d|\\href{|C:\\new|infty|sim|in R^| ll |"
        "é|λ|Ã©|\U000f0000|\ud800|\x00"
    ).split("|")
)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
@example("\\" * 7 + "{" * 40 + "$" * 9)
@example("{" * 3000 + "}" * 3000)
@example("\\textbf{" * 500)
@example("^{" * 400 + "}" * 400)
def test_cleaning_never_fails_and_twice_is_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")
    assert once == " ".join(once.split())


WORD = st.sampled_from(
    "we show that deep models learn sparse features of large data quickly".split()
)
ATOM = st.sampled_from(
    ["x", "n", "T", "2", "\\alpha", "\\log n", "\\mathbf{w}", "\\infty", "\\epsilon"]
)
FORMULA = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        st.builds("{}^{{{}}}".format, ATOM, inner),
        st.builds("{}_{{{}}}".format, ATOM, inner),
        st.builds("\\frac{{{}}}{{{}}}".format, inner, inner),
        st.builds("\\sqrt{{{}}}".format, inner),
        st.builds("{} \\leq {}".format, inner, inner),
        st.builds("\\left({}\\right)".format, inner),
        st.builds("\\mathcal{{O}}({})".format, inner),
    ),
    max_leaves=5,
)
STYLED = st.one_of(
    WORD,
    st.builds("${}$".format, FORMULA),
    st.builds("\\textbf{{{}}}".format, WORD),
    st.builds("{{\\em {} {}}}".format, WORD, WORD),
    st.builds("\\emph{{{} {}}}".format, WORD, WORD),
    st.sampled_from(['na\\"{\\i}ve', "Fr\\'echet", "9\\%", "a \\& b", "``so''", 'H{\\"o}lder']),
)


@given(st.lists(STYLED, min_size=1, max_size=8).map(" ".join))
def test_no_escape_is_left_of_tex(text: str) -> None:
    assert re.search(r"[\\${}`]|--", clean(text)) is None


@given(st.lists(WORD | st.sampled_from(["(x)", "5%", "GPT-4,", "e.g.", "state-of-the-art"])))
def test_plain_prose_is_left_alone(words: list[str]) -> None:
    text = " ".join(words)
    assert clean(text) == text


def test_titles_agree_by_letters_and_digits() -> None:
    assert title_key("$λ$-ECLIPSE: Multi") == title_key("λ-Eclipse — multi")
    assert title_key("A²Search") == title_key("A2search")
    assert title_key("Naïve Bayes") == title_key("Nai\u0308ve  bayes!")
    assert title_key("Part I") != title_key("Part II")
    assert title_key("???") == "???"


def test_cleaning_the_real_pages_leaves_no_escape(shared) -> None:
    for page in sorted((shared / "seeds").iterdir()):
        text = clean(page.read_text(encoding="utf-8"))
        assert (
            re.search(r"\\[a-zA-Z'\"%{]|\$|``|\dtimes|x201\d[a-z]|_\{|\^\{|mathcal", text) is None
        )
        assert clean(text) == text


@pytest.mark.parametrize("name", ["Ada Lovelace", "O'Brien, J.", "Jean-Pierre Serre", "A. B. Zed,"])
def test_an_ordinary_name_is_clean_as_it_is(name: str) -> None:
    assert clean(name) == name
    assert clean(f" {name}  {name}") == f"{name} {name}"
    assert clean(f"{name} $x^2$") == f"{name} x²", "what else is in a text is still seen"
