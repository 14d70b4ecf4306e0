"""What the rest of the engine asks of an encoder."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

__all__ = ["Encoder", "product", "read_arrays", "unit_rows"]

#: Columns of a dense matrix that are multiplied at once: those of one line of the cache.
_COLUMNS = 16


class Encoder(Protocol):
    """Turns texts into vectors; anything with this one method will do."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts.

        Args:
            texts: one string a paper, the title first.

        Returns:
            float32 array of shape (texts, dimensions), rows of length one; a text of which
            nothing is known gives a row of zeros.
        """
        ...


def unit_rows(rows: Any) -> np.ndarray:
    """Scale rows to length one; rows of zeros stay as they are."""
    import numpy as np

    rows = np.asarray(rows, dtype=np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-6))


def product(matrix: Any, dense: np.ndarray) -> np.ndarray:
    """A sparse matrix times a dense one of float32.

    A few columns at a time stay in the processor's cache: the same sums, term by term, in half the
    time of all at once.
    """
    import numpy as np

    result: np.ndarray = np.empty((matrix.shape[0], dense.shape[1]), dtype=np.float32)
    for start in range(0, dense.shape[1], _COLUMNS):
        some = slice(start, start + _COLUMNS)
        result[:, some] = matrix @ np.ascontiguousarray(dense[:, some])
    return result


def read_arrays(file: Path) -> dict[str, np.ndarray]:
    """Read the arrays of an npz file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no npz file, or not all of one.
    """
    import numpy as np

    data = io.BytesIO(file.read_bytes())  # from a path, NumPy leaves a broken file open
    try:
        with np.load(data, allow_pickle=False) as arrays:
            return dict(arrays)
    except (EOFError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError(f"{file.name} is no npz file: {error}") from error
