"""What the one file holds: all of a map that its pages show, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from topics import wording
from topics.drawing import extent, marker_size
from topics.exports import author_names, web_address
from topics.faithfulness import kept_by_topic
from topics.palette import DARK, LIGHT
from topics.report.papers import by_topic, records
from topics.report.summaries import summary
from topics.trend_lines import read_on, trends
from topics.trend_verdicts import FALSE_SHARE, trend_verdicts
from topics.trend_wording import WORDS, share, span_in_words
from topics.trends import choose_period, period_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from topics.palette import Palette
    from topics.topicmap import TopicMap

    Record = Mapping[str, Any]

__all__ = ["abstracts", "contents"]

#: Papers up to which the most similar ones are told, and how many.
_MOST_COMPARED, _SIMILAR, _BLOCK = 20_000, 5, 512
#: Closest topics that are told.
_NEAR = 5
_PLACES = 65535


def contents(topic_map: TopicMap, *, title: str) -> dict[str, Any]:
    """All that the pages show, but the abstracts.

    Args:
        topic_map: the map.
        title: what to call it.

    Returns:
        Values that JSON knows: things by number, and for papers a list a column.
    """
    papers = records(topic_map.papers)
    dates = sorted({paper["date"] for paper in papers if paper["date"]})
    (x0, x1), (y0, y1) = extent(topic_map)
    every = sorted(paper["date"] for paper in papers if paper["date"])
    ticks = [every[at][:7] for at in (0, len(every) // 2, -1)] if every else []
    days = [date for date in dates if len(date) >= 7] or dates
    return {
        "name": title,
        "digest": topic_map.digest[:12],
        "extent": [x0, x1, y0, y1],
        "markerSize": marker_size(len(papers)),
        "unclustered": topic_map.unclustered,
        "readOn": wording.day(read_on(topic_map)),
        "palettes": {"light": _palette(LIGHT), "dark": _palette(DARK)},
        "themes": _themes(topic_map),
        "topics": _topics(topic_map, papers),
        "groups": _groups(topic_map),
        "trends": _trends(topic_map, dates),
        "changes": _changes(topic_map),
        "dates": dates,
        "said": [wording.date(date) for date in dates],
        "grain": choose_period(topic_map.papers["date"], topic_map.papers["date_precision"]),
        "ticks": [wording.date(tick) for tick in dict.fromkeys(ticks)],
        "months": [(date + "-01")[:7] for date in (days[0], days[-1])] if days else [],
        **_papers(topic_map, papers, dates),
    }


def abstracts(topic_map: TopicMap) -> list[str]:
    """The abstract of every paper, "" where there is none."""
    return [text if isinstance(text, str) else "" for text in topic_map.papers["abstract"]]


def _palette(palette: Palette) -> dict[str, Any]:
    names = ("background", "surface", "ink", "muted", "line", "accent", "grey", "other")
    return {**{name: getattr(palette, name) for name in names}, "ramp": list(palette.ramp)}


def _themes(topic_map: TopicMap) -> list[dict[str, Any]]:
    light, dark = (palette.theme_colours(topic_map) for palette in (LIGHT, DARK))
    verdicts = trend_verdicts(topic_map).themes
    return [
        {
            "name": theme["name"],
            "description": theme["description"] or "",
            "size": int(theme["size"] or 0),
            "light": light[theme["name"]],
            "dark": dark[theme["name"]],
            **_verdict(verdicts.get(str(theme["name"]))),
        }
        for theme in records(topic_map.themes)
    ]


def _topics(topic_map: TopicMap, papers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    light, dark = (palette.topic_colours(topic_map) for palette in (LIGHT, DARK))
    verdicts, kept = trend_verdicts(topic_map).topics, kept_by_topic(topic_map)
    themes = {name: at for at, name in enumerate(topic_map.themes["name"])}
    groups, near = by_topic(papers), _near(topic_map)
    found = []
    for at, topic in enumerate(records(topic_map.topics)):
        own = groups.get(topic["id"], [])
        stand = [str(paper) for paper in topic["representatives"]]
        quotes = summary(topic_map, own, representatives=stand)
        found.append(
            {
                "id": topic["id"],
                "name": topic["name"],
                "keywords": [str(word) for word in topic["keywords"]],
                "size": int(topic["size"]),
                "parent": topic_map.parents.get(topic["id"]),
                "theme": themes.get(topic["theme"], -1),
                "light": light[topic["id"]],
                "dark": dark[topic["id"]],
                "representatives": [
                    topic_map.row_of[paper] for paper in stand if paper in topic_map.row_of
                ],
                "solid": _solid(topic, kept.get(str(topic["id"]))),
                "quotes": [[text, topic_map.row_of[own[row]["id"]]] for text, row in quotes],
                "near": near[at],
                **_verdict(verdicts.get(str(topic["id"]))),
            }
        )
    return found


def _groups(topic_map: TopicMap) -> list[dict[str, Any]]:
    """The groups of topics: each one's larger group, and numbers of the topics anywhere below."""
    numbers = {topic: at for at, topic in enumerate(topic_map.topics["id"])}
    return [
        {
            "id": group,
            "name": name,
            "parent": topic_map.parents.get(group),
            "topics": [numbers[topic] for topic in topic_map.topics_in[group] if topic in numbers],
        }
        for group, name in topic_map.group_names.items()
    ]


def _verdict(verdict: Any) -> dict[str, Any]:
    if verdict is None:
        return {"word": "untested", "rule": "", "change": 0, "went": ""}
    first, last = verdict.first or 0.0, verdict.last or 0.0
    return {
        "word": verdict.word,
        "said": WORDS[verdict.word][0],
        "rule": verdict.rule,
        "change": round(abs(last - first), 5),
        "went": f"{share(first)} → {share(last)}",
    }


def _solid(topic: Record, kept: float | None) -> str:
    said = []
    if word := wording.solidity(topic["stability"]):
        said.append(f"{word} ({wording.percent(topic['stability'])} comes back when sought again)")
    if kept is not None:
        said.append(f"{wording.percent(kept)} of near papers kept near on the map")
    return " · ".join(said)


def _near(topic_map: TopicMap) -> list[list[list[int]]]:
    """For each topic the closest ones by the mean of their papers' vectors."""
    import numpy as np

    numbers = {topic: at for at, topic in enumerate(topic_map.topics["id"])}
    member = np.array([numbers.get(topic, -1) for topic in topic_map.papers["topic"]], dtype=int)
    sums = np.zeros((len(numbers), topic_map.vectors.shape[1]))
    np.add.at(sums, member[member >= 0], np.asarray(topic_map.vectors)[member >= 0])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means = sums / np.where(lengths > 0, lengths, 1)
    return _closest(np.nan_to_num(means), means, np.arange(len(means)), _NEAR)


def _closest(some: np.ndarray, every: np.ndarray, own: np.ndarray, k: int) -> list[list[list[int]]]:
    """For each of some rows the k rows with the largest cosine: number and cosine × 100."""
    import numpy as np

    alike = np.nan_to_num(np.asarray(some @ every.T, dtype=np.float32), nan=-1.0)
    alike[np.arange(len(own)), own] = -np.inf
    k = min(k, alike.shape[1] - 1)
    if k < 1:
        return [[] for _ in own]
    near = np.argpartition(-alike, k - 1, axis=1)[:, :k]
    values = np.take_along_axis(alike, near, axis=1)
    order = np.lexsort((near, -values), axis=1)
    rows = np.take_along_axis(near, order, axis=1).tolist()
    cosines = np.round(100 * np.take_along_axis(values, order, axis=1)).astype(int).tolist()
    return [
        [[row, cosine] for row, cosine in zip(*pair, strict=True)]
        for pair in zip(rows, cosines, strict=True)
    ]


def _similar(topic_map: TopicMap) -> list[list[list[int]]] | None:
    """The most similar papers of each; None where there are too many to compare."""
    import numpy as np

    vectors = np.asarray(topic_map.vectors)
    if len(vectors) > _MOST_COMPARED:
        return None
    found: list[list[list[int]]] = []
    for start in range(0, len(vectors), _BLOCK):
        own = np.arange(start, min(start + _BLOCK, len(vectors)))
        found += _closest(vectors[own], vectors, own, _SIMILAR)
    return found


def _trends(topic_map: TopicMap, dates: Sequence[str]) -> dict[str, Any]:
    """Papers of every theme and topic in every period; a list of numbers each."""
    found = trends(topic_map)
    places = {period: at for at, period in enumerate(found.periods)}
    lines = {
        "themes": [found.themes.get(name) for name in topic_map.themes["name"]],
        "topics": [found.topics.get(topic) for topic in topic_map.topics["id"]],
    }
    none = [0] * len(found.periods)
    left_out = found.placement.left_out
    return {
        "period": found.period,
        "labels": [wording.period_label(period) for period in found.periods],
        "open": [places[period] for period in found.periods if period in found.unfinished],
        "totals": list(found.corpus.totals),
        # The period of each date, so that the papers of a view can be counted.
        "of": [places.get(period_of(date, found.period) or "", -1) for date in dates],
        "leftOut": f"{wording.count(left_out, 'paper')} in no period, for want of a precise date."
        if left_out
        else "",
        **{
            name: [list(line.papers) if line else none for line in group]
            for name, group in lines.items()
        },
    }


def _changes(topic_map: TopicMap) -> str:
    found = trend_verdicts(topic_map)
    tested = found.tested[0]
    if not tested:
        rule = next((verdict.rule for verdict in found.topics.values()), "")
        return rule.replace("Not tested: ", "No trend tested: ")
    return (
        f"{tested:,} of {wording.count(len(found.topics), 'topic')} could be tested: "
        f"{span_in_words(found)}. A change is claimed only where a test finds it too clear for "
        f"chance and bursts; of all claims at most about {100 * FALSE_SHARE:.0f} in 100 are "
        "expected to be wrong. Filters do not change a verdict: it is on the whole map."
    )


def _papers(
    topic_map: TopicMap, papers: Sequence[dict[str, Any]], dates: Sequence[str]
) -> dict[str, Any]:
    """The columns of the papers, and the tables that their numbers point into."""
    when = {date: at for at, date in enumerate(dates)}
    topics = {topic: at for at, topic in enumerate(topic_map.topics["id"])}
    themes = {theme: at for at, theme in enumerate(topic_map.themes["name"])}
    sources = {
        name: at for at, name in enumerate(sorted({s for p in papers for s in p["sources"]}))
    }
    sites: dict[str, int] = {}
    links = [
        [[sites.setdefault(site, len(sites)), address] for site, address in _links(paper)]
        for paper in papers
    ]
    similar = _similar(topic_map)
    return {
        "sources": list(sources),
        "sites": list(sites),
        "papers": {
            **_places(topic_map),
            "id": [paper["id"] for paper in papers],
            "title": [" ".join(str(paper["title"] or "").split()) for paper in papers],
            "authors": [author_names(paper) for paper in papers],
            "named": [int(bool(len(paper["authors"]))) for paper in papers],
            "date": [when.get(paper["date"], -1) for paper in papers],
            "topic": [topics.get(paper["topic"], -1) for paper in papers],
            "nearest": [topics.get(paper["nearest_topic"], -1) for paper in papers],
            "theme": [themes.get(paper["theme"], -1) for paper in papers],
            "comments": [int(paper["comments"] or 0) for paper in papers],
            "upvotes": [int(paper["upvotes"] or 0) for paper in papers],
            "sources": [[sources[source] for source in paper["sources"]] for paper in papers],
            "also": [
                [
                    [topics[topic], round(100 * sure)]
                    for topic, sure in topic_map.also_near(paper["id"])
                ]
                for paper in papers
            ],
            "links": links,
            **({"alike": similar} if similar is not None else {}),
        },
    }


def _places(topic_map: TopicMap) -> dict[str, list[int]]:
    """Where each paper lies, as whole numbers from 0 to 65535 within the extent."""
    import numpy as np

    found = {}
    for axis, (low, high) in zip(("x", "y"), extent(topic_map), strict=True):
        values = np.nan_to_num(topic_map.papers[axis].to_numpy(dtype=float), nan=low)
        found[axis] = np.round((values - low) / (high - low) * _PLACES).astype(int).tolist()
    return found


def _links(paper: Record) -> list[tuple[str, str]]:
    """Where to read a paper: names of sites and http(s) addresses."""
    arxiv, doi = paper["arxiv_id"], paper["doi"]
    found = []
    if arxiv:
        found.append(("arXiv", f"https://arxiv.org/abs/{quote(str(arxiv), safe='/.')}"))
    if doi:
        found.append(("DOI", f"https://doi.org/{quote(str(doi), safe='/.:;()')}"))
    own = web_address(paper["url"])
    if own and all(own.lower() != address.lower() for _, address in found):
        host = own.split("/")[2].removeprefix("www.").lower()
        known = {
            "huggingface.co": "Hugging Face",
            "arxiv.org": "arXiv",
            "openreview.net": "OpenReview",
        }
        found.append((known.get(host, host), own))
    return found
