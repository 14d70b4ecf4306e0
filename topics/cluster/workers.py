"""Processes that do parts of a build: started or found, asked, and let go of in any case."""

from __future__ import annotations

import logging
import time
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from topics.cluster import tasks
from topics.errors import BuildError, PapermapError, SettingsError
from topics.fitting import version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from topics.cluster.address import Where

__all__ = ["Workers", "at_work"]

T = TypeVar("T")

#: Seconds that a scheduler has to answer, that workers have to come, and that none may be there.
_ANSWER, _COME, _GONE = 10, 30, 60
#: Seconds between looks at whether workers are still there.
_LOOK = 5
#: Parts under way for each worker: enough that none waits for the next.
_AHEAD = 3
#: How often a part that fails is tried again; Dask does the same with parts of killed workers.
_RETRIES = 2

_NOT_INSTALLED = (
    "--cluster needs Dask's scheduler, which is not installed. Install the extra: "
    "`uv sync --extra cluster` (or `pip install 'papermap[cluster]'`)."
)


@dataclass(frozen=True, slots=True, eq=False)
class Workers:
    """Processes that are there.

    Attributes:
        client: Dask's.
        where: where they are, for messages.
    """

    client: Any
    where: str

    def each(
        self,
        function: Callable[..., T],
        parts: Sequence[tuple[Any, ...]],
        *,
        tell: Callable[[int], None] | None = None,
    ) -> list[T]:
        """Have a function called with each of some arguments; a killed worker's go to another.

        Args:
            function: of a module, so that a worker finds it by its name. It may be called twice
                with the same arguments and then does the same again.
            parts: arguments, which are small; what is large goes by files.
            tell: told how many parts are done.

        Returns:
            What it gave, in the order of ``parts``.

        Raises:
            PapermapError: as the function raises it, or if the workers are lost.
        """
        found: dict[int, T] = {}
        flying: dict[Any, int] = {}
        left = iter(enumerate(parts))
        try:
            while True:
                for number, arguments in left:
                    flying[self._submit(function, arguments)] = number
                    if len(flying) >= _AHEAD * max(1, len(self._names())):
                        break
                if not flying:
                    return [found[number] for number in range(len(parts))]
                for future in self._some_done(list(flying)):
                    found[flying.pop(future)] = self._result(future)
                    if tell is not None:
                        tell(len(found))
        finally:
            if flying:
                with suppress(Exception):
                    self.client.cancel(list(flying), force=True)

    @property
    def count(self) -> int:
        """How many there are now."""
        return len(self._names())

    def _submit(self, function: Callable[..., T], arguments: tuple[Any, ...]) -> Any:
        return self.client.submit(function, *arguments, pure=False, retries=_RETRIES)

    def _names(self) -> list[str]:
        return list(self.client.scheduler_info(n_workers=-1)["workers"])

    def _some_done(self, flying: list[Any]) -> list[Any]:
        """Wait until one part or more are done, as long as there is anybody to do them."""
        from distributed import wait

        seen = time.monotonic()
        while True:
            # What ended in an error, or was lost with the scheduler, is told by its result.
            with suppress(TimeoutError, CancelledError):
                wait(flying, timeout=_LOOK, return_when="FIRST_COMPLETED")
            done = [future for future in flying if future.done()]
            if done:
                return done
            if self.client.status == "running" and self._names():
                seen = time.monotonic()
            elif time.monotonic() - seen > _GONE:
                raise BuildError(
                    f"All workers of {self.where} are gone, and none came back within {_GONE} "
                    "seconds. Start them again, then build again; nothing was changed."
                )

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker

        try:
            return future.result()
        except PapermapError:
            raise
        except KilledWorker as error:
            raise BuildError(
                "A part of the build ended its worker several times over, most likely for want of "
                f"memory ({self.where}). Give each worker more memory or start fewer; nothing was "
                "changed."
            ) from error
        except OSError as error:
            raise BuildError(
                f"A worker of {self.where} could not read or write its part ({error}). The folders "
                "of the sources and of the map must be the same for all machines, and have room."
            ) from error
        except CancelledError as error:
            raise _lost(self.where) from error


@contextmanager
def at_work(where: Where, folder: Path) -> Iterator[Workers]:
    """Start or find the processes, and let go of them at the end, however it comes.

    Args:
        where: where they are.
        folder: which all of them must be able to read and write.

    Raises:
        SettingsError: Dask is not installed.
        BuildError: no scheduler answers, no worker comes, or they cannot do the work.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise SettingsError(_NOT_INSTALLED) from error
    with ExitStack() as stack:
        try:
            if where.processes:
                cluster = stack.enter_context(
                    LocalCluster(
                        n_workers=where.processes,
                        threads_per_worker=1,
                        dashboard_address="127.0.0.1:0",
                        local_directory=str(folder),
                        silence_logs=logging.CRITICAL,
                    )
                )
                client = Client(cluster, set_as_default=False)
            else:
                client = Client(where.scheduler, timeout=_ANSWER, set_as_default=False)
            stack.callback(client.close)
            stack.enter_context(client.as_current())
            client.wait_for_workers(1, timeout=_COME)
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            raise _unreachable(where, error) from error
        _check(client, str(where), folder)
        yield Workers(client, str(where))


def _check(client: Any, where: str, folder: Path) -> None:
    """Fail before anything slow where workers are of another version, or see another disk."""
    mark = folder / "mark"
    mark.touch()
    try:
        told = client.run(tasks.introduced, str(mark))
    except Exception as error:
        raise BuildError(
            f"The workers of {where} cannot do a part of a build ({type(error).__name__}: {error})."
            f" Install Papermap {version()} with the same Python on every machine."
        ) from error
    others = sorted({name for name, _ in told.values()} - {version()})
    if others:
        raise BuildError(
            f"Workers of {where} have Papermap {', '.join(others)}; this is {version()}. Install "
            "the same version on every machine."
        )
    blind = [name for name, (_, sees) in told.items() if not sees]
    if blind:
        raise BuildError(
            f"The worker {blind[0]} does not see the folder {folder.parent}. Put the map, and the "
            "sources, into a folder that all machines have under the same name, and name it with "
            "--out."
        )


def _unreachable(where: Where, error: BaseException) -> BuildError:
    if where.processes:
        return BuildError(
            f"The {where} could not be started ({error}). Ask for fewer with --cluster local:N."
        )
    return BuildError(
        f"No Dask scheduler with workers answers at {where} ({error}). Check the address, and that "
        "`dask scheduler` and at least one `dask worker` run there."
    )


def _lost(where: str) -> BuildError:
    return BuildError(
        f"The connection to {where} was lost. Check that the scheduler still runs, then build "
        "again; nothing was changed."
    )
