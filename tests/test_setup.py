"""`make run` and `make test` on machines of all kinds, played by stand-ins: nothing is fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")

#: The programs that Makefile and .ci/setup may count on; all else is a stand-in or missing.
BASIC = (
    "awk",
    "cat",
    "chmod",
    "dirname",
    "env",
    "find",
    "id",
    "ln",
    "make",
    "mkdir",
    "rm",
    "sed",
    "sh",
)

#: What a synced environment holds: programs that note how they were called.
ENVIRONMENT = """
mkdir -p .venv/bin
for name in papermap ruff mypy playwright python; do
    printf '#!/bin/sh\\nprintf "%%s\\\\n" "'$name' $*" >> "$LOG"\\n' > .venv/bin/$name
    chmod +x .venv/bin/$name
done
echo 'echo "home=$HOME venv=${VIRTUAL_ENV-none} path=${PYTHONPATH-none}"' >> .venv/bin/papermap
echo 'test "${FAIL-}" != "$1"' >> .venv/bin/ruff
echo 'test "${FAIL-}" != "$1"' >> .venv/bin/playwright
echo 'case "$*" in *pytest*) echo "browser=$PAPERMAP_CHROMIUM"; echo "1 passed";; esac' \\
    >> .venv/bin/python
"""

UV = (
    """
[ "$1" != export ] || exit ${UV_TOO_OLD-0}
[ "$1" != cache ] || { echo "${CACHE-$PWD/uv-cache}"; exit; }
printf '%s\\n' "uv $*" "cache=${UV_CACHE_DIR-default}" >> "$LOG"
[ -z "${FAIL_SYNC-}" ] || { echo "no route to the index" >&2; exit 2; }
"""
    + ENVIRONMENT
)

PYTHON = """
case "$*" in
    *ensurepip*) exit ${NO_ENSUREPIP-0} ;;
    "-m pip --version") exit ${NO_PIP-0} ;;
    "-m venv"*)
        printf '%s\\n' "python $*" >> "$LOG"
        mkdir -p .uv/venv/bin && ln -sf "$0" .uv/venv/bin/python ;;
    "-m pip install"*)
        printf '%s\\n' "python $*" >> "$LOG"
        [ -z "${FAIL_PIP-}" ] || { echo "no index" >&2; exit 1; }
        mkdir -p .uv/venv/bin && cp_uv ;;
    -c*version_info\\ *) printf '%s\\n' "$0" ;;
    -c*) printf 'python3.11-venv\\n' ;;
esac
"""


class Machine:
    """A machine with a fresh checkout, and a PATH with nothing on it but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.home = folder / "home"
        self.checkout = folder / "with space" / "pm"
        self.log = folder / "log"
        for made in (self.bin, self.home, self.checkout):
            made.mkdir(parents=True)
        for name in BASIC:
            if found := shutil.which(name):
                (self.bin / name).symlink_to(found)
        for name in ("Makefile", "pyproject.toml", "uv.lock"):
            shutil.copy(ROOT / name, self.checkout)
        shutil.copytree(ROOT / ".ci", self.checkout / ".ci")
        self.log.touch()
        self._program(folder / "uv", UV)
        self._program(self.bin / "cp_uv", f'ln -sf "{folder}/uv" .uv/venv/bin/uv')

    def _program(self, file: Path, script: str) -> None:
        # Written through a link to a program, a stand-in would replace the machine's own program.
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(0o755)

    def add(self, name: str, script: str = "") -> None:
        self._program(self.bin / name, script)

    def make(self, *arguments: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
        given = {
            "PATH": str(self.bin),
            "HOME": str(self.home),
            "LOG": str(self.log),
            **environment,
        }
        return subprocess.run(  # noqa: S603
            [str(self.bin / "make"), *arguments],
            cwd=self.checkout,
            env={name: value for name, value in given.items() if value is not None},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        """What was called since the last time this was asked."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        self.log.write_text("", encoding="utf-8")
        return [line for line in lines if line not in {"python -c ", "cache=default"}]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def usual(machine: Machine) -> Machine:
    """A machine with uv and one good Python."""
    machine.add("uv", UV)
    machine.add("python3", PYTHON)
    return machine


def _sync(machine: Machine) -> str:
    python = machine.bin / "python3"
    return f"uv sync --frozen --python {python} --no-python-downloads"


def test_a_stand_in_leaves_the_real_program_alone(machine: Machine) -> None:
    real = (machine.bin / "id").resolve()
    before = real.read_bytes()
    machine.add("id", "echo 0")
    assert not (machine.bin / "id").is_symlink()
    assert real.read_bytes() == before


# ------------------------------------------------------------------- the environment


def test_the_first_run_syncs_and_the_second_starts_at_once(usual: Machine) -> None:
    done = usual.make("run", "ARGS=--port 1")
    assert done.returncode == 0, done.stderr
    assert usual.calls() == [_sync(usual), "papermap serve --port 1"]
    assert "bringing .venv in line" in done.stderr
    done = usual.make("run")
    assert usual.calls() == ["papermap serve"]
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["pyproject.toml", "uv.lock"])
def test_it_syncs_again_when_the_dependencies_changed(usual: Machine, name: str) -> None:
    usual.make("run")
    stamp = usual.checkout / ".venv" / ".papermap"
    os.utime(usual.checkout / name, (stamp.stat().st_mtime + 5,) * 2)
    os.utime(stamp, (stamp.stat().st_mtime - 5,) * 2)
    usual.calls()
    usual.make("run")
    # The environment's own Python stays in use.
    assert usual.calls()[-2:] == ["uv sync --frozen", "papermap serve"]


def test_a_sync_that_failed_is_done_again(usual: Machine) -> None:
    done = usual.make("run", FAIL_SYNC="yes")
    assert done.returncode == 2
    assert "no route to the index" in done.stderr
    assert "Run make again once that is put right" in done.stderr
    usual.calls()
    assert usual.make("run").returncode == 0
    assert usual.calls() == [_sync(usual), "papermap serve"]


def test_a_checkout_that_was_moved_gets_a_new_environment(usual: Machine) -> None:
    usual.make("run")
    (usual.checkout / ".venv" / "left").touch()
    usual.checkout = usual.checkout.rename(usual.checkout.with_name("moved"))
    usual.calls()
    usual.make("run")
    assert usual.calls() == [_sync(usual), "papermap serve"]
    assert not (usual.checkout / ".venv" / "left").exists()


def test_the_transformer_extra_stays_when_it_is_there(usual: Machine) -> None:
    (usual.checkout / ".venv/lib/python3.12/site-packages/sentence_transformers").mkdir(
        parents=True
    )
    usual.make("run")
    assert usual.calls()[0].startswith("uv sync --frozen --extra transformer")


def test_nothing_of_the_callers_environment_leaks_in(usual: Machine) -> None:
    done = usual.make("run", VIRTUAL_ENV="/elsewhere", PYTHONPATH="/elsewhere", UV_PYTHON="3.9")
    assert done.stdout == f"home={usual.home} venv=none path=none\n"


@pytest.mark.parametrize("home", [None, "", "/proc/none", "/proc"])
def test_without_a_home_files_stay_in_the_checkout(usual: Machine, home: str | None) -> None:
    done = usual.make("run", HOME=home)
    assert f"home={usual.checkout}/.uv/home" in done.stdout, done.stderr
    assert (usual.checkout / ".uv" / "home").is_dir()


def test_uv_gets_another_cache_where_its_own_cannot_be_written(usual: Machine) -> None:
    usual.make("run", CACHE="/proc/uv")
    assert f"cache={usual.checkout}/.uv/cache" in usual.calls()


# --------------------------------------------------------------------- Python and uv


def test_names_that_do_not_start_are_passed_over(usual: Machine) -> None:
    usual.add("python3.13", "echo 'not installed' >&2; exit 127")
    usual.add("python3.12", "exit 1")
    usual.make("run")
    assert usual.calls()[0] == _sync(usual)


def test_a_python_can_be_named(usual: Machine) -> None:
    usual.add("my python", PYTHON)
    usual.make("run", f"PYTHON={usual.bin / 'my python'}")
    assert usual.calls()[0].endswith(
        "--python " + str(usual.bin / "my python --no-python-downloads")
    )


def test_the_probe_tells_a_python_that_is_too_old(machine: Machine) -> None:
    machine.add("uv", UV)
    machine.add("python3.11", f'exec "{sys.executable}" "$@"')
    machine.make("run")
    python = Path(getattr(sys, "_base_executable", sys.executable))
    assert machine.calls()[0] == f"uv sync --frozen --python {python} --no-python-downloads"


def test_uv_is_asked_for_a_python_where_there_is_none(machine: Machine) -> None:
    machine.add("uv", UV)
    done = machine.make("run")
    assert "found no Python 3.11 or newer; asking uv to fetch one" in done.stderr
    assert machine.calls()[0] == "uv sync --frozen"


def test_neither_python_nor_uv(machine: Machine) -> None:
    done = machine.make("run")
    assert done.returncode == 2
    assert "found no Python 3.11 or newer" in done.stderr
    assert "make run PYTHON=/path/to/python3" in done.stderr


@pytest.mark.parametrize("old", [False, True])
def test_uv_is_put_into_an_environment_of_its_own(machine: Machine, old: bool) -> None:
    machine.add("python3", PYTHON)
    if old:
        machine.add("uv", "exit 2")
    done = machine.make("run")
    assert done.returncode == 0, done.stderr
    venv, pip, sync, *_ = machine.calls()
    assert venv == "python -m venv --clear .uv/venv"
    assert pip.startswith("python -m pip install ")
    assert "uv==" in pip
    assert sync == _sync(machine)
    assert "getting uv" in done.stderr
    (machine.checkout / "pyproject.toml").touch()
    (machine.checkout / ".venv" / ".papermap").unlink()
    machine.make("run")
    assert not [line for line in machine.calls() if "pip" in line], "fetched once"


def test_pip_will_do_where_there_is_no_ensurepip(machine: Machine) -> None:
    machine.add("python3", PYTHON)
    done = machine.make("run", NO_ENSUREPIP="1")
    assert done.returncode == 0, done.stderr
    pip, sync, *_ = machine.calls()
    assert "--target .uv/venv" in pip
    assert sync == _sync(machine)


def test_a_debian_without_ensurepip_and_rights_is_told_what_to_install(machine: Machine) -> None:
    machine.add("python3", PYTHON)
    machine.add("sudo", "exit 1")
    machine.add("id", "echo 1000")
    machine.add("apt-get", 'printf "%s\\n" "apt-get $*" >> "$LOG"')
    done = machine.make("run", NO_ENSUREPIP="1", NO_PIP="1")
    assert done.returncode == 2
    assert "apt install python3-venv" in done.stderr
    assert machine.calls() == []


def test_a_debian_without_ensurepip_installs_it_as_root(machine: Machine) -> None:
    machine.add("python3", PYTHON.replace("${NO_ENSUREPIP-0}", "1"))
    machine.add("id", "echo 0")
    machine.add("apt-get", 'printf "%s\\n" "apt-get $*" >> "$LOG"')
    done = machine.make("run", NO_PIP="1")
    assert done.returncode == 0, done.stderr
    calls = machine.calls()
    assert calls[1].startswith("apt-get install ")
    assert calls[1].endswith(" python3.11-venv")
    assert calls[2] == "python -m venv --clear .uv/venv"


def test_no_network_for_uv(machine: Machine) -> None:
    machine.add("python3", PYTHON)
    done = machine.make("run", FAIL_PIP="yes")
    assert done.returncode == 2
    assert "could not be installed with pip" in done.stderr
    assert "network" in done.stderr


# ------------------------------------------------------------------------- the tests


def test_make_test_checks_everything_and_ends_with_pytest(usual: Machine) -> None:
    usual.add("chromium")
    done = usual.make("test", "ARGS=-k one")
    assert done.returncode == 0, done.stderr
    assert usual.calls()[1:] == [
        "playwright --version",
        "ruff check topics dashboard tests",
        "ruff format --check topics dashboard tests",
        "mypy ",
        "python -m pytest -n auto --dist worksteal -k one",
    ]
    assert done.stdout.splitlines()[-2:] == [f"browser={usual.bin / 'chromium'}", "1 passed"]


def test_a_failing_check_fails_make_test(usual: Machine) -> None:
    usual.add("chromium")
    done = usual.make("test", FAIL="format")
    assert done.returncode == 2
    assert "1 passed" not in done.stdout


def test_a_browser_that_does_not_start_is_passed_over(usual: Machine) -> None:
    usual.add("chromium", "exit 1")
    usual.add("google-chrome", "echo Chrome 1")
    assert f"browser={usual.bin / 'google-chrome'}\n" in usual.make("test").stdout
    usual.add("mine", "echo Chrome 1")
    named = usual.make("test", PAPERMAP_CHROMIUM=str(usual.bin / "mine"))
    assert f"browser={usual.bin / 'mine'}\n" in named.stdout


def test_debians_browser_where_playwright_has_none(usual: Machine) -> None:
    usual.add("id", "echo 0")
    usual.add(
        "apt-get",
        f'case "$*" in *chromium) ln -s "{usual.bin}/true" "{usual.bin}/chromium" ;; esac',
    )
    usual.add("true")
    done = usual.make("test", FAIL="install")
    assert done.returncode == 0, done.stderr
    assert "playwright install chromium" in usual.calls()
    assert f"browser={usual.bin / 'chromium'}\n" in done.stdout


def test_no_browser_to_be_had_is_a_clear_failure(usual: Machine) -> None:
    done = usual.make("test", FAIL="install")
    assert done.returncode == 2
    assert "need Chromium, and it could not be fetched" in done.stderr
    assert "PAPERMAP_CHROMIUM" in done.stderr
    assert "1 passed" not in done.stdout


# ------------------------------------------------------------------------- the files


def test_help_lists_every_target(usual: Machine) -> None:
    listed = [line.split()[1] for line in usual.make().stdout.splitlines()]
    assert listed == ["help", "run", "test", "lint", "format", "audit", "clean"]


def test_clean_leaves_a_fresh_checkout(usual: Machine) -> None:
    before = sorted(usual.checkout.rglob("*"))
    for name in ("cache/.gitkeep", "topics/a.py"):
        file = usual.checkout / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
    built = usual.checkout / "cache" / "maps" / "mine" / "manifest.json"
    built.parent.mkdir(parents=True)
    built.touch()
    for name in ("cache/stages", "cache/.lock", "topics/__pycache__", "dashboard", "tests"):
        (usual.checkout / name).mkdir()
    usual.make("run")
    done = usual.make("clean")
    assert done.returncode == 0, done.stderr
    left = {
        path.relative_to(usual.checkout).as_posix()
        for path in set(usual.checkout.rglob("*")) - set(before)
    }
    assert left - {"uv-cache"} == {
        "cache",
        "cache/.gitkeep",
        # What people built is nothing that can be made again by itself.
        "cache/maps",
        "cache/maps/mine",
        "cache/maps/mine/manifest.json",
        "dashboard",
        "tests",
        "topics",
        "topics/a.py",
    }


def test_the_integration_runs_what_a_newcomer_runs_and_the_audit() -> None:
    file = ROOT / ".ci" / "run"
    lines = file.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line and not line.startswith("#")]
    assert code[:2] == ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."']
    assert code[2:] == ["make test", "make audit"]
    assert os.access(file, os.X_OK)
