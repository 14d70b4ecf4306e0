"""Power cuts and full disks at every touch of the disk: the old state or the new one, never half.

The disk is touched where Python tells its audit hooks that a file is opened to be written, made,
renamed or removed, and where something is synced. For every k, a process does the work and is
killed at the k-th touch, or told there that the disk is full, or that it may not be written to.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

#: Does the work of one kind again and again; prints, for every kind of fault, what became of it.
_WORKER = """
    import errno, json, os, shutil, signal, sys, traceback
    from pathlib import Path
    from topics import artefact, curation, drafts, publishing, reports
    from topics.standalone.page import write_page
    from topics.errors import PapermapError
    from tests.factories import make_map, write_map

    work, root = sys.argv[1], Path(sys.argv[2])
    one, two = (write_map(root / "maps" / str(n), make_map(papers=n, topics=2)) for n in (20, 21))
    place = root / "place" / "result"
    place.parent.mkdir()

    def save(topic_map):
        write_map(place, topic_map)

    def publish(topic_map):
        publishing.publish(topic_map.path, place)

    def export(topic_map):
        write_page(topic_map, place, title="x")

    def report(topic_map):
        reports.write_report(topic_map, place, file_format="html")

    def edit(topic_map):
        if topic_map is one:
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(one.path, place)
        else:
            desk = curation.open_desk(place)
            topic = desk.shown.topics["id"].iloc[0]
            curation.record(desk, drafts.rename(desk, topic, "A new name"), who="Ada")

    def state():
        if place.is_file():
            return place.read_bytes().hex()
        found = artefact.load(place)
        # When an edit was made is part of a map's digest, and different each time.
        return tuple(found.topics["name"]) if work == "edit" else found.digest

    do = globals()[work]
    # What is published is read before anything is touched: once will do.
    made = {str(each.path): each for each in (one, two)}
    publishing.load = lambda source: made.get(str(source)) or artefact.load(source)
    # A process that is killed leaves what it wrote to the system: no need to wait for the disk.
    os.fsync = os.fstat

    def faulty(kind, at):
        # In a process of its own: a hook cannot be taken away again.
        seen = 0

        def touch():
            nonlocal seen
            seen += 1
            if kind == "read-only":
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            if seen == at:
                if kind == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def hook(event, arguments):
            if event == "open":
                path, _, flags = arguments
                ours = isinstance(path, (str, bytes)) and str(root) in os.fsdecode(path)
                if ours and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                    touch()
            elif event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate"):
                if str(root) in str(arguments):
                    touch()

        def fsync(descriptor):
            touch()
            os.fstat(descriptor)

        os.fsync = fsync
        sys.addaudithook(hook)
        do(two)
        return seen

    do(one)
    old = state()
    shutil.copytree(place, root / "kept") if place.is_dir() else shutil.copy(place, root / "kept")
    do(two)
    new = state()
    found = {}
    for kind in ("kill", "full", "read-only"):
        outcomes = found[kind] = []
        for at in range(1, 400):
            for left in place.parent.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            kept = root / "kept"
            shutil.copytree(kept, place) if kept.is_dir() else shutil.copy(kept, place)
            child = os.fork()
            if not child:
                code = 3
                try:
                    code = 0 if faulty(kind, at) < at else 1
                except PapermapError as error:
                    code = 2
                except BaseException:
                    traceback.print_exc()
                os._exit(code)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            now = {old: "old", new: "new"}.get(state(), "half")
            outcomes.append([at, status, now])
            if now == "old" or work != "edit":
                do(two)  # whatever was left behind is no hindrance
            left = [each.name for each in place.parent.iterdir() if ".new-" in each.name]
            if state() != new or left:
                outcomes.append([at, status, f"not put right: {left}"])
            if status == 0 or kind == "read-only":
                break
    print(json.dumps(found))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks, and kills its children")
@pytest.mark.parametrize("work", ["save", "publish", "export", "report", "edit"])
def test_the_old_state_or_the_new_one_whatever_fails(work: str, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", textwrap.dedent(_WORKER), work, str(tmp_path)],
        check=False,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {now for each in found.values() for _, _, now in each} <= {"old", "new"}, found
    # Killed at every touch but the last, which is not reached; then one that nothing befell.
    assert [status for _, status, _ in found["kill"]] == [-9] * (len(found["kill"]) - 1) + [0]
    assert len(found["kill"]) > 4
    # A clear refusal, or the work was done by then; never an error that nobody explains.
    assert {status for _, status, _ in found["full"]} <= {0, 1, 2}, done.stderr
    assert 2 in {status for _, status, _ in found["full"]}
    assert found["read-only"] == [[1, 2, "old"]], done.stderr
