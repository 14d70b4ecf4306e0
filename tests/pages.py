"""Hugging Face papers pages of invented papers, rendered in every form that they are saved in."""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MONTHS", "Paper", "as_html", "as_markdown", "as_text", "as_w3m", "make_page"]

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True)
class Paper:
    """One paper as a page shows it."""

    title: str
    abstract: tuple[str, ...] = ()
    authors: int | None = None
    organisation: str | None = None
    day: tuple[int | None, int, int] | None = None
    comments: int | None = None
    upvotes: int | None = None
    arxiv: str = "2401.00001"

    @property
    def date(self) -> str | None:
        if self.day is None or self.day[0] is None:
            return None
        return f"{self.day[0]:04d}-{self.day[1]:02d}-{self.day[2]:02d}"

    @property
    def month_day(self) -> tuple[int, int] | None:
        return self.day[1:] if self.day and self.day[0] is None else None

    @property
    def written_date(self) -> str:
        if self.day is None:
            return ""
        year, month, day = self.day
        return f"{MONTHS[month - 1]} {day}" + (f", {year}" if year else "")


# The forms of a page ------------------------------------------------------------------------------

HEADER = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\n"
    "byAK and the research community\n\nDec 12\n"
)


def as_text(papers: Sequence[Paper], *, width: int = 10_000) -> str:
    blocks = [HEADER]
    for paper in papers:
        blocks += [_wrap(part, width) + "\n" for part in (paper.title, *paper.abstract)]
        lines = []
        if paper.authors is not None:
            lines.append(f"  • {paper.authors} authors")
        elif paper.organisation:
            lines.append(paper.organisation)
        if paper.day is not None:
            count = f" {paper.comments}" if paper.comments is not None else ""
            lines += ["·", paper.written_date + count]
        if lines:
            blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def as_w3m(papers: Sequence[Paper], *, width: int = 120) -> str:
    out = [
        "# Web source\n\n- URL: https://huggingface.co/papers?q=x\n\n```text",
        (
            "[[Hugging Face's logo] Hugging Face][1]\n* [ Models ][2]\n* [Pricing][8]\nnew\n\n"
            "Get trending papers in your email inbox!\n\n[Subscribe][29]\n\n# Daily Papers\n\n"
            "## by[AK][30] and the research community\n* Daily\n* Weekly\n\nJun 29\n[\n-\n][31]\n"
        ),
    ]
    number = 32
    for paper in papers:
        out.append(_wrap(f"### [{paper.title}][{number}]", width) + "\n")
        if paper.abstract:
            text = "\n\n".join(_wrap(part, width) for part in paper.abstract)
            out.append(f"[\n\n{text}\n\n][{number + 1}]")
        if paper.authors is not None:
            out.append(f"[\n* {paper.authors} authors\n][{number + 2}]")
        elif paper.organisation:
            out.append(f"[[logo] {paper.organisation}][{number + 2}]")
        if paper.day is not None:
            count = f" [ {paper.comments}][{number + 3}]" if paper.comments is not None else ""
            out.append(f"·\n{paper.written_date}{count}")
        if paper.upvotes is not None:
            out.append(f"[\n{paper.upvotes}\n][{number + 4}]")
        out.append("")
        number += 5
    return "\n".join([*out, "```"])


def as_markdown(papers: Sequence[Paper]) -> str:
    out = [
        "# Trending\n\n- Source URL: https://huggingface.co/papers/trending\n\n## Extracted Text\n",
        (
            "new\n\n[Subscribe](https://huggingface.co/login?next=%2Fp)\n\n# Trending Papers\n\n"
            "## by[[logo] AK](https://huggingface.co/ak) and the research community\n\n-\n\n-\n"
        ),
    ]
    for number, paper in enumerate(papers):
        address = f"https://huggingface.co/papers/{paper.arxiv}"
        out.append(f'[[logo]]({address})\n\n\n<a id="section-{number}"></a>\n')
        out.append(f"### [{paper.title}]({address})\n\n")
        out += [part + "\n\n" for part in paper.abstract]
        out.append("-\n\n-\n\n- [logo]\n")
        if paper.authors is not None:
            out.append(f"- {paper.authors} authors\n")
        elif paper.organisation:
            out.append(f"- [{paper.organisation}](https://huggingface.co/{paper.organisation})\n")
        if paper.day is not None:
            out.append(f"· Published on {paper.written_date}\n")
        if paper.comments is not None:
            out.append(f"[ {paper.comments}]({address}#community)\n")
        if paper.upvotes is not None:
            out.append(
                f"[Upvote\n\n{paper.upvotes}](https://huggingface.co/login?next=%2Fpapers)\n"
            )
        out.append("[GitHub 110k](https://github.com/a/b) [arXiv Page](https://arxiv.org/abs/1)\n")
    return "\n".join(out)


def as_html(papers: Sequence[Paper], *, data: str = "") -> str:
    cards = "\n".join(_article(paper) for paper in papers)
    props = html.escape(data, quote=True)
    return f"""<!DOCTYPE html>
<!-- saved from url=(0036)https://huggingface.co/papers?q=x -->
<html class=""><head><meta charset="utf-8"><title>Daily Papers - Hugging Face</title>
<script>window.x = {{"papers": 1}};</script></head><body class="flex flex-col"><header><nav><ul>
<li><a href="https://huggingface.co/models">Models</a></li><li><a href="/papers">Papers</a></li>
<li><button>Log In</button></li></ul></nav></header>
<div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="{props}"><main><section>
<div>new</div><p>Get trending papers in your email inbox!</p><a href="/login">Subscribe</a>
<h1><a href="/papers">Daily Papers</a></h1>
<h2>by<a href="/akhaliq"><img alt=""> AK</a> and the research community</h2><div>Jun 29</div>
<div class="grid">
{cards}
</div></section></main></div><footer><a href="/terms">TOS</a> <a href="/jobs">Jobs</a></footer>
</body></html>"""


def _article(paper: Paper) -> str:
    link = f"/papers/{paper.arxiv}"
    paragraphs = "".join(
        f'<p class="line-clamp-2 text-sm">{html.escape(part)}</p>' for part in paper.abstract
    )
    who = ""
    if paper.authors is not None:
        who = f'<li class="order-first"><div class="flex gap-1"> {paper.authors} authors</div></li>'
    elif paper.organisation:
        who = f'<li><a href="/{paper.organisation}">{html.escape(paper.organisation)}</a></li>'
    when = f"· <span>{paper.written_date}</span>" if paper.day else ""
    talk = ""
    if paper.comments is not None:
        talk = f'<a href="{link}#community"><svg><path d=""></path></svg> {paper.comments}</a>'
    votes = ""
    if paper.upvotes is not None:
        votes = (
            f'<a href="/login?next=%2Fpapers%2F{paper.arxiv}"><div class="shadow"><svg></svg>'
            f'<div class="leading-none">{paper.upvotes}</div></div></a>'
        )
    return f"""<article class="relative flex"><div><a href="{link}"><img src="a.png" alt=""></a>
<div>Submitted by <a href="/someone">someone</a></div>{votes}
<h3 class="mb-1"><a href="{link}" class="line-clamp-3">{html.escape(paper.title)}</a></h3>
<div class="relative"><a href="{link}">{paragraphs}</a></div>
<ul><li title="someone"><img alt=""></li>{who}</ul>{when} {talk}
<a href="https://github.com/a/b">GitHub <span>1.2k</span></a></div></article>"""


def _wrap(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


# What is drawn ------------------------------------------------------------------------------------

WORDS = (
    "learning models deep sparse robust efficient gradient language vision graph policy data "
    "training inference alignment diffusion memory attention scaling kernel reward token"
).split()
GLUE = "of for with via in and to the on under".split()
SENTENCE_WORDS = "we show that this new method improves results because it uses fewer steps".split()
ORGANISATIONS = "Microsoft", "Tencent Hunyuan", "Ai2"


def make_title(draw: Random) -> str:
    words = [draw.choice(WORDS).capitalize() for _ in range(draw.randint(2, 7))]
    if draw.random() < 0.5:
        words.insert(1, draw.choice(GLUE))
    lead = draw.choice(WORDS).upper() + draw.choice([": ", "-2: ", "? "])
    return (lead if draw.random() < 0.5 else "") + " ".join(words)


def make_sentence(draw: Random) -> str:
    words = draw.choices(WORDS + SENTENCE_WORDS, k=draw.randint(8, 20))
    return f"{words[0].capitalize()} {' '.join(words[1:])}."


def make_paper(draw: Random, *, block: bool) -> Paper:
    paper = Paper(
        title=make_title(draw),
        abstract=(" ".join(make_sentence(draw) for _ in range(draw.randint(2, 5))),),
        arxiv=f"{draw.randint(1001, 1012)}.{draw.randint(10000, 99999)}",
    )
    if not block:
        return paper
    named = draw.random() < 0.3
    year = draw.choice([None, draw.randint(2008, 2024)])
    return replace(
        paper,
        day=(year, draw.randint(1, 12), draw.randint(1, 28)),
        authors=None if named else draw.randint(1, 2000),
        organisation=draw.choice(ORGANISATIONS) if named else None,
        comments=draw.choice([None, draw.randint(1, 999)]),
    )


def make_page(seed: int, size: int, blocks: float = 0.8) -> list[Paper]:
    """Draw some papers; a share of them has an author block."""
    draw = Random(seed)  # noqa: S311
    return [make_paper(draw, block=draw.random() < blocks) for _ in range(size)]
