"""The Papers view: one paper with all that is known of it, or the papers to choose from."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import streamlit as st

from dashboard import edit_dialogs, links, tables, text, wording
from dashboard.further import MORE, also_near
from dashboard.highlight import marked
from dashboard.neighbourhood import rare_similarity, similar_papers
from dashboard.reading import keep_button
from dashboard.selection import best_first
from dashboard.state import UNCLUSTERED
from dashboard.views import empty
from topics.exports import author_names, paper_address, web_address
from topics.extras import extra_names, value_of

if TYPE_CHECKING:
    from dashboard.screen import Screen

__all__ = ["outside_links", "show"]

#: A box with more titles than this is slow to open and no help.
_MOST_CHOICES = 3000

#: Authors beyond which a paper's page names the others at a click.
_MOST_AUTHORS = 20

#: In place of how surely a paper is in its topic, where that was decided by somebody.
_BY_HAND = "put here by a person"


def show(screen: Screen) -> None:
    """Draw the view."""
    with st.container(key="pm-page"):
        _show(screen)


def _show(screen: Screen) -> None:
    if screen.view.paper is not None:
        _paper(screen, screen.view.paper)
    elif not empty.no_match(screen):
        _list(screen)


def outside_links(paper: dict[str, Any]) -> list[tuple[str, str]]:
    """Where to read a paper, or to look for it: labels and addresses.

    Only http(s) addresses are given, with what is not known searched for by title.
    """
    arxiv, doi = paper.get("arxiv_id"), paper.get("doi")
    found: list[tuple[str, str]] = []
    if arxiv:
        found.append(("arXiv", f"https://arxiv.org/abs/{quote(str(arxiv), safe='/.')}"))
        found.append(("PDF", f"https://arxiv.org/pdf/{quote(str(arxiv), safe='/.')}"))
    if doi:
        found.append(("DOI", f"https://doi.org/{quote(str(doi), safe='/.:;()')}"))
    own = web_address(paper.get("url"))
    if own and not any(own.lower() == address.lower() for _, address in found):
        found.append((_site(own), own))
    if arxiv and not any(label == "Hugging Face" for label, _ in found):
        found.append(("Hugging Face", f"https://huggingface.co/papers/{quote(str(arxiv))}"))
    title = quote(str(paper.get("title") or ""))
    if title and paper_address(paper) is None:
        found += [
            (
                "Search arXiv",
                f"https://arxiv.org/search/?query={title}&searchtype=title&source=header",
            ),
            ("Search Hugging Face", f"https://huggingface.co/papers?q={title}"),
        ]
    if title and not arxiv:
        found.append(("Search Google Scholar", f"https://scholar.google.com/scholar?q={title}"))
    return found


def _site(url: str) -> str:
    host = url.split("/")[2].removeprefix("www.")
    known = {"huggingface.co": "Hugging Face", "arxiv.org": "arXiv", "openreview.net": "OpenReview"}
    return known.get(host.lower(), host)


def _list(screen: Screen) -> None:
    papers = best_first(screen.selection, screen.view).papers
    st.title("Papers")
    if len(papers) <= _MOST_CHOICES:
        titles = dict(zip(papers["id"], papers["title"], strict=True))
        st.selectbox(
            "Find a paper by its title",
            list(titles),
            format_func=lambda paper: " ".join(str(titles.get(paper) or "Untitled").split()),
            placeholder="Type some words of the title",
            **links.bound(screen.view, "paper"),
        )
    tables.paper_table(
        screen,
        papers,
        key="papers",
        show=("date", "topic", "theme", "comments", "upvotes"),
        height=min(640, 37 + 35 * len(papers)),
    )
    tables.downloads(screen, papers, name="papers", key="papers-download")


def _paper(screen: Screen, paper_id: str) -> None:
    topic_map = screen.topic_map
    row = topic_map.row_of[paper_id]
    paper = tables.records(topic_map.papers.iloc[[row]])[0]
    links.link(
        "paper",
        screen.view,
        label="All papers",
        icon=":material/arrow_back:",
        topic=None,
        paper=None,
    )
    st.title(text.plain(paper["title"] or "Untitled"))
    _facts(paper)
    with st.container(
        horizontal=True, gap="small", vertical_alignment="center", key="pm-paper-links"
    ):
        for label, address in outside_links(paper):
            st.link_button(text.plain(label), address, icon=":material/open_in_new:")
        links.link("map", screen.view, label="On the map", icon=":material/scatter_plot:", at=None)
        links.link("map", screen.view, **MORE, like=paper_id)
        keep_button(screen.view, paper_id)
        edit_dialogs.move_control(screen, [paper_id], key="edit-move-paper")
    if row not in screen.selection.rows:
        st.caption("This paper does not pass the filters; it is shown because the link names it.")
    left, right = st.columns([3, 2], gap="large")
    with left:
        _abstract(screen, paper)
        _extras(screen, row)
        _sources(paper)
        _download(screen, row)
    with right:
        _place(screen, paper)
        _similar(screen, paper_id)


def _facts(paper: dict[str, Any]) -> None:
    authors, date = author_names(paper), wording.date(paper["date"])
    # Only the first letter: the rest may be names.
    authors, date = (part[:1].upper() + part[1:] for part in (authors, date))
    many = len(paper["authors"]) > _MOST_AUTHORS
    if many:
        st.html(text.authors(authors, paper["authors"], most=_MOST_AUTHORS))
    said = [date] if many else [authors, date]
    said += [
        wording.count(int(paper[name]), name[:-1])
        for name in ("comments", "upvotes")
        if wording.is_known(paper[name])
    ]
    st.html(text.element("div", " · ".join(said), css_class="pm-facts"))


def _abstract(screen: Screen, paper: dict[str, Any]) -> None:
    st.subheader("Abstract", anchor=False)
    abstract = paper["abstract"]
    if not wording.is_known(abstract) or not abstract.strip():
        st.caption("The source gives no abstract.")
        return
    topic = paper["topic"] if wording.is_known(paper["topic"]) else paper["nearest_topic"]
    keywords = _keywords(screen, topic)
    # Our own <mark> around pieces that are each escaped: see dashboard.highlight.
    paragraphs = "".join(
        f"<p>{marked(part, keywords)}</p>" for part in abstract.split("\n\n") if part.strip()
    )
    st.html(f'<div class="pm-abstract">{paragraphs}</div>')
    if "<mark>" in paragraphs:
        near = "" if wording.is_known(paper["topic"]) else "nearest "
        st.caption(f"Marked: keywords of the {near}topic.")


def _keywords(screen: Screen, topic: Any) -> list[str]:
    topics = screen.topic_map.topics
    found = topics.loc[topics["id"] == topic, "keywords"]
    return [str(word) for word in found.iloc[0]] if len(found) else []


def _place(screen: Screen, paper: dict[str, Any]) -> None:
    st.subheader("Topic and theme", anchor=False)
    view, names = screen.view, screen.topic_map.topic_names
    topic, nearest = paper["topic"], paper["nearest_topic"]
    by_hand = paper["id"] in (screen.topic_map.manifest.get("edits") or {}).get("placed", ())
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if wording.is_known(topic):
            label = names.get(topic, topic)
            links.link(
                "topic", view, label=label, icon=":material/category:", topic=topic, paper=None
            )
            _score(_BY_HAND if by_hand else wording.topic_fit(paper["topic_confidence"]))
        else:
            links.link(
                "topic",
                view,
                label="Unclustered",
                icon=":material/category:",
                topic=UNCLUSTERED,
                paper=None,
            )
            if by_hand:
                _score(_BY_HAND)
            elif wording.is_known(nearest) and nearest in names:
                _score("nearest topic:")
                links.link("topic", view, label=names[nearest], topic=nearest, paper=None)
    also_near(screen, paper["id"], named=nearest)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        theme = paper["theme"]
        if wording.is_known(theme):
            colour = screen.palette.theme_colours(screen.topic_map).get(theme, screen.palette.grey)
            st.html(f'<i class="pm-dot" style="background:{colour}"></i>', width="content")
            links.link(
                "topic",
                view,
                label=theme,
                topic=None,
                paper=None,
                themes=(theme,),
            )
            _score(wording.theme_confidence(paper["theme_confidence"]))
        else:
            st.caption("This map has no themes.")


def _score(said: str) -> None:
    st.html(text.element("span", said, css_class="pm-score"), width="content")


def _similar(screen: Screen, paper_id: str) -> None:
    st.subheader("Most similar papers", anchor=False)
    topic_map, papers = screen.topic_map, screen.topic_map.papers
    close = similar_papers(topic_map, paper_id)
    if not close:
        st.caption("This is the only paper of the map.")
        return
    with st.container(gap="xsmall", key="pm-similar"):
        for row, cosine in close:
            with st.container(
                horizontal=True, gap="xsmall", vertical_alignment="center", wrap=False
            ):
                st.html(
                    text.element("span", wording.number(cosine), css_class="pm-score"), width=36
                )
                links.link(
                    "paper",
                    screen.view,
                    label=str(papers["title"].iat[row] or "Untitled"),
                    help=wording.date(papers["date"].iat[row]),
                    topic=None,
                    paper=str(papers["id"].iat[row]),
                    width="stretch",
                )
    st.caption(
        "Similarity of title and abstract: 1 would be the same text. Of random pairs of papers of "
        f"this map, one in a hundred reaches {wording.number(rare_similarity(topic_map))}."
    )


def _extras(screen: Screen, row: int) -> None:
    """What the table of the paper says in columns of its own."""
    papers = screen.topic_map.papers
    said = [
        (name, cell)
        for name in extra_names(papers)
        if (cell := value_of(papers[name].iat[row])) is not None
    ]
    if not said:
        return
    st.subheader("Also in its table", anchor=False)
    rows = "".join(
        f'<dt>{html.escape(name)}</dt><dd dir="auto">{html.escape(cell)}</dd>'
        for name, cell in said
    )
    st.html(f'<dl class="pm-extras">{rows}</dl>')


def _sources(paper: dict[str, Any]) -> None:
    sources = [] if paper["sources"] is None else [str(source) for source in paper["sources"]]
    st.subheader("Found in", anchor=False)
    if not sources:
        st.caption("The map does not say.")
        return
    items = "".join(text.element("li", source) for source in sources)
    st.html(f'<ul class="pm-sources">{items}</ul>')
    if len(sources) > 1:
        st.caption(f"The same paper stood in {len(sources)} files; it counts once.")


def _download(screen: Screen, row: int) -> None:
    papers = screen.topic_map.papers.iloc[[row]]
    name = str(papers["title"].iat[0] or "paper")
    tables.downloads(screen, papers, name=name, key="paper-download")
