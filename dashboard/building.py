"""What happens to uploads: they are read for a preview, then built into a map of the workspace."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dashboard import jobs
from dashboard.workspace import LIMITS, Draft, Refused, drafts, map_folders, name_problem, sweep
from topics.errors import SettingsError
from topics.settings import ENCODERS
from topics.themefile import Theme, parse_themes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dashboard.jobs import Job

__all__ = [
    "OWN_THEMES",
    "THEMES",
    "FilePreview",
    "Preview",
    "Request",
    "Running",
    "build_of",
    "check_themes",
    "encoders",
    "forget_preview",
    "housekeeping",
    "keep_request",
    "preview_of",
    "request_of",
    "running_builds",
    "start_build",
    "start_preview",
    "stop_build",
    "why",
]

#: Choices of themes, each in words with what it is; the last one is a text of the reader's.
OWN_THEMES = "own"
THEMES: Mapping[str, tuple[str, str]] = {
    "ml": ("Machine learning", "optimization, unlearning, diffusion, alignment, scaling"),
    "auto": ("Found in the papers", "groups of topics, named after the largest"),
    "none": ("None", "topics only"),
    OWN_THEMES: ("My own", "a name, a description and phrases each"),
}

#: Seconds that reading and building may take, and records shown of each file.
_READING, _BUILDING, _SAMPLE = 600.0, 3 * 3600.0, 5
#: Characters of a themes file; a long one has some hundred.
_LONGEST_THEMES = 100_000

_REQUEST, _THEMES_FILE, _BUILD = "request.json", "themes.toml", "build"
#: Folder of what each file gave, so that a correction has only its own file read again.
_KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a reader wants built.

    Attributes:
        name: of the map, also of its folder.
        themes: a key of ``THEMES``.
        own_themes: the text of a themes file, for the choice ``own``.
        columns: for tables, by the name of the file, the column that holds a field, where the
            reader corrected it; empty where none in the table holds it.
        page_year: in which the pages were saved, None to find it from them.
        encoder: one of ``encoders()``.
    """

    name: str
    themes: str = "ml"
    own_themes: str = ""
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    page_year: int | None = None
    encoder: str = ENCODERS[0]

    @property
    def reading(self) -> Mapping[str, Any]:
        """All that says how files are read: columns by file, limits of archives, the year."""
        return {
            "columns": {file: dict(own) for file, own in self.columns.items() if own},
            "archives": {
                "expanded": LIMITS.expanded,
                "members": LIMITS.members,
                "depth": LIMITS.depth,
            },
            "page_year": self.page_year,
        }

    def corrected(self, file: str, name: str, column: str | None) -> Request:
        """The same, with another column for a field of a file.

        Args:
            file: its name.
            name: the field.
            column: empty if none in the table holds it, None to have it found.
        """
        own = {**self.columns.get(file, {})}
        own.pop(name, None)
        if column is not None:
            own[name] = column
        return replace(self, columns={**self.columns, file: own})


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePreview:
    """One file as it was read; see `topics.preview.preview`."""

    name: str
    format: str = ""
    read: int = 0
    kept: int = 0
    merged: int = 0
    rejected: int = 0
    notices: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    matched: Mapping[str, str] = field(default_factory=dict)
    sample: tuple[Mapping[str, Any], ...] = ()
    others: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The files of a build as they were read, or how far that is.

    Attributes:
        job: the reading.
        files: in the order they were read, while it runs as they were read last; empty until they
            are for the first time, or where none could be.
        papers: that are left once each is there once.
        undated: those of them without a date.
        notices: on all files together.
        fields: what a column of a table can hold, with what that is in words.
    """

    job: Job
    files: tuple[FilePreview, ...] = ()
    papers: int = 0
    undated: int = 0
    notices: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """A build that has not ended."""

    draft: Draft
    request: Request
    job: Job


def start_preview(draft: Draft, request: Request) -> None:
    """Have the uploads read as they are now, unless that was begun already.

    Raises:
        Refused: no process can be started.
    """
    folder = _preview_folder(draft, request)
    if not draft.files():
        return
    if jobs.look(folder).state in ("cancelled", "interrupted"):
        # It was given up for another one that is not wanted any more, or with the dashboard.
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        return
    last = _last_read(draft)
    for other in draft.folder.glob("read-*"):
        if jobs.look(other).active:
            jobs.cancel(other)
        elif other != last:
            shutil.rmtree(other, ignore_errors=True)
            (draft.folder / f"how-{other.name}.json").unlink(missing_ok=True)
    arguments = ["read", draft.inbox.name, "--json", "--sample", str(_SAMPLE)]
    arguments += _reading_flags(draft, folder, request)
    _start(draft, folder, arguments, seconds=_READING, turn="reading")


def preview_of(draft: Draft, request: Request) -> Preview:
    """The preview of the uploads as they are now."""
    folder = _preview_folder(draft, request)
    job = jobs.look(folder)
    # While files are read anew, what was read of them last says more than nothing.
    last = _last_read(draft) if job.active else folder if job.state == "done" else None
    told = jobs.output(last) if last else None
    if not isinstance(told, dict):
        return Preview(job=job)
    return Preview(
        job=job,
        files=tuple(_file_preview(each) for each in told["files"]),
        papers=int(told["papers"]),
        undated=int(told["undated"]),
        notices=tuple(told["notices"]),
        fields=told.get("fields", {}),
    )


def forget_preview(draft: Draft, request: Request) -> None:
    """Let the uploads be read again, although they were."""
    shutil.rmtree(_preview_folder(draft, request), ignore_errors=True)


def encoders() -> tuple[str, ...]:
    """The ways to encode abstracts that are installed here."""
    extra = find_spec("sentence_transformers") is not None
    return ENCODERS if extra else ENCODERS[:1]


def check_themes(text: str) -> tuple[Theme, ...]:
    """The themes of a text.

    Raises:
        SettingsError: says what is wrong with it.
    """
    if len(text) > _LONGEST_THEMES:
        raise SettingsError(
            f"The themes have {len(text):,} characters; expected {_LONGEST_THEMES:,} at most."
        )
    return parse_themes(text, where="Your text")


def start_build(root: Path, draft: Draft, request: Request) -> None:
    """Build the uploads into a map of the workspace.

    Raises:
        Refused: says why it was not begun.
        SettingsError: says what is wrong with the themes.
    """
    if problem := name_problem(request.name):
        raise Refused(problem)
    if not draft.files():
        raise Refused("There is no file to build a map of.")
    taken = {folder.name for folder in map_folders(root)}
    if request.name not in taken and len(taken) >= LIMITS.maps:
        raise Refused(f"There are {len(taken)} maps here, as many as there may be.")
    for other in running_builds(root):
        if other.draft.id == draft.id or other.request.name == request.name:
            raise Refused(
                f"“{request.name}” is being built right now. Wait for it to finish, or choose "
                "another name."
            )
    themes = request.themes
    if themes == OWN_THEMES:
        check_themes(request.own_themes)
        themes = _THEMES_FILE
    folder = draft.folder / _BUILD
    shutil.rmtree(folder, ignore_errors=True)
    try:
        (draft.folder / _THEMES_FILE).write_text(request.own_themes, encoding="utf-8")
    except (OSError, UnicodeEncodeError) as error:
        raise Refused(f"The build could not be begun ({error}).") from error
    keep_request(draft, request)
    target = root / request.name
    arguments = ["build", draft.inbox.name, "--out", str(target), "--themes", themes, "--json"]
    arguments += [f"--encoder={request.encoder}", *_reading_flags(draft, folder, request)]
    _start(
        draft,
        folder,
        arguments,
        seconds=_BUILDING,
        turn="building",
        target=target,
        discard=(draft.inbox, draft.folder / _KEPT, *draft.folder.glob("read-*")),
    )


def build_of(draft: Draft) -> Job:
    """How the build of the uploads stands."""
    return jobs.look(draft.folder / _BUILD)


def stop_build(draft: Draft) -> None:
    """Ask the build to stop."""
    jobs.cancel(draft.folder / _BUILD)


def request_of(draft: Draft) -> Request | None:
    """What is asked to be built, None before anything is."""
    try:
        told = json.loads((draft.folder / _REQUEST).read_bytes())
        return _checked(Request(**told))
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _checked(request: Request) -> Request:
    """A request that was kept, without what this version or this machine does not know."""
    columns = {str(file): dict(own) for file, own in request.columns.items() if own}
    encoder = request.encoder if request.encoder in encoders() else ENCODERS[0]
    return replace(request, columns=columns, encoder=encoder)


def keep_request(draft: Draft, request: Request) -> None:
    """Keep what is asked, so that it is there when the page is loaded again.

    Raises:
        Refused: the disk does not take it.
    """
    file = draft.folder / _REQUEST
    temporary = file.with_name(f".{file.name}.tmp")
    try:
        temporary.write_text(json.dumps(asdict(request)), encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        raise Refused(f"This could not be kept ({error.strerror or error}).") from error


def running_builds(root: Path) -> list[Running]:
    """All builds of the workspace that have not ended, the oldest first."""
    found = []
    for draft in drafts(root):
        request = request_of(draft)
        if request is not None and (job := build_of(draft)).active:
            found.append(Running(draft, request, job))
    return found


def housekeeping(root: Path) -> None:
    """Clear away what was left long ago."""
    sweep(root, busy={each.draft.id for each in running_builds(root)})


def why(job: Job, *, what: str, root: Path, draft: Draft) -> str:
    """Why a job that has ended did not succeed, in words for a reader; no path of the host in it.

    Args:
        job: it.
        what: it was doing, such as ``The build``.
        root: the workspace.
        draft: the build that it belongs to.
    """
    if job.state == "cancelled":
        return f"{what} was cancelled."
    if job.state == "interrupted":
        return f"{what} was interrupted: Papermap was stopped or started again meanwhile."
    if job.state == "killed":
        return f"{what} was ended by the system, as a rule for want of memory. Try fewer files."
    if job.state == "overdue":
        return f"{what} was stopped after {job.seconds / 60:.0f} minutes. Try with fewer files."
    message = job.problem or (
        f"{what} ended unexpectedly: {_last_line(job.details)}. Please report it."
    )
    for path in (draft.inbox, draft.folder, root):
        for form in {str(path), str(path.resolve())}:
            message = message.replace(f"{form}/", "")
    return re.sub(rf"(?<![\w/.-]){re.escape(draft.inbox.name)}/", "", message)


def _last_line(details: str) -> str:
    lines = [line.strip() for line in details.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"


def _start(
    draft: Draft,
    folder: Path,
    arguments: Sequence[str],
    *,
    seconds: float,
    turn: str,
    target: Path | None = None,
    discard: Sequence[Path] = (),
) -> None:
    try:
        jobs.start(
            folder,
            [*arguments, "--progress", "json"],
            cwd=draft.folder,
            seconds=seconds,
            turn=draft.folder.parent / f".{turn}",
            cache=draft.folder.parents[1] / ".cache",
            target=target,
            discard=discard,
        )
    except FileExistsError:  # another page of the same build was faster
        return
    except OSError as error:
        raise Refused(f"No process could be started for it ({error.strerror or error}).") from error


def _reading_flags(draft: Draft, folder: Path, request: Request) -> list[str]:
    """Flags of the command line that say how files are read, for the job in a folder.

    Raises:
        Refused: the disk does not take it.
    """
    how = dict(request.reading)
    year = how.pop("page_year")
    file = draft.folder / f"how-{folder.name}.json"
    try:
        file.write_text(json.dumps({**how, "kept": _KEPT}), encoding="utf-8")
    except (OSError, UnicodeEncodeError) as error:
        raise Refused(f"The files cannot be read ({error}).") from error
    return ["--reading", file.name, *([] if year is None else [f"--page-year={year}"])]


def _last_read(draft: Draft) -> Path | None:
    """The folder of the last reading that ended well."""
    done = [folder for folder in draft.folder.glob("read-*") if jobs.look(folder).state == "done"]
    return max(done, key=lambda folder: folder.stat().st_mtime, default=None)


def _preview_folder(draft: Draft, request: Request) -> Path:
    """The folder of the job that reads these very files in this way."""
    state: list[Any] = [request.reading]
    for file in draft.files():
        with suppress(OSError):
            state.append((file.name, file.stat().st_size, file.stat().st_mtime_ns))
    key = hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]
    return draft.folder / f"read-{key}"


def _file_preview(told: Mapping[str, Any]) -> FilePreview:
    return FilePreview(
        name=str(told["file"]),
        format=str(told["format"]),
        read=int(told["read"]),
        kept=int(told["kept"]),
        merged=int(told["merged"]),
        rejected=int(told["rejected"]),
        notices=tuple(told["notices"]),
        columns=tuple(told["columns"]),
        matched=dict(told["matched"]),
        sample=tuple(told["sample"]),
        others=tuple(told["others"]),
    )
