"""Tables of TeX: which command shows what, and which characters have small versions."""

from __future__ import annotations

__all__ = [
    "ACCENTED",
    "ACCENTS",
    "BARE",
    "BINARY",
    "DOUBLE",
    "DROPPED",
    "GREEK",
    "HATS",
    "MARKS",
    "OPERATORS",
    "SILENT",
    "STYLES",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
    "TWO_ARGUMENTS",
    "WITH_BRACES",
    "WORDS",
]

SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzTβγδθφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵝᵞᵟᶿᵠᵡ",
        strict=True,
    )
)
SUBSCRIPTS = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
#: Superscripts that are signs rather than exponents.
MARKS = {
    **dict.fromkeys(("∘", "circ", "°", "o"), "°"),
    **dict.fromkeys(("⊤", "top", "T", "intercal", "⊺"), "ᵀ"),
    **dict.fromkeys(("*", "∗", "ast", "star", "⋆", "★"), "*"),
    **dict.fromkeys(("′", "prime"), "′"),
    **dict.fromkeys(("†", "dagger", "dag"), "†"),
    **dict.fromkeys(("th", "st", "nd", "rd"), ""),
}
ACCENTS = {
    '"': "\u0308",
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "H": "\u030b",
    "k": "\u0328",
    "r": "\u030a",
}
ACCENTED = {
    '"': "aeiouyAEIOUY",
    "'": "aeiouyncszAEIOUYNCSZ",
    "`": "aeiouAEIOU",
    "^": "aeiouAEIOU",
    "~": "anoANO",
    "=": "aeiouAEIOU",
    ".": "zZIeE",
}
HATS = {
    **dict.fromkeys(("hat", "widehat"), "\u0302"),
    **dict.fromkeys(("tilde", "widetilde"), "\u0303"),
    **dict.fromkeys(("bar", "overline"), "\u0304"),
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
}
#: Commands that only style what they are given.
STYLES = frozenset(
    (
        "textbf textit texttt textsc textrm textsf textup textsl textmd textnormal text mbox hbox "
        "emph underline uline uwave mathbf mathrm mathsf mathit mathcal mathfrak mathscr mathtt "
        "mathnormal boldsymbol bm pmb operatorname hl fbox url path nolinkurl MakeUppercase "
        "uppercase lowercase mathop mathbin mathrel ensuremath"
    ).split()
)
#: Commands that switch a style, or space or size, and show nothing.
SILENT = frozenset(
    (
        "bf it tt sc rm sf sl em bfseries itshape ttfamily scshape upshape mdseries rmfamily "
        "sffamily normalfont small footnotesize scriptsize tiny large Large LARGE huge Huge "
        "normalsize left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr middle "
        "displaystyle textstyle scriptstyle limits nolimits allowbreak protect noindent xspace "
        "centering par newline relax boldmath unboldmath selectfont sloppy hfill ignorespaces "
        "textstyle leavevmode"
    ).split()
)
#: Commands whose argument is for the typesetter, not for the reader.
DROPPED = frozenset(
    (
        "label ref eqref cref Cref cite citep citet citealp autoref vspace hspace color index "
        "footnotemark phantom thanks begin end includegraphics setlength pagestyle"
    ).split()
)
TWO_ARGUMENTS = frozenset(("frac", "dfrac", "tfrac", "nicefrac", "href", "textcolor"))
WITH_BRACES = frozenset(("frac", "dfrac", "tfrac", "sqrt", "mathbb"))
OPERATORS = frozenset(
    (
        "log ln exp min max sup inf lim sin cos tan det dim ker Pr arg argmax argmin tr softmax"
    ).split()
)
WORDS = {
    "eg": "e.g.",
    "ie": "i.e.",
    "etc": "etc.",
    "aka": "a.k.a.",
    "etal": "et al.",
    "wrt": "w.r.t.",
    "vs": "vs.",
    "cf": "cf.",
    "deg": "°",
    "degree": "°",
    "textdegree": "°",
    "LaTeX": "LaTeX",
    "TeX": "TeX",
    "top": "⊤",
    "to": "→",
    "textgreater": ">",
    "textless": "<",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textunderscore": "_",
    "textbar": "|",
    "nobreakdash": "",
    "quad": " ",
    "qquad": " ",
    "lvert": "|",
    "rvert": "|",
    "vert": "|",
    "lVert": "‖",
    "rVert": "‖",
    "Vert": "‖",
    "colon": ":",
    "lbrace": "{",
    "rbrace": "}",
    "mid": "|",
    "star": "⋆",
    "triangleq": "≜",
    "eqref": "",
    "ldots": "…",
    "dots": "…",
    "cdots": "⋯",
    "sim": "∼",
    "cdot": "·",
    "epsilon": "ε",
    "varepsilon": "ε",
    "phi": "φ",
    "varphi": "φ",
    "arg": "arg",
    "argmax": "argmax",
    "argmin": "argmin",
}
#: Symbols that take the same space after them as their author gave before them.
BINARY = frozenset("×·∘±∓∗⋆∪∩⊕⊗⊙∖≤≥≪≫≠≈∼≃≅≡∝∈∉⊂⊆⊊⊃⊇→←↔⇒⇐⇔↦≜")
GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu "
    "nu xi pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi "
    "Sigma Upsilon Phi Psi Omega"
).split()
#: Names that stand for a symbol where a page has dropped the backslash within mathematics.
BARE = frozenset(GREEK) | frozenset(
    (
        "times circ cdot cdots ldots in notin leq geq neq ll gg propto sim approx infty ell nabla "
        "top star ast dagger pm mp rightarrow leftarrow mapsto subseteq subsetneq cup oplus "
        "otimes odot forall langle rangle lceil rceil lfloor rfloor prime deg"
    ).split()
)
DOUBLE = dict(zip("CEHNPQRZ", "ℂ𝔼ℍℕℙℚℝℤ", strict=True))
