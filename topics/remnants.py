"""What pages leave of TeX whose marks they dropped: ``300times``, ``ell_1``, ``R^{n times k}``.

Only what cannot be ordinary English is put right; a word that is both, such as "times" between
words or "alpha", stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.tex import bare_symbol, math, script

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["mend"]

_Rule = tuple[str, tuple[str, ...], re.Pattern[str], "Callable[[re.Match[str]], str] | str"]

#: What a script may hang on.
_BASE = r"(?<=[\w)\]}|∇°ᵀ*⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⁾])"
_GREEK_NAME = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|"
    "sigma|tau|upsilon|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega"
)
#: Words that end in x, which a dash written as x2014 must not be cut from.
_ENDS_IN_X = frozenset(
    (
        "ajax apex appendix box complex convex duplex fax fix flex flux hex index jax latex lax "
        "linux lux matrix max mix multiplex nginx onyx pix postfix prefix pox relax sax simplex "
        "six suffix syntax tax tex unix vertex vortex vox wax xbox"
    ).split()
)
_DASHES = {"13": "–", "14": "—", "18": "‘", "19": "’", "1c": "“", "1d": "”"}


def mend(text: str) -> str:
    """Put right what is certain to be left over from TeX or from an escape."""
    for mark, needles, pattern, by in _RULES:
        if mark not in text:
            continue
        for needle in needles:
            if needle in text:
                text = pattern.sub(by, text)
                break
    return text


def _escape(match: re.Match[str]) -> str:
    if f"{match[1]}x".casefold() in _ENDS_IN_X:
        return match[0]
    return f"{match[1]}{_DASHES[match[2]]}"


def _styled(match: re.Match[str]) -> str:
    return math(match[0], bare=True)


def _scripted(match: re.Match[str]) -> str:
    if match[1] == "_" and match[2].isascii() and match[2].isalpha() and len(match[2]) < 9:
        # A subscript of one word is that word ("in", "top"), unless it is a Greek letter.
        greek = re.fullmatch(_GREEK_NAME, match[2]) is not None
        return script(_symbol(match[2]) if greek else match[2], sub=True)
    return script(math(match[2], bare=True), sub=match[1] == "_")


def _grown(match: re.Match[str]) -> str:
    inner, depth = match[4].strip(), 0
    for char in inner:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth < 0:
            return match[0]
    before = match[1] or ("∝ " if match[2] else " " if match[0][:1].isspace() else "")
    return f"{before}{match[3]}{inner}{match[5]}"


def _named(match: re.Match[str]) -> str:
    return _symbol(match[1])


def _spelled(match: re.Match[str]) -> str:
    return _symbol(match["name"])


def _symbol(name: str) -> str:
    return bare_symbol(name) or name


def _rule(needles: str, pattern: str, by: Callable[[re.Match[str]], str] | str) -> _Rule:
    """A rule; it is tried where one of the needles, divided by line breaks, is in the text."""
    each = tuple(needles.split("\n"))
    # A single character that all of them have is found many times as fast as they are.
    mark = next((mark for mark in "{^_" if all(mark in needle for needle in each)), "")
    return mark, each, re.compile(pattern), by


_BRACED = r"\{((?:[^{}]|\{[^{}]*\}){1,200})\}"
_MATHS = (
    r"(?:(?:min|max|log|exp|sqrt|poly|ln|sup|inf)\b|[^()\w]|[\d_⁰¹²³⁴-⁹ᵃ-ᵿα-ωΑ-Ω]|(?<![A-Za-z])[A-Za-z]{1,2}(?![A-Za-z])|\b(?:"
    + _GREEK_NAME
    + r")(?=\b|_))*"
)

#: What is looked for before a pattern is, which takes many times as long.
_DIGITS = "0123456789"
_NAMED = (
    "cal{\nbb{\nbf{\nrm{\nsf{\nit{\nfrak{\nscr{\ntt{\nsc{\nbol{\nname{\ntext{\nemph{\nsqrt{\nfrac{"
    "\nhat{\ntilde{\nbar{\nline{\nvec{"
)
_COLOURED = "red{\nblue{\nteal{\nmagenta{\norange{\ngreen{\ncyan{\npurple{\nviolet{\ngray{\nbrown{"
_RULES: tuple[_Rule, ...] = (
    # Dashes and quotes written as the number of their character, stuck between two words.
    _rule("x20", r"(?<![\w])([A-Za-z]+[)\]]?)x20(1[3489cd])(?=[a-z]+\b(?!_))", _escape),
    _rule("x20", r"(?<=[A-Za-z][)\]])()x20(1[34])(?=[a-z]+\b(?!_))", _escape),
    # Names with braces: mathcal{O}, sqrt{n}, text{ref}.
    _rule(
        _NAMED,
        r"(?:(?:mathcal|mathbb|mathbf|mathrm|mathsf|mathit|mathfrak|mathscr|textbf|textit|texttt|"
        r"textsc|boldsymbol|operatorname)|(?<![A-Za-z\\])(?:text|emph|sqrt|frac|hat|widehat|tilde|"
        r"widetilde|bar|overline|vec|underline))" + _BRACED + r"(?:(?<=\})" + _BRACED + r")?",
        _styled,
    ),
    _rule("tilde", r"\b(?:wide)?tilde O(?=\s?\()", "Õ"),
    # Brackets that were to grow: left( … right).
    _rule(
        "left(\nleft[\nleft|",
        r"(?:(?<![A-Za-z])([A-Z])|\b(propto))?\s?left([(\[|])([^\n]{0,200}?)right([)\]|])",
        _grown,
    ),
    _rule(
        "ig(\nig[\nig|\nigg\nigl",
        r"[Bb]igg?l?([(\[|])(.{0,200}?)[Bb]igg?r?([)\]|])",
        r"\1\2\3",
    ),
    # Colours.
    _rule(
        _COLOURED,
        r"(?<![\w\\])(?:red|blue|teal|magenta|orange|green|cyan|purple|violet|gray|brown)"
        r"\{([^{}]{0,200})\}",
        r"\1",
    ),
    _rule("-->", r"-->", "→"),
    _rule("{,}", r"(?<=\d)\{,\}(?=\d)", ","),
    _rule("{", r"\{([-=+<>.,:])\}", r"\1"),
    # Multiplication.
    _rule("{times}", r"(?<=[\d)}])\s?\{times\}(?![a-z])\s?|\{times\}(?=[\dA-Z])", "×"),
    _rule("times", r"times(?<=\dtimes)(?![a-z])", "×"),
    _rule(" times ", r" times (?<=[\d²³] times )(?=\d)", " × "),
    _rule(" times ", r"(?<![\w'’])([A-Zb-hj-z]) times (?=[A-Zb-hj-z](?![\w'’]))", r"\1 × "),
    _rule("times", r"times(?<!\wtimes)(?=\d)", "×"),
    # Fractions that lost their name: 1{8}, Ω(1{p_0}).
    _rule(
        "\n".join(f"{digit}{{" for digit in _DIGITS),
        r"(?<![\w.^_{])(\d+)\{(\d+|[^\W\d_](?:[_^]\w+|\d*))\}",
        r"\1/\2",
    ),
    _rule(
        "\n".join(f"{digit}{{" for digit in _DIGITS),
        rf"(?<![\w.^_{{])(\d+)\{{((?:{_GREEK_NAME})(?:[_^]\w+)?)\}}",
        r"\1/\2",
    ),
    # Signs whose names are no English words.
    _rule("{", r"\{(?P<name>sim|approx|leq|geq|pm|deg|circ)\}", _spelled),
    _rule(
        "sim",
        r"sim(?<!\wsim)(?:(?=\d+(?:\.\d+)?(?:[%×]|x\b|times\b|[KMB]\b))|(?=\d{2,}\b))",
        "∼",
    ),
    _rule(
        "leq\ngeq\nneq\npropto\nsubset\nsupset\narrow\ninfty\ncdot\nldots\notimes\noplus\nvarepsilon"
        "\nmapsto\nnotin",
        r"(?<![A-Za-z_\\-])(?P<name>leq|geq|neq|propto|subseteq|subsetneq|supseteq|rightarrow|leftarrow|"
        r"leftrightarrow|infty|cdot|cdots|ldots|otimes|oplus|varepsilon|mapsto|notin)"
        r"(?![\w]|\.\w)",
        _spelled,
    ),
    _rule("infty", r"\binfty(?=[A-Z])|(?<=[A-Za-zℓ]_)infty\b", "∞"),
    _rule("cdot", rf"(?<![A-Za-z])({_GREEK_NAME})cdot\b", lambda m: f"{_named(m)}·"),
    _rule("cdot", r"(?<=[α-ωΑ-Ω])cdot\b", "·"),
    _rule(
        " ll \n gg ",
        r"(?<![\w])(\w{1,3}) (?P<name>ll|gg) (?=(?:min|max)\b|[A-Za-z0-9](?![\w'’]))",
        lambda m: f"{m[1]} {bare_symbol(m['name'])} ",
    ),
    _rule("ll min\nll max", r"(?<![\w])([b-df-hj-np-tv-z])ll (?=(?:min|max)[({])", r"\1 ≪ "),
    # ell_1, and a letter with a Greek or starred script.
    _rule("ell_", r"\bell(?=_)", "ℓ"),
    _rule("a^\nn^\nu^\ni^\no^", rf"\b(nabla|{_GREEK_NAME})(?=\^)", _named),
    _rule(
        "a_\nn_\nu_\ni_\no_",
        rf"(?<![\w\\])(nabla|{_GREEK_NAME})(?=_(?:\d|\{{|[A-Za-z](?![A-Za-z])))",
        _named,
    ),
    _rule("_", rf"(?<=[A-Za-z]_)({_GREEK_NAME})(?![A-Za-z])", _named),
    _rule("Omega\nTheta", rf"(?<![\w\\])(Omega|Theta)(?=\s?\({_MATHS}\)|\([^()]*\^)", _named),
    # Membership: Ain R^{m times r}, X in R^{n}, k in {1,2}.
    _rule(
        "inR\nin R\ninℝ\nin ℝ",
        r"(?<![\w])([A-Z](?:\^\*|\*)?) ?in ?(?=(?:R|ℝ)(?:\^|[ᵈⁿᵐᵏ]))",
        r"\1 ∈ ",
    ),
    _rule(" in {\n in [", r"(?<![\w])([a-zA-Z]) in (?=\{\d|\[\d+(?:\.\d+)?,)", r"\1 ∈ "),
    # Scripts.
    _rule("^{\n_{", _BASE + r"([\^_])" + _BRACED, _scripted),
    _rule(
        "^",
        _BASE + r"(\^)(top|star|ast|circ|prime|dagger|infty|∘|⊤|⋆)(?=times|[^a-z]|$)",
        _scripted,
    ),
    _rule(
        "\n".join(f"^{sign}" for sign in f"{_DIGITS}*"),
        _BASE + r"(\^)(\d+(?!\d|[./]\d)|[*](?![*\w]))",
        _scripted,
    ),
    _rule("^", r"(?<=[\w)])(\^)([-−]\d+)(?!\d|[./]\d)", _scripted),
    _rule("^(", r"(?<=[\w)])(\^)\(([-−]?\d+)\)", _scripted),
    _rule(
        "^",
        r"(?<![\w^])(?<=[\s(])([A-Za-zα-ω])\^([a-z])(?!\w)",
        lambda m: f"{m[1]}{script(m[2], sub=False)}",
    ),
    _rule(
        "_",
        r"(?<![\w\\/.-])([A-Za-zα-ωΑ-Ωℓ])_(\d{1,2})(?![\w]|\.\d)",
        lambda m: f"{m[1]}{script(m[2], sub=True)}",
    ),
)
