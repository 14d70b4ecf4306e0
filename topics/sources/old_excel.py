"""Workbooks in the old Excel format (.xls), opened in a process of their own.

Nothing in such a file tells how large its sheets are before they are laid out, and where memory
for a damaged one runs out, the library that reads it ends its process. So that is another one. Run
as a program, this module reads a workbook from standard input and writes its rows as JSON lines;
it then needs nothing but that library.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Unreadable", "read_old_excel"]

#: Bytes of memory and seconds for one workbook.
_MEMORY, _SECONDS = 4 * 1024**3, 120
#: Exit status after an error that was told on standard output.
_TOLD = 3


class Unreadable(Exception):
    """The workbook cannot be opened; the message says why."""


def read_old_excel(data: bytes) -> list[tuple[str, list[list[Any]]]]:
    """Read the visible sheets of a workbook.

    Returns:
        The name of each and its rows from the first on; cells are text, numbers or ISO dates.

    Raises:
        Unreadable: it is damaged, locked, or takes too much memory or time.
    """
    try:
        done = subprocess.run(  # noqa: S603 - this very file, and nothing of the user's
            [sys.executable, str(Path(__file__))],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("it takes too long to open") from error
    except OSError as error:
        raise Unreadable(f"no process to open it in: {error}") from error
    if done.returncode == _TOLD:
        told = done.stdout.decode("utf-8", errors="replace").strip()
        raise Unreadable(told.rpartition("\n")[2][:200])
    if done.returncode != 0:
        raise Unreadable("its cells make no sense, or need more memory than there is")
    sheets: list[tuple[str, list[list[Any]]]] = []
    for line in done.stdout.splitlines():
        found = json.loads(line)
        if isinstance(found, str):
            sheets.append((found, []))
        else:
            sheets[-1][1].append(found)
    return sheets


def _main() -> int:
    """Write each sheet's name and then its rows, a line each."""
    _limit_memory()
    import python_calamine as calamine

    with os.fdopen(1, "w", encoding="utf-8") as pipe:
        try:
            with calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read())) as book:
                for sheet in book.sheets_metadata:
                    if sheet.visible == calamine.SheetVisibleEnum.Visible:
                        for line in _lines(sheet.name, book.get_sheet_by_name(sheet.name)):
                            pipe.write(line + "\n")
        except calamine.PasswordError:
            pipe.write("\npassword")
            return _TOLD
        except (calamine.CalamineError, OSError, ValueError) as error:
            pipe.write("\n" + " ".join(str(error).split()))
            return _TOLD
    return 0


def _lines(name: str, sheet: Any) -> Iterator[str]:
    yield json.dumps(name)
    if sheet.height:
        for row in sheet.iter_rows():
            yield json.dumps([_plain(cell) for cell in row])


def _plain(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return cell if isinstance(cell, str | int | float) else str(cell)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    sys.exit(_main())
