"""The folder in which readers build maps: uploads on their way in, and the maps themselves.

``WORKSPACE/NAME/`` are maps; ``WORKSPACE/.builds/ID/`` is what one build needs: ``files/`` with
the uploads, and a folder for each job. Nothing is written anywhere else, and no name that a reader
gives becomes a path before it went through `safe_name`.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from topics import artefact
from topics.errors import MapError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "DELETED",
    "LIMITS",
    "WORKSPACE_VARIABLE",
    "BuiltMap",
    "Draft",
    "Limits",
    "Refused",
    "built_maps",
    "drafts",
    "find_draft",
    "map_folders",
    "name_problem",
    "new_draft",
    "safe_name",
    "sweep",
    "workspace",
]

#: Environment variable with the folder; without it nobody builds here.
WORKSPACE_VARIABLE = "PAPERMAP_WORKSPACE"

#: How names of folders begin that hold a deleted map, until it is off the disk.
DELETED = ".deleted-"

_BUILDS = ".builds"
_ID = re.compile(r"[0-9a-f]{32}")
#: Letters that no file name may hold on one system or another, or that hide what a name is.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?")


class Refused(Exception):
    """Something a reader asked for that is not done; the message is for the reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What readers may ask of the machine.

    Attributes:
        files: of one build.
        size: bytes of the files of one build, together.
        waiting: bytes of the files of all builds that have not ended well.
        maps: in the workspace.
        name: characters of a map's name.
        days: after which what was uploaded and not built is removed.
        expanded: bytes that the archives of one build may hold together once they are opened.
        members: files in them together, those of archives within archives included.
        depth: archives within archives, the uploaded one counted.
    """

    files: int = 100
    size: int = 200 * 10**6
    waiting: int = 2 * 10**9
    maps: int = 200
    name: int = 60
    days: float = 1.0
    expanded: int = 10**9
    members: int = 2000
    depth: int = 2


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class BuiltMap:
    """A map of the workspace; ``problem`` says why it cannot be opened, and is empty if it can."""

    folder: Path
    papers: int = 0
    topics: int = 0
    created: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One build from the first upload on.

    Attributes:
        id: 32 hexadecimal digits that cannot be guessed.
        folder: of its own.
    """

    id: str
    folder: Path

    @property
    def inbox(self) -> Path:
        """The folder of the uploads."""
        return self.folder / "files"

    def files(self) -> list[Path]:
        """The uploads, by name."""
        with suppress(OSError):
            return sorted(file for file in self.inbox.iterdir() if file.is_file())
        return []

    def add(self, name: str, data: bytes | memoryview) -> Path:
        """Keep an upload under a safe name of its own.

        Raises:
            Refused: there are too many, they are too large, or the disk does not take it.
        """
        files = self.files()
        if len(files) >= LIMITS.files:
            raise Refused(
                f"“{safe_name(name)}” was left out: a map can be built of {LIMITS.files} files. "
                "Put several into one zip archive."
            )
        if sum(file.stat().st_size for file in files) + len(data) > LIMITS.size:
            raise Refused(
                f"“{safe_name(name)}” was left out: all files together may have "
                f"{LIMITS.size // 10**6} MB. Build large maps with `papermap build`."
            )
        if _waiting(self.folder.parent) + len(data) > LIMITS.waiting:
            raise Refused(
                f"“{safe_name(name)}” was left out: there is no room for more uploads here now. "
                "Try again later."
            )
        target = self.inbox / safe_name(name, taken={file.name for file in files})
        try:
            self.inbox.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as error:
            with suppress(OSError):
                target.unlink(missing_ok=True)
            raise Refused(
                f"“{target.name}” could not be kept ({error.strerror or error})."
            ) from error
        return target

    def remove(self, name: str) -> None:
        """Remove an upload, if there is one of that name."""
        for file in self.files():
            if file.name == name:
                file.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove everything of it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def workspace() -> Path | None:
    """The folder in which readers may build, None where they may not."""
    given = os.environ.get(WORKSPACE_VARIABLE, "").strip()
    return Path(given).expanduser().absolute() if given else None


def map_folders(root: Path) -> list[Path]:
    """Folders of the maps in a workspace, by name; cheap enough for every page."""
    try:
        entries = [entry for entry in root.iterdir() if not entry.name.startswith(".")]
    except OSError:
        return []
    return sorted(
        (entry for entry in entries if (entry / "manifest.json").is_file()),
        key=lambda entry: entry.name.casefold(),
    )


def built_maps(root: Path) -> list[BuiltMap]:
    """The maps of a workspace, the latest first."""
    found = [_built(folder) for folder in map_folders(root)]
    return sorted(found, key=lambda each: each.created, reverse=True)


def _built(folder: Path) -> BuiltMap:
    try:
        manifest = artefact.read_manifest(folder)
        counts = manifest["counts"]
        return BuiltMap(
            folder, int(counts["papers"]), int(counts["topics"]), str(manifest["created"])
        )
    except MapError as error:
        return BuiltMap(folder, problem=str(error))
    except (LookupError, TypeError, ValueError):
        return BuiltMap(folder, problem="Its manifest does not say what is in it.")


def new_draft(root: Path) -> Draft:
    """Begin a build.

    Raises:
        Refused: the workspace cannot be written to.
    """
    draft = Draft(name := secrets.token_hex(16), root / _BUILDS / name)
    try:
        draft.inbox.mkdir(parents=True)
    except OSError as error:
        raise Refused(
            f"The folder for new maps cannot be written to ({error.strerror or error}). "
            "Whoever runs Papermap here can choose another one."
        ) from error
    return draft


def find_draft(root: Path, draft_id: str) -> Draft | None:
    """The build of that id, None where there is none (any more)."""
    if not _ID.fullmatch(draft_id):
        return None
    draft = Draft(draft_id, root / _BUILDS / draft_id)
    return draft if draft.folder.is_dir() else None


def drafts(root: Path) -> list[Draft]:
    """All builds that have not been cleared away, the oldest first."""
    with suppress(OSError):
        found = [entry for entry in (root / _BUILDS).iterdir() if _ID.fullmatch(entry.name)]
        return [Draft(each.name, each) for each in sorted(found, key=_changed)]
    return []


def sweep(root: Path, *, busy: Collection[str]) -> None:
    """Remove what was uploaded or built long ago, and deleted maps that are still on the disk.

    Args:
        root: the workspace.
        busy: ids of builds that run.
    """
    limit = time.time() - LIMITS.days * 86400
    for draft in drafts(root):
        if draft.id not in busy and _changed(draft.folder) < limit:
            draft.discard()
    for folder in root.glob(f"{DELETED}*"):
        shutil.rmtree(folder, ignore_errors=True)


def name_problem(name: str) -> str:
    """What is wrong with the name of a map; empty where it can be used."""
    if not name:
        return "Give the map a name."
    if len(name) > LIMITS.name:
        return f"The name is too long: {len(name)} of {LIMITS.name} characters."
    usable = safe_name(name)
    if usable != name:
        return f"A folder cannot have this name; “{usable}” would do."
    return ""


def safe_name(given: str, *, taken: Collection[str] = ()) -> str:
    """A file name that any system takes and that is in its folder, as close as can be to the given.

    Args:
        given: what a browser or a reader says: perhaps a path, perhaps hostile.
        taken: names that it must not have, whatever their case.
    """
    text = "".join(c for c in given if unicodedata.category(c) not in _HIDDEN or c == "\u200d")
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text).strip().rstrip("/\\"))[-1]
    name = _FORBIDDEN.sub("_", " ".join(last.split())).strip(" .") or "file"
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = name, "", ""
    used = {other.casefold() for other in taken}
    number = 1
    while True:
        mark = f" ({number})" if number > 1 else ""
        tail = f"{mark}{dot}{ending}"
        found = _cut(stem, 180 - len(tail.encode())) + tail
        if found.casefold() not in used:
            return found
        number += 1


def _cut(text: str, size: int) -> str:
    """At most so many bytes of a text, without half a character at its end."""
    return text.encode()[:size].decode(errors="ignore").rstrip(" .") or "file"


def _waiting(builds: Path) -> int:
    """Bytes of all uploads that wait in a workspace."""
    with suppress(OSError):
        return sum(file.stat().st_size for file in builds.glob("*/files/*"))
    return 0


def _changed(folder: Path) -> float:
    with suppress(OSError):
        return folder.stat().st_mtime
    return 0.0
