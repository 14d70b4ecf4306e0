"""Power cuts and full disks at every touch of the disk: the old state or the new one, never half.

For every k, a process does the work and is killed at the k-th touch of the disk
(`tests.topics.broken_disk`), or told there that the disk is full, or that it may not be written to.
Whole builds are killed in every stage, too (`tests.topics.fault_worker`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from topics.progress import STAGES
from topics.updating import UPDATE_STAGES

#: Does the work of one kind again and again; prints, for every kind of fault, what became of it.
_WORKER = """
    import json, os, shutil, sys, traceback
    from pathlib import Path
    from topics import artefact, curation, drafts, publishing, reports
    from topics.standalone.page import write_page
    from topics.errors import PapermapError
    from tests.factories import make_map, write_map
    from tests.topics.broken_disk import break_disk

    work, root = sys.argv[1], Path(sys.argv[2])
    one, two = (write_map(root / "maps" / str(n), make_map(papers=n, topics=2)) for n in (20, 21))
    place = root / "place" / "result"
    place.parent.mkdir()

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
        # In a process of its own: it is for good.
        touches = break_disk(root, kind, at)
        do(two)
        return touches()

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


_KILLED = -9

_forks = pytest.mark.skipif(sys.platform != "linux", reason="forks, and kills its children")


@_forks
@pytest.mark.parametrize("work", ["publish", "export", "report", "edit"])
def test_the_old_state_or_the_new_one_whatever_fails(work: str, tmp_path: Path) -> None:
    found, said = _found("-c", textwrap.dedent(_WORKER), work, str(tmp_path))
    assert {now for each in found.values() for _, _, now in each} <= {"old", "new"}, found
    # Killed at every touch but the last, which is not reached; then one that nothing befell.
    assert [status for _, status, _ in found["kill"]] == [
        *[_KILLED] * (len(found["kill"]) - 1),
        0,
    ]
    assert len(found["kill"]) > 4
    # A clear refusal, or the work was done by then; never an error that nobody explains.
    assert {status for _, status, _ in found["full"]} <= {0, 1, 2}, said
    assert 2 in {status for _, status, _ in found["full"]}
    assert found["read-only"] == [[1, 2, "old"]], said


@_forks
def test_a_build_that_is_killed_or_finds_no_room_leaves_a_whole_map(tmp_path: Path) -> None:
    everything, said = _found("-m", "tests.topics.fault_worker", str(tmp_path))
    for work, stages in (("build", STAGES), ("update", UPDATE_STAGES)):
        found = everything[work]
        # The one after the last goes on where all of them were killed, and leaves nothing behind.
        assert found["killed"] == [[_KILLED, "old"]] * len(stages) + [[0, "new"], []], said
        # No room from the first stage on: explained, and nothing is left.
        assert found["filled"] == [2, "old", []], said
    found = everything["build"]
    assert found["read-only"] == [[2, "old", []]], said
    # At every touch but the last, which is not reached; a further build makes the map of 22 papers.
    *killed, whole = found["kill"]
    assert len(killed) > 20
    assert {status for status, *_ in killed} == {_KILLED}
    assert {state for _, state, *_ in killed} == {"old", "new"}, "by the order of its touches"
    assert all(rest == [0, 22, []] for _, _, *rest in killed[::4]), found
    assert whole[:2] == [0, "new"]
    assert {state for _, state, _ in found["full"]} == {"old", "new"}
    # Only what is in the way of the old map's removal, once the new one stands, may stay.
    assert [state for _, state, left in found["full"] if left] in ([], ["new"])
    assert {status for status, *_ in found["full"]} == {0, 1, 2}, said


def _found(*task: str) -> tuple[Any, str]:
    """What a worker found, and what it said."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, *task],
        check=False,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr
