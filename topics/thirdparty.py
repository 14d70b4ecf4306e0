"""Other libraries as we use them: quiet, repeatable, and compiled once a machine."""

from __future__ import annotations

import os
import tempfile
import threading
import warnings
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache as once
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["compiled", "one_thread", "quiet", "umap_module"]


_quiet_lock = threading.Lock()
_quiet_users: list[AbstractContextManager[object]] = []


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the warnings of other libraries from our users, who can do nothing about them.

    Filters of warnings are the process', not a thread's: the first thread that needs quiet makes
    it, and the last that does ends it.
    """
    with _quiet_lock:
        setting = _quiet_users[0] if _quiet_users else warnings.catch_warnings(action="ignore")
        if not _quiet_users:
            setting.__enter__()
        _quiet_users.append(setting)
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_users.pop()
            if not _quiet_users:
                setting.__exit__(None, None, None)


@contextmanager
def one_thread() -> Iterator[None]:
    """Do linear algebra in one thread.

    With several, the last digits of a sum depend on how many there are, and UMAP makes another map
    of other last digits: a container with fewer cores would not show the same topics. The setting
    is the process': who has work done aside holds it until that is done.
    """
    # Only libraries that are loaded by now are held back.
    import scipy.linalg  # noqa: F401  and NumPy with it
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1, user_api="blas"):
        yield


def umap_module() -> Any:
    """Import umap; let numba keep what we use of it on disk, and run it beside other threads.

    UMAP asks for the first only for its smaller functions.
    """
    _give_numba_a_cache()
    with quiet():
        import umap
        import umap.umap_

    for name in ("smooth_knn_dist", "compute_membership_strengths"):
        # The names are UMAP's own affair; where they change, it only compiles as often as before.
        with suppress(AttributeError, RuntimeError):
            function = getattr(umap.umap_, name)
            function.targetoptions["nogil"] = True
            function.enable_caching()
    return umap


@once
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A loop over numbers as machine code, kept on disk.

    Args:
        function: in the part of Python and NumPy that numba compiles; it imports nothing else.
    """
    _give_numba_a_cache()
    with quiet():
        import numba
    try:
        return numba.njit(cache=True, nogil=True)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # no place on disk that may be written to
        return numba.njit(nogil=True)(function)  # type: ignore[no-any-return]


def _give_numba_a_cache() -> None:
    """Point numba to a temporary folder where neither it nor we may write anywhere else.

    Without any place for its cache numba fails on import (a read-only container, for example).
    """
    spec = find_spec("umap")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    if "NUMBA_CACHE_DIR" in os.environ or os.access(package, os.W_OK):
        return
    if os.access(Path.home(), os.W_OK):
        return  # numba's own second choice
    os.environ["NUMBA_CACHE_DIR"] = str(Path(tempfile.gettempdir()) / "papermap-numba")
