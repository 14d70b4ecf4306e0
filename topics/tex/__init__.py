"""TeX to plain characters."""

from topics.tex.walk import MASKS, bare_symbol, math, prose, script

__all__ = ["MASKS", "bare_symbol", "math", "prose", "script"]
