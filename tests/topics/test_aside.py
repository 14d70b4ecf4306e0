"""Work that goes on aside, and settings of the process that several threads need."""

from __future__ import annotations

import threading
import warnings

import pytest
from threadpoolctl import threadpool_info

from topics.aside import aside
from topics.thirdparty import one_thread, quiet


def test_work_aside_goes_on_meanwhile_and_gives_what_it_gives() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(number: int, *, more: int) -> int:
        begun.set()
        assert go_on.wait(30)
        return number + more

    wait = aside(work, 40, more=2)
    assert begun.wait(30), "it has begun although nobody waits for it"
    go_on.set()
    assert wait() == 42
    assert wait() == 42


def test_what_fails_aside_fails_where_it_is_waited_for() -> None:
    def work() -> None:
        raise ValueError("no such thing")

    wait = aside(work)
    with pytest.raises(ValueError, match="no such thing"):
        wait()


def _blas_threads() -> set[int]:
    return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}


def test_one_thread_holds_for_what_is_done_aside_and_is_not_ended_by_it() -> None:
    import scipy.linalg  # noqa: F401  and with it its linear algebra

    @one_thread()
    def work() -> set[int]:
        return _blas_threads()

    before = _blas_threads()
    with one_thread():
        assert aside(work)() == {1}
        assert _blas_threads() == {1}, "it is still needed here"
    assert _blas_threads() == before


def test_warnings_are_heard_again_when_all_are_done() -> None:
    inside, leave = threading.Event(), threading.Event()

    @quiet()
    def work() -> None:
        inside.set()
        leave.wait(30)

    wait = aside(work)
    assert inside.wait(30)
    with quiet():
        warnings.warn("unheard", stacklevel=1)
    leave.set()
    wait()
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", stacklevel=1)
