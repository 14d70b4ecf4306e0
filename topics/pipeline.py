"""From sources to a map: the stages in order."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Any

from topics import artefact
from topics.corpus import Corpus, build_corpus
from topics.errors import TooFewPapers
from topics.progress import STAGES, Progress, Silent, Watch
from topics.reading import Reading, read_files
from topics.settings import MIN_PAPERS, BuildSettings
from topics.store import Cache, NullCache
from topics.thirdparty import one_thread
from topics.topicmap import SCHEMA_VERSION, TopicMap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from topics.stages import Encoded
    from topics.tables import Tables

__all__ = ["build", "build_from_corpus", "now", "version"]


def build(
    sources: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    settings: BuildSettings | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
    columns: Mapping[str, str] | None = None,
    reading: Reading | None = None,
    log: bytes | None = None,
) -> TopicMap:
    """Read sources, make a map of their papers and write it.

    Args:
        sources: files and folders.
        out: folder of the map; an existing map there is replaced when the new one is complete.
        settings: defaults where not given.
        cache: keeps stage outputs for the next build; nothing is kept where not given.
        progress: told of the stages.
        columns: for tables, the column that holds a field; see `read_sources`.
        reading: all that a person says on how files are read, in place of ``columns``.
        log: edits to make again on the map; those of the map that it replaces if None.

    Raises:
        PapermapError: with a message for the user; the old map is untouched.
    """
    settings = settings or BuildSettings()
    watch = Watch(progress or Silent())
    artefact.check_target(out)
    with watch.stage(STAGES[0]):
        how = reading or Reading(columns=columns or {})
        reads = read_files(sources, reading=how, progress=watch.progress.note)
        corpus = build_corpus(reads, page_year=settings.page_year)
    return build_from_corpus(corpus, out, settings=settings, cache=cache, log=log, _watch=watch)


def build_from_corpus(
    corpus: Corpus,
    out: str | os.PathLike[str],
    *,
    settings: BuildSettings | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
    revise: Callable[[TopicMap], TopicMap] | None = None,
    replaces: str | None = None,
    log: bytes | None = None,
    _watch: Watch | None = None,
) -> TopicMap:
    """Make a map of a corpus and write it; see `build`.

    Args:
        corpus: the papers.
        out: as for `build`, and so are settings, cache and progress.
        settings: see there.
        cache: see there.
        progress: see there.
        revise: has the last word on the map before it is written.
        replaces: digest of the map that is to be replaced, and no other; see `artefact.save`.
        log: see `build`.
    """
    settings = settings or BuildSettings()
    cache = cache or NullCache()
    watch = _watch or Watch(progress or Silent())
    for notice in corpus.notices:
        watch.progress.note(notice)
    if len(corpus) < MIN_PAPERS:
        raise TooFewPapers(len(corpus), MIN_PAPERS)

    topic_map, encoded = _found(corpus, settings, cache, watch)
    with watch.stage(STAGES[6]):
        written = artefact.save(
            revise(topic_map) if revise else topic_map,
            out,
            write_encoder=encoded.write_encoder,
            replaces=replaces,
            log=log,
        )
        cache.prune()
    return written


@one_thread()
def _found(
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
    with watch.stage(STAGES[3]):
        named = naming.propose_names(
            corpus, stages.describe(corpus, encoded, placed, cache), settings, cache
        )
        described = named.described
    with watch.stage(STAGES[4]):
        themed = theming.sort_into_themes(corpus, encoded, described, settings, cache)
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
