"""The command line: settings in, progress to stderr, results to stdout, errors to exit codes."""

from __future__ import annotations

import argparse
import atexit
import gc
import io
import json
import os
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from topics.build_summaries import account_of_update, summary_of_build
from topics.commands import command_line
from topics.console import Console, EventLines
from topics.edit_commands import (
    account,
    edits_listed,
    log_for_build,
    make_edit,
    manifest_with_edits,
)
from topics.errors import PapermapError
from topics.flags import reading_of
from topics.report_flags import filters_of, wishes_of
from topics.settings import BuildSettings, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from topics.progress import Progress

__all__ = ["main"]

_INFO_GROUPS = ("counts", "encoder")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 when done, 1 after an error that was explained on stderr; wrong usage exits with 2.
    """
    arguments = command_line(version=_Version).parse_args(argv)
    # Nothing is looked for in what the system takes back anyway: that took most of a second.
    atexit.register(gc.freeze)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a letter that it cannot show ends no report
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = int(_RUNS[arguments.command](arguments) or 0)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe has had enough. Python would complain of it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("papermap: stopped; nothing was left half done.", file=sys.stderr)
        return 130
    except Exception as error:
        if arguments.debug:
            raise
        _explain(error, arguments)
        return 1
    return code


def _explain(error: Exception, arguments: argparse.Namespace) -> None:
    """Say on stderr what went wrong."""
    text = str(error)
    if not isinstance(error, PapermapError):
        text = (
            f"Something went wrong that should not ({type(error).__name__}: {error}). "
            "Run it again with --debug and report what that prints."
        )
    if vars(arguments).get("progress") == "json":
        EventLines(sys.stderr).error(text)
    else:
        print(f"papermap: {text}", file=sys.stderr)


class _Version(argparse.Action):
    """Reads the version only when asked: the look-up takes longer than the rest of the start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from topics.fitting import version

        print(f"papermap {version()}")
        parser.exit(0)


def _teller(arguments: argparse.Namespace) -> Console | EventLines:
    return EventLines(sys.stderr) if arguments.progress == "json" else Console(sys.stderr)


def _build(arguments: argparse.Namespace) -> int | None:
    if arguments.cluster_sample and not arguments.cluster:
        print("papermap build: --cluster-sample needs --cluster.", file=sys.stderr)
        return 2
    if not arguments.watch:
        _build_once(arguments)
        return None
    from topics.store import default_root
    from topics.watching import watch

    kept = None if arguments.no_cache else default_root() / "reads"
    watch(
        arguments.sources,
        arguments.out,
        build=lambda: _build_once(arguments, kept=kept),
        say=lambda text: print(f"papermap: {text}", file=sys.stderr, flush=True),
    )
    return None


def _build_once(arguments: argparse.Namespace, *, kept: Path | None = None) -> None:
    from topics.pipeline import build

    settings = BuildSettings(
        **{setting.name: getattr(arguments, setting.name) for setting in describe()}
    )
    log = log_for_build(arguments.edits, drop=arguments.no_edits, out=arguments.out)
    reading = reading_of(arguments)
    with _teller(arguments) as console:
        built = build(
            arguments.sources,
            arguments.out,
            settings=settings,
            cache=_cache(console, enabled=not arguments.no_cache),
            progress=console,
            # A file that is as it was need not be read again at every change of another.
            reading=replace(reading, kept=reading.kept or kept),
            log=log,
            cluster=arguments.cluster,
            sample=arguments.cluster_sample,
        )
    if arguments.json:
        _print_json(_manifest_of(built.manifest))
    else:
        print(summary_of_build(built, arguments.out))


def _update(arguments: argparse.Namespace) -> int | None:
    from topics.updating import update

    if not (arguments.sources or arguments.refit):
        print("papermap update: give the SOURCE to add, or --refit.", file=sys.stderr)
        return 2
    BuildSettings(page_year=arguments.page_year)  # fails on a year that cannot be
    with _teller(arguments) as console:
        updated = update(
            arguments.map,
            arguments.sources,
            refit=arguments.refit,
            page_year=arguments.page_year,
            cache=_cache(console, enabled=not arguments.no_cache),
            progress=console,
            reading=reading_of(arguments),
        )
    if arguments.json:
        _print_json(_manifest_of(updated.topic_map.manifest))
    else:
        print(account_of_update(updated, arguments.map))
    return None


def _cache(console: Progress, *, enabled: bool) -> Any:
    from topics.store import NullCache, StageCache, default_root

    return StageCache(default_root(), notify=console.note) if enabled else NullCache()


def _serve(arguments: argparse.Namespace) -> int:
    from topics.access import named, read_access, secrets_file
    from topics.serving import MOST_READERS_VARIABLE, Server, checked_path
    from topics.store import default_root

    if arguments.most_readers:
        os.environ[MOST_READERS_VARIABLE] = str(arguments.most_readers)
    secrets = secrets_file()
    base_path = checked_path(arguments.base_path)
    access = read_access(secrets, base_path=base_path)
    maps = [str(_local(each)) for each in arguments.maps] or [_sample_map()]
    reach = {
        "host": arguments.host,
        "port": arguments.port,
        "base_path": base_path,
    }
    workspace = _workspace(arguments, editors=bool(access.editors))
    server = Server(maps, **reach, workspace=workspace, cache=default_root(), secrets=secrets)
    with Console(sys.stderr) as console:
        console.stage(1, 1, "Starting the dashboard")
        server.start()
    print(f"Papermap is at {server.address} (Ctrl+C stops it)", flush=True)
    if access.mode == "link":
        for name in named(map(Path, maps)):
            print(f"{name}: {server.address}/?map={quote(access.link_name(name))}", flush=True)
    if not arguments.no_browser:
        server.open_browser()
    return server.wait()


def _workspace(arguments: argparse.Namespace, *, editors: bool) -> str | None:
    """Folder for the maps that readers build; None where nobody may, editors by name neither."""
    from topics.serving import WORKSPACE_VARIABLE, is_this_machine
    from topics.store import default_root

    is_open = arguments.allow_builds or editors or is_this_machine(arguments.host)
    if arguments.read_only or not is_open:
        return None
    return os.environ.get(WORKSPACE_VARIABLE) or str(default_root() / "maps")


def _sample_map() -> str:
    """The bundled sample's map, built if it is not there or was made by another version."""
    from topics import sample
    from topics.artefact import read_manifest
    from topics.errors import MapError
    from topics.fitting import version
    from topics.pipeline import build
    from topics.store import default_root

    target = default_root() / "sample-map"
    try:
        if read_manifest(target)["papermap_version"] == version():
            return str(target)
    except (MapError, KeyError):
        pass
    print("Building the map of the bundled sample (once).", file=sys.stderr)
    with Console(sys.stderr) as console:
        cache = _cache(console, enabled=True)
        build([sample.folder()], target, cache=cache, progress=console)
    return str(target)


def _read(arguments: argparse.Namespace) -> None:
    from topics.corpus import build_corpus
    from topics.ledger import counts_by_file, write_papers
    from topics.reading import read_files

    settings = BuildSettings(page_year=arguments.page_year)
    with _teller(arguments) as console:
        console.stage(1, 1, "Reading the sources")
        reads = read_files(
            arguments.sources,
            reading=reading_of(arguments),
            progress=console.note,
            # A preview shows what each file is, and lets its columns be corrected.
            may_be_empty=arguments.json and arguments.sample is not None,
        )
        corpus = build_corpus(reads, page_year=settings.page_year)
        for notice in corpus.notices:
            console.note(notice)
    files = counts_by_file(reads, corpus)
    if arguments.out:
        write_papers(corpus, arguments.out)
    if arguments.json and arguments.sample is not None:
        from topics.preview import preview

        _print_json(preview(reads, corpus, sample=arguments.sample))
        return
    if arguments.json:
        _print_json({"papers": len(corpus), "files": files})
        return
    print(f"{len(corpus)} papers, {corpus.undated} without a date")
    for file in files:
        print(
            f"  {file['file']} ({file['format']}): read {file['read']} = {file['kept']} kept + "
            f"{file['merged']} merged + {file['rejected']} rejected"
        )
    if arguments.out:
        print(f"Papers written to {arguments.out}")


def _info(arguments: argparse.Namespace) -> None:
    folder = _local(arguments.map)
    manifest = manifest_with_edits(folder)
    if arguments.json:
        _print_json(_manifest_of(manifest))
        return
    # A map that another program made need not say all of this.
    counts, encoder = (defaultdict(lambda: "?", manifest.get(key, {})) for key in _INFO_GROUPS)
    known = defaultdict(lambda: "?", manifest)
    print(f"Map {arguments.map}")
    print(f"  made       {known['created']} by Papermap {known['papermap_version']}")
    print(f"  papers     {counts['papers']} ({counts['undated']} without a date)")
    groups = f" in {counts['groups']} groups" if counts.get("groups") else ""
    print(f"  topics     {counts['topics']}{groups} ({counts['unclustered']} papers unclustered)")
    print(f"  encoder    {encoder['name']}")
    if edits := account(manifest):
        print(f"  edits      {edits}")
    print(f"  papers' fingerprint  {known['corpus_fingerprint']}")
    for notice in manifest.get("notices", []):
        print(f"  note       {notice}")


def _edits(arguments: argparse.Namespace) -> None:
    text, told = edits_listed(arguments, _local(arguments.map))
    if arguments.json:
        _print_json(told)
    else:
        print(text)


def _edit(arguments: argparse.Namespace) -> None:
    text, told = make_edit(arguments)
    if arguments.json:
        _print_json(told)
    else:
        print(text)


def _manifest_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest as it is written, without what is found out when it is read."""
    return {key: value for key, value in manifest.items() if key not in ("digest", "built_digest")}


def _report(arguments: argparse.Namespace) -> None:
    from topics.artefact import load
    from topics.reports import write_report
    from topics.threshold import at_confidence

    with _teller(arguments) as console:
        console.stage(1, 2, "Reading the map")
        topic_map = load(_local(arguments.map))
        if arguments.confidence is not None:
            topic_map = at_confidence(topic_map, arguments.confidence / 100)
        console.stage(2, 2, "Writing the report")
        written = write_report(
            topic_map,
            arguments.out,
            file_format=arguments.format,
            filters=filters_of(arguments),
            wishes=wishes_of(arguments),
        )
    print(f"{written} papers written to {arguments.out}")


def _export(arguments: argparse.Namespace) -> None:
    from topics.artefact import load
    from topics.standalone.page import MOST_ABSTRACTS, write_page

    with _teller(arguments) as console:
        console.stage(1, 2, "Reading the map")
        topic_map = load(_local(arguments.map))
        console.stage(2, 2, "Writing the file")
        size = write_page(
            topic_map,
            arguments.out,
            title=" ".join(arguments.title.split()) or Path(arguments.map).resolve().name,
            with_abstracts=arguments.abstracts,
        )
        if arguments.abstracts is None and len(topic_map.papers) > MOST_ABSTRACTS:
            console.note("Too many papers to hold their abstracts; --abstracts does it anyway.")
    print(f"{len(topic_map.papers)} papers written to {arguments.out} ({size / 1e6:.1f} MB)")


def _publish(arguments: argparse.Namespace) -> None:
    from topics.publishing import publish

    with _teller(arguments) as console:
        done = publish(arguments.map, arguments.to, tell=lambda step: console.stage(1, 1, step))
    if arguments.json:
        _print_json({"digest": done.digest, "address": done.address, "current": done.place})
        return
    print(f"{done.papers} papers published. Always this very map:  {done.address}")
    print(f"Whatever is published last:  papermap serve {done.place}")


def _unpublish(arguments: argparse.Namespace) -> int | None:
    from topics.publishing import published, unpublish

    if not arguments.snapshots and arguments.keep is None:
        for each in published(arguments.place):
            state = "withdrawn" if each.withdrawn else "current" if each.current else ""
            print(f"{each.digest[:12]}  {each.published}  {each.papers} papers  {state}".rstrip())
        print("papermap unpublish: name the snapshots to withdraw, or --keep N.", file=sys.stderr)
        return 2
    done = unpublish(
        arguments.place, arguments.snapshots, keep=arguments.keep, reason=arguments.reason
    )
    for each in done:
        print(f"Withdrawn: {each.address}")
    if not done:
        print("Nothing to withdraw.")
    return None


def _local(address: str) -> Path:
    """The folder of a map; what is published at a URL is fetched first."""
    from topics.places import is_url

    if not is_url(address):
        return Path(address)
    from topics.publishing import local_folder

    print(f"Fetching what is new at {address}", file=sys.stderr)
    return local_folder(address)


def _hits(arguments: argparse.Namespace) -> None:
    from topics.artefact import load
    from topics.search import nearest_papers

    hits = nearest_papers(load(_local(arguments.map)), arguments.query, limit=arguments.limit)
    if arguments.json:
        _print_json(hits)
        return
    for hit in hits:
        print(f"{hit['score']:.2f}  {hit['title']}  [{hit['topic'] or 'unclustered'}]  {hit['id']}")


def _print_json(value: Any) -> None:
    # A terminal or pipe that cannot show every letter gets them as escapes.
    narrow = not (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(value, ensure_ascii=narrow, indent=1))


#: What each command does.
_RUNS: Mapping[str, Callable[[argparse.Namespace], int | None]] = {
    "build": _build,
    "update": _update,
    "serve": _serve,
    "read": _read,
    "info": _info,
    "edits": _edits,
    "edit": _edit,
    "report": _report,
    "export": _export,
    "publish": _publish,
    "unpublish": _unpublish,
    "search": _hits,
    "place": _hits,
}


if __name__ == "__main__":
    sys.exit(main())
