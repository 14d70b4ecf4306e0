r"""TeX to plain characters: ``$O(1/T^2)$`` reads O(1/T²), ``na\"{\i}ve`` reads naïve.

One walk over the text does both mathematics and prose. It never raises: what is not closed or
not known stays as it is, and nesting beyond a limit is left alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from topics.tex.symbols import (
    ACCENTED,
    ACCENTS,
    BARE,
    BINARY,
    DOUBLE,
    DROPPED,
    GREEK,
    HATS,
    MARKS,
    OPERATORS,
    SILENT,
    STYLES,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    TWO_ARGUMENTS,
    WITH_BRACES,
    WORDS,
)

__all__ = ["MASKS", "bare_symbol", "math", "prose", "script"]

#: First and last of the private characters that stand for addresses while a text is cleaned.
MASKS = "\U000f0000", "\U000ffffd"

_DEPTH = 12


_GLUED = re.compile(
    r"([A-Za-z]|" + "|".join(sorted(GREEK, key=len, reverse=True)) + r")"
    r"(times|circ|cdot|ll|gg|in|leq|geq|neq|propto|sim|approx|otimes|oplus)"
)
_TOKEN = re.compile(r"\\([A-Za-z]+)\*?|\\(.)|([A-Za-z]+)|(.)", re.DOTALL)
_DOLLAR = re.compile(
    r"\$\$(?=\S)([^$]{1,400}?)\$\$"
    r"|\$(?=[^\s$])([^$\n]{1,300}?)(?<=[^\s\\])\$(?!\d)"
    r"|\$((?=[\\A-Za-z])[^$\n]{0,100}?\\[^$\n]{0,100}?(?<=[^\s\\]))\$"
)
_PROSE_WORDS = re.compile(r"(?<![A-Za-z\\{])[a-z]{4,}(?![A-Za-z(}{])")


def prose(text: str) -> str:
    """Replace the TeX in a text that is otherwise prose."""
    return _Walk(text, bare=False).prose(0, len(text), 0)


def math(tex: str, *, bare: bool | None = None) -> str:
    """Replace the TeX of a formula.

    Args:
        tex: what stands between the dollar signs.
        bare: read names without a backslash as commands too (``n times n``), as pages write them
            that drop backslashes; None for: if there is no backslash at all.
    """
    walk = _Walk(tex, bare="\\" not in tex if bare is None else bare)
    return " ".join(walk.math(0, len(tex), 0).split())


def script(content: str, *, sub: bool) -> str:
    """Write a sub- or superscript in its own characters where that reads well, else in line."""
    content = re.sub(r" *([^\w\s]) *", r"\1", content.strip())
    if not content:
        return ""
    if not sub and content in MARKS:
        return MARKS[content] or content
    table = SUBSCRIPTS if sub else SUPERSCRIPTS
    if all(char in table for char in content) and not re.search(r"[A-Za-z]{2}", content):
        return "".join(table[char] for char in content)
    sign = "_" if sub else "^"
    plain = re.fullmatch(r"\w+(?:\.\d+)?|\W", content) is not None
    return f"{sign}{content}" if plain else f"{sign}({content})"


def bare_symbol(name: str) -> str | None:
    """The symbol that a name stands for without its backslash; None for any other word."""
    return _symbol(name) if name in BARE else None


@cache
def _symbol(name: str) -> str | None:
    """The characters of a command without arguments, None if unknown."""
    if name in WORDS:
        return WORDS[name]
    from pylatexenc.latex2text import get_default_latex_context_db

    spec = get_default_latex_context_db().get_macro_spec(name)
    shown = getattr(spec, "simplify_repl", None)
    if not isinstance(shown, str) or "%" in shown or "<" in shown[:1] or not shown:
        return None
    return shown


def _accent(letter: str, mark: str) -> str:
    base = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    return unicodedata.normalize("NFC", base + mark)


@dataclass(frozen=True, slots=True)
class _Argument:
    """Offsets of an argument's begin and end, where to go on, and whether it has braces."""

    start: int
    stop: int
    after: int
    braces: bool


class _Walk:
    """One walk over a text; positions are offsets into it."""

    def __init__(self, text: str, *, bare: bool) -> None:
        self.text = text
        self.bare = bare
        self.partner = _partners(text)

    def prose(self, start: int, end: int, depth: int) -> str:
        """Convert a stretch of prose."""
        text, out, at = self.text, [], start
        special = re.compile(r"[\\${]")
        while at < end:
            match = special.search(text, at, end)
            if match is None:
                out.append(text[at:end])
                break
            out.append(text[at : match.start()])
            at = match.start()
            piece, at = self._prose_piece(at, end, depth, before=text[at - 1 : at] if at else "")
            out.append(piece)
        return "".join(out)

    def _prose_piece(self, at: int, end: int, depth: int, *, before: str) -> tuple[str, int]:
        text = self.text
        if text[at] == "$":
            return self._dollar(at, end)
        if text[at] == "{":
            return self._group(at, end, depth)
        token = _TOKEN.match(text, at, end)
        if token is None or token.end() == at + 1:
            return text[at], at + 1
        if token[2] is not None:
            return self._escape(token[2], at, end, before)
        piece, after = self._command(
            token[1], token.end(), end, depth, before=before, in_math=False
        )
        stuck = token[1] in ("href", "url") and before.isalnum()
        return f" {piece}" if stuck else piece, after

    def _dollar(self, at: int, end: int) -> tuple[str, int]:
        match = _DOLLAR.match(self.text, at, end)
        if match is None:
            return "$", at + 1
        tex = match[1] or match[2] or match[3]
        if not _is_formula(tex):
            return "$", at + 1
        return math(tex), match.end()

    def _group(self, at: int, end: int, depth: int) -> tuple[str, int]:
        close = self.partner.get(at)
        if close is None or close >= end or depth >= _DEPTH:
            return "{", at + 1
        inner = self.prose(at + 1, close, depth + 1)
        # A group that begins with a command was made for that command; one that follows an
        # address is its label.
        label = at > 0 and self.text[at - 1] >= MASKS[0]
        if not label and self.text[at + 1] == "\\" and self.text[at + 2 : at + 3] not in "{}":
            return inner.strip(), close + 1
        return "{" + inner + "}", close + 1

    def _escape(self, char: str, at: int, end: int, before: str) -> tuple[str, int]:
        """A backslash and a character that is no letter."""
        text = self.text
        if char in "%&_#{}$":
            # An escaped brace is a brace of the text; a bare one would be taken for a group.
            return char, at + 2
        if char in ",;: !/\n\t":
            return ("" if char in "!/" else " "), at + 2
        if char == "-":
            return "", at + 2
        if char in "([":
            close = text.find("\\" + ")]"["([".index(char)], at + 2, min(end, at + 500))
            if close > 0:
                return math(text[at + 2 : close]), close + 2
            return text[at : at + 2], at + 2
        if char == "\\":
            return (" " if before not in ("", "\\", ":") else "\\\\"), at + 2
        if char.isdigit() and not (before.isalnum() or (before and before in "\\/:.")):
            # Pages drop the dollar sign of "\$20" and leave its backslash.
            return ("" if text[at + 2 : at + 3] == ")" else "$"), at + 1
        if char in ACCENTED:
            return self._accented(char, at + 2, end, before)
        return text[at : at + 1], at + 1

    def _accented(self, char: str, at: int, end: int, before: str) -> tuple[str, int]:
        mark = ACCENTS[char]
        match = re.compile(r"\{\\([ij])\}|\\([ij])(?![A-Za-z])|\{([^\W\d_])\}|([^\W\d_])").match(
            self.text, at, end
        )
        if match is None:
            return char if char in "\"'`~" else f"\\{char}", at
        letter = match[1] or match[2] or match[3] or match[4]
        if match[4] and not self._is_accent(char, letter, match.end(), before):
            return char if char in "\"'`~" else f"\\{char}", at
        return _accent(letter, mark), match.end()

    def _is_accent(self, char: str, letter: str, at: int, before: str) -> bool:
        if letter not in ACCENTED[char]:
            return False
        rest = self.text[at : at + 200]
        if char == "'" and letter in "sS" and before.isalpha() and not rest[:1].isalpha():
            return False
        # Escaped quotation marks come in pairs, the second before no letter.
        return not (char == '"' and not before.isalpha() and re.search(r'\\"(?![A-Za-z{])', rest))

    def _command(
        self, name: str, at: int, end: int, depth: int, *, before: str, in_math: bool
    ) -> tuple[str, int]:
        """A command whose name ends at an offset."""
        argument = self._argument(at, end, in_math=in_math) if depth < _DEPTH else None
        if name in SILENT:
            return "", self._skip_space(at, end)
        if name in DROPPED:
            return "", argument.after if argument and argument.braces else at
        if argument is not None:
            found = self._applied(name, argument, end, depth, in_math=in_math)
            if found is not None:
                return found
        elif name in STYLES or name == "footnote":
            # What a cut-off text leaves open is shown as far as it goes.
            opened = self.text.startswith("{", at)
            return (" (" if name == "footnote" and opened else ""), at + opened
        symbol = _symbol(name)
        after = at + 2 if self.text.startswith("{}", at, end) else at
        if symbol is not None:
            return symbol, after
        if not in_math and (before.isalnum() or before in _PATH) and self.text[at : at + 1] != "{":
            return "\\" + name, at
        return name, after

    def _applied(
        self, name: str, argument: _Argument, end: int, depth: int, *, in_math: bool
    ) -> tuple[str, int] | None:
        """A command with its argument; None if it takes none."""
        inner = self._inside(argument, depth, in_math=in_math)
        if name in STYLES:
            return inner, argument.after
        if name in TWO_ARGUMENTS:
            second = self._argument(argument.after, end, in_math=in_math)
            if second is None:
                return inner, argument.after
            other = self._inside(second, depth, in_math=in_math)
            return _joined(name, inner.strip(), other.strip()), second.after
        if name in ACCENTS and argument.braces:
            letter = inner.strip()
            return _accent(letter[:1], ACCENTS[name]) + letter[1:], argument.after
        shown = _one_argument(name, inner.strip(), braces=argument.braces)
        return None if shown is None else (shown, argument.after)

    def _inside(self, argument: _Argument, depth: int, *, in_math: bool) -> str:
        convert = self.math if in_math else self.prose
        return convert(argument.start, argument.stop, depth + 1)

    def _argument(self, at: int, end: int, *, in_math: bool) -> _Argument | None:
        text = self.text
        place = self._skip_space(at, end)
        if place < end and text[place] == "{":
            close = self.partner.get(place)
            if close is not None and close < end:
                return _Argument(place + 1, close, close + 1, braces=True)
            return None
        if in_math and place < end and text[place] not in "}^_&$":
            token = _TOKEN.match(text, place, end)
            if token is not None:
                stop = place + 1 if token[3] else token.end()
                return _Argument(place, stop, stop, braces=False)
        return None

    def _skip_space(self, at: int, end: int) -> int:
        while at < end and self.text[at] == " ":
            at += 1
        return at

    def math(self, start: int, end: int, depth: int) -> str:
        """Convert a stretch of mathematics."""
        out: list[str] = []
        at = start
        while at < end:
            piece, after = self._math_piece(at, end, depth)
            if piece in OPERATORS and out and out[-1][-1:].isalnum():
                piece = f" {piece}"
            if piece in BINARY:
                spaced = bool(out) and out[-1].endswith(" ")
                after = self._skip_space(after, end)
                piece = f"{piece} " if spaced and after < end else piece
            out.append(piece)
            at = max(after, at + 1)
        return "".join(out)

    def _math_piece(self, at: int, end: int, depth: int) -> tuple[str, int]:
        text = self.text
        char = text[at]
        if char in "^_":
            argument = self._argument(at + 1, end, in_math=True)
            if argument is None or depth >= _DEPTH:
                return char, at + 1
            inner = self._inside(argument, depth, in_math=True)
            return script(inner, sub=char == "_"), argument.after
        if char == "{":
            close = self.partner.get(at)
            if close is None or close >= end or depth >= _DEPTH:
                return "", at + 1
            return self.math(at + 1, close, depth + 1), close + 1
        if char in "}&$":
            return "" if char != "&" else " ", at + 1
        if char == "~":
            return " ", at + 1
        token = _TOKEN.match(text, at, end)
        if token is None:
            return char, at + 1
        if token[1] is not None:
            before = text[at - 1 : at] if at else ""
            return self._command(token[1], token.end(), end, depth, before=before, in_math=True)
        if token[2] is not None:
            if token[2] in "{}%&_#$|":
                return "‖" if token[2] == "|" else token[2], at + 2
            return (" " if token[2] in ",;: \\" else ""), at + 2
        if token[3] is not None and self.bare:
            return self._bare(token[3], token.end(), end, depth)
        return token[0], token.end()

    def _bare(self, word: str, at: int, end: int, depth: int) -> tuple[str, int]:
        """A word of a formula whose page has dropped the backslashes."""
        follows = self.text[at : at + 1]
        if follows == "{" and (word in STYLES or word in HATS or word in WITH_BRACES):
            return self._command(word, at, end, depth, before="", in_math=True)
        symbol = bare_symbol(word)
        if symbol is not None:
            return symbol, at
        glued = _GLUED.fullmatch(word)
        if glued is not None and word not in ("min", "sin", "all", "egg", "bin", "kin"):
            first = bare_symbol(glued[1]) or glued[1]
            return f"{first}{bare_symbol(glued[2]) or glued[2]}", self._skip_space(at, end)
        return word, at


#: Characters before a backslash that make it part of a path.
_PATH = frozenset("\\/:_.")


def _atom(text: str) -> str:
    text = text.strip()
    return text if re.fullmatch(r"\w*", text) else f"({text})"


def _joined(name: str, first: str, second: str) -> str:
    if name == "textcolor":
        return second
    if name == "href":
        # An address is a stand-in character here: see `topics.text`.
        web = first.startswith("http") or first[:1] >= MASKS[0]
        same = second in ("", first) or (len(second) == 1 and second >= MASKS[0])
        return first if web and same else f"{second} ({first})" if web else second
    return f"{_atom(first)}/{_atom(second)}"


def _one_argument(name: str, inner: str, *, braces: bool) -> str | None:
    if name == "sqrt":
        return f"√{_atom(inner)}"
    if name in HATS:
        return unicodedata.normalize("NFC", inner + HATS[name]) if len(inner) == 1 else inner
    if name == "mathbb":
        return "".join(DOUBLE.get(char, char) for char in inner)
    if name == "footnote" and braces:
        return f" ({inner})"
    if name in ("textsuperscript", "textsubscript"):
        return script(inner, sub=name == "textsubscript")
    return None


def _is_formula(tex: str) -> bool:
    """Whether what stands between two dollar signs is a formula, not prose between prices."""
    if "\\" in tex or "^" in tex or "_" in tex or "{" in tex:
        return True
    return len(tex) <= 60 and len(_PROSE_WORDS.findall(tex)) < 2 and not tex[0].isdigit()


def _partners(text: str) -> dict[int, int]:
    """Closing brace of every opening one that has one."""
    partner: dict[int, int] = {}
    opened: list[int] = []
    for match in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            partner[opened.pop()] = match.start()
    return partner
