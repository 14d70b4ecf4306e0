"""Work that goes on aside, on another core, while this thread does what does not need it yet.

A thread is enough: nearly all of the time that such work takes is spent in compiled code, which
lets other threads run. What comes out does not depend on which work is done first.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["aside"]

P = ParamSpec("P")
T = TypeVar("T")


def aside(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Callable[[], T]:
    """Begin a piece of work.

    Returns:
        Waits for its end; gives what the work gives, or raises what it raises.
    """
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(function(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            future.set_exception(error)

    # Not an executor: at its end Python waits for an executor's threads, and a build that fails or
    # is interrupted does not wait for work that nobody needs any more.
    threading.Thread(target=work, name=f"papermap-{function.__name__}", daemon=True).start()
    return future.result
