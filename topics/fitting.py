"""The stages of a build between its papers and its map, in order."""

from __future__ import annotations

import datetime as dt
import os
from functools import cache as once
from functools import partial
from typing import TYPE_CHECKING, Any

from topics.progress import STAGES
from topics.thirdparty import one_thread
from topics.topicmap import SCHEMA_VERSION, TopicMap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from topics.corpus import Corpus
    from topics.progress import Watch
    from topics.settings import BuildSettings
    from topics.stages import Encoded
    from topics.store import Cache
    from topics.tables import Tables

__all__ = ["fit", "now", "version"]


@one_thread()
def fit(
    corpus: Corpus, settings: BuildSettings, cache: Cache, watch: Watch
) -> tuple[TopicMap, Encoded]:
    """The map of a corpus, not yet written, and its encoder."""
    from topics import naming, stages, theming
    from topics.aside import aside
    from topics.quality import mean_stability
    from topics.stability import come_back
    from topics.tables import assemble

    theming.check_settings(settings)
    naming.check_settings(settings)
    with watch.stage(STAGES[1]):
        encoded = stages.encode(corpus, settings, cache)
    with watch.stage(STAGES[2]):
        placed = stages.place(corpus, encoded, settings, cache)
    again = aside(stages.sought_again, encoded, placed, settings, cache)
    split = once(partial(stages.pieces_of, corpus))
    with watch.stage(STAGES[3]):
        named = naming.propose_names(
            corpus, stages.describe(corpus, encoded, placed, cache, split=split), settings, cache
        )
        described = named.described
    with watch.stage(STAGES[4]):
        themed = theming.sort_into_themes(corpus, encoded, described, settings, cache, split=split)
    del split  # large
    with watch.stage(STAGES[5]):
        stability = come_back(described.clustering.labels, *again())
        tables = assemble(corpus, placed, described, themed, stability=stability)
        quality = {
            **stages.measure(placed, described, cache),
            **mean_stability(stability, tables.topics["size"].to_numpy()),
        }
    notices = [
        *corpus.notices,
        *stages.remarks(corpus, described),
        *named.notices,
        *theming.remarks(themed, settings),
    ]
    for notice in notices[len(corpus.notices) :]:
        watch.progress.note(notice)
    manifest = _manifest(corpus, settings, encoded, tables, quality, notices, watch.seconds)
    if named.evidence:
        manifest["names"] = named.evidence
    topic_map = TopicMap(
        papers=tables.papers,
        topics=tables.topics,
        themes=tables.themes,
        trends=tables.trends,
        ledger=tables.ledger,
        groups=tables.groups,
        memberships=tables.memberships,
        vectors=encoded.vectors,
        manifest=manifest,
    )
    return topic_map, encoded


def _manifest(
    corpus: Corpus,
    settings: BuildSettings,
    encoded: Encoded,
    tables: Tables,
    quality: Mapping[str, float],
    notices: Sequence[str],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    papers = tables.papers
    return {
        "schema_version": SCHEMA_VERSION,
        "papermap_version": version(),
        "created": now().isoformat(timespec="seconds"),
        "as_of": corpus.as_of,
        "corpus_fingerprint": corpus.fingerprint,
        "settings": settings.as_dict(),
        "encoder": {"name": settings.encoder, "fingerprint": encoded.fingerprint},
        "counts": {
            "papers": len(papers),
            "topics": len(tables.topics),
            "groups": len(tables.groups),
            "themes": len(tables.themes),
            "unclustered": int(papers["topic"].isna().sum()),
            "undated": int(papers["date"].isna().sum()),
            **corpus.counts,
        },
        "seconds": dict(seconds),
        "quality": dict(quality),
        "notices": list(notices),
    }


def version() -> str:
    """The installed version of Papermap."""
    from importlib import metadata

    try:
        return metadata.version("papermap")
    except metadata.PackageNotFoundError:
        return "unknown"


def now() -> dt.datetime:
    """The time of the build; SOURCE_DATE_EPOCH sets it, so that a build can be repeated exactly."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC)
    return dt.datetime.now(tz=dt.UTC)
