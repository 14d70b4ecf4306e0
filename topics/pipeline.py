"""From sources to a map: the stages in order."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from topics import artefact
from topics.cluster.sampling import Draw, sample_size
from topics.cluster.site import open_site
from topics.corpus import Corpus, build_corpus
from topics.errors import TooFewPapers
from topics.fitting import fit
from topics.progress import STAGES, Progress, Silent, Watch
from topics.reading import Reading, read_files
from topics.settings import MIN_PAPERS, BuildSettings
from topics.store import Cache, NullCache

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

    from topics.sources.record import SourceRead
    from topics.topicmap import TopicMap

__all__ = ["build", "build_from_corpus"]


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
    cluster: str | None = None,
    sample: int | None = None,
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
        cluster: ``local``, ``local:N`` or the address of a Dask scheduler, for parts of the build
            to be done by other processes; a program that starts some must guard its main module.
        sample: with ``cluster``, papers that topics and layout are found among; by rule
            (`topics.cluster.sampling.sample_size`) where not given. A corpus that is no larger is
            built as it would be without a cluster.

    Raises:
        PapermapError: with a message for the user; the old map is untouched.
    """
    settings = settings or BuildSettings()
    watch = Watch(progress or Silent())
    target = artefact.check_target(out)
    how = reading or Reading(columns=columns or {})
    with ExitStack() as stack:
        with watch.stage(STAGES[0]):
            site = None if cluster is None else stack.enter_context(open_site(cluster, target))
            read: Callable[..., list[SourceRead]] = read_files if site is None else site.read_files
            reads = read(sources, reading=how, progress=watch.progress.note)
            corpus = build_corpus(reads, page_year=settings.page_year)
        size = sample_size(len(corpus)) if sample is None else max(sample, MIN_PAPERS)
        if site is not None and len(corpus) > size:
            from topics.cluster.spreading import build_spread

            draw = Draw(size, asked=sample is not None)
            build_spread(site, corpus, target, draw, settings, cache or NullCache(), watch, log=log)
            return artefact.load(target, verify=False)
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

    topic_map, encoded = fit(corpus, settings, cache, watch)
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
