"""Two hundred texts that strangers might write: markup, formulas, commands, links, odd letters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.factories import make_map

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

__all__ = ["HOSTILE_TEXTS", "hostile_map"]

_CORES = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "</title><svg onload=alert(1)>",
    "--><iframe src=javascript:alert(1)>",
    "]]><a href='javascript:alert(1)'>x</a>",
    "</textarea><body onpageshow=alert(1)>",
    "<math><mtext><style><img src=x onerror=alert(1)>",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '"><details open ontoggle=alert(1)>',
    "'-alert(1)-'",
    "${alert(1)}`${alert(1)}`",
    "{{constructor.constructor('alert(1)')()}}",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "![x](https://example.invalid/x.png)",
    "<https://example.invalid/>",
    '=HYPERLINK("http://example.invalid","x")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "＝1+1",
    "; =1+1",
    "\\href{javascript:alert(1)}{x} \\input{/etc/passwd}",
    "$\\href{javascript:alert(1)}{x}$",
    '#link("javascript:alert(1)")[x] #read("/etc/passwd")',
    '#import "@preview/x:1.0.0": * ] [ #{ }',
    "@misc{x, title = {y}}",
    "TY  - JOUR",
    "\u202edesrever\u202c and \u2066isolated",
    "שלום عالم 中文 ไทย 🧪",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "a\u0000b\u0008c\u001bd\u0085e\u2028f\ufffeg",
    "&lt;b&gt; &amp;amp; &#60;script&#62;",
    ":red[x] :material/home: **b** _i_ `c` ~~s~~",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "1. one\n\n# two\n\n> three\n\n---",
    "../../etc/passwd\\..\\x",
    "word " * 60,
)
_AROUND = ("{}", "On {} in models", "{} {}", "\n{}", "A{}")

#: Each of them may stand in any field.
HOSTILE_TEXTS = tuple(around.replace("{}", core) for core in _CORES for around in _AROUND)


def hostile_map() -> TopicMap:
    """A map of as many papers, with such a text in every field of each."""
    texts = HOSTILE_TEXTS
    made = make_map(papers=len(texts), topics=8, hostile=())
    count = len(texts)
    turned = [list(texts[i:]) + list(texts[:i]) for i in range(0, 35, 5)]
    papers = made.papers.assign(
        title=list(texts),
        abstract=[
            f"{one} We study things that are {two}. It works."
            for one, two in zip(texts, turned[1], strict=True)
        ],
        authors=[[text] for text in turned[2]],
        url=turned[3],
        doi=turned[4],
        sources=[[text] for text in turned[5]],
        arxiv_id=None,
        comments=3,
    )
    ledger = made.ledger.assign(source=turned[5])
    size = len(made.topics)
    topics = made.topics.assign(
        name=[texts[5 * i % count] for i in range(size)],
        keywords=[[texts[(5 * i + k) % count] for k in range(4)] for i in range(size)],
    )
    names = {old: texts[5 * i + 3] for i, old in enumerate(made.themes["name"])}
    themes = made.themes.assign(name=[names[name] for name in made.themes["name"]])
    papers = papers.assign(theme=[names[name] for name in papers["theme"]])
    topics = topics.assign(theme=[names[name] for name in topics["theme"]])
    manifest = {**made.manifest, "notices": list(texts[:5]), "settings": {"themes": texts[0]}}
    return replace(
        made, papers=papers, topics=topics, themes=themes, ledger=ledger, manifest=manifest
    )
