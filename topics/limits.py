"""What a reader should know before believing a map: its limits, and what its figures mean."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from topics import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from topics.topicmap import TopicMap

__all__ = ["FIGURES", "SAMPLED", "limits", "sampled"]

#: Quality figures in plain words: what each one says, and what a good value is.
FIGURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "layout_preservation": (
            "Neighbours kept by the map",
            (
                "Share of each paper's nearest papers by text that are also its nearest on the "
                "map. A plane cannot keep them all: 0.4 is usual, 0.6 is good."
            ),
        ),
        "topic_agreement": (
            "Neighbours in the same topic",
            (
                "Share of the papers nearest to a clustered paper that are in its topic. Where "
                "topics shade into one another, half is usual; 0.8 means sharp borders."
            ),
        ),
        "topic_modularity": (
            "The same beyond chance",
            (
                "As above, less what random groups of the same sizes would give; unclustered "
                "papers count as torn apart. From 0.3 on there are real groups."
            ),
        ),
        "topic_stability": (
            "Topics that come back",
            (
                "How much of a topic is found again in nine tenths of the papers, averaged over "
                "all. From 0.75 on topics are solid; below 0.5 most are one way to cut of many."
            ),
        ),
        "keyword_diversity": (
            "Keywords of one topic only",
            "Share of different words among the keywords of all topics: 1 means none is shared.",
        ),
    }
)


#: What the row of facts is called that `sampled` fills.
SAMPLED = "Topics and layout found among"


def sampled(manifest: Mapping[str, Any]) -> str | None:
    """The sample that a map's topics and layout were found among; None for all of its papers."""
    sample = manifest.get("sample")
    if not isinstance(sample, dict):
        return None
    papers, of = sample.get("papers"), sample.get("of")
    if not (isinstance(papers, int) and isinstance(of, int)):
        return None
    return f"an even sample: {papers:,} of the {of:,} papers"


def limits(topic_map: TopicMap) -> list[str]:
    """What a reader should not take from this map, in sentences."""
    papers = len(topic_map.papers)
    said = _limits_of_topics(topic_map)
    if topic_map.unclustered:
        share = wording.percent(topic_map.unclustered / max(papers, 1))
        said.append(
            f"{wording.count(topic_map.unclustered, 'paper')} ({share}) "
            f"{'is' if topic_map.unclustered == 1 else 'are'} in no topic; no topic is forced "
            "on a paper that lies between groups."
        )
    least = topic_map.manifest.get("least_confidence")
    if least is not None:
        said.append(
            f"Memberships are not those of the build: a paper is in its nearest topic here if "
            f"{wording.percent(least)} of its most similar papers are, else in none."
        )
    if topic_map.undated:
        said.append(
            f"{wording.count(topic_map.undated, 'paper')} "
            f"{'has' if topic_map.undated == 1 else 'have'} no date in the sources; no date is "
            "guessed, and trends leave them out."
        )
    bare = int(topic_map.papers["abstract"].fillna("").str.strip().eq("").sum())
    if bare:
        said.append(
            f"{wording.count(bare, 'paper')} came without an abstract and "
            f"{'is' if bare == 1 else 'are'} placed by the title alone."
        )
    said += [
        (
            "The map holds what was collected, not the whole field: its trends are trends of the "
            "collection."
        ),
        (
            "Close on the map means alike in wording. Directions, and distances between far "
            "groups, mean nothing."
        ),
        (
            "A paper counts for one topic and one theme, though many deal with several things: "
            "the page of a paper names the topics that it is also near."
        ),
    ]
    return said


def _limits_of_topics(topic_map: TopicMap) -> list[str]:
    papers = len(topic_map.papers)
    said: list[str] = []
    if topic_map.topics.empty:
        said.append(
            f"There are no topics: {wording.count(papers, 'paper')} are too few, or too much "
            "alike, to form groups."
        )
    elif papers < 100:
        said.append(
            f"With {wording.count(papers, 'paper')} every group is small: topics may be different "
            "after a few more papers."
        )
    if len(topic_map.topics):
        small = int((topic_map.topics["size"] < 8).sum())
        if small:
            said.append(
                f"{wording.count(small, 'topic')} {'has' if small == 1 else 'have'} fewer than "
                "8 papers: read such a trend as a few single papers."
            )
    return said
