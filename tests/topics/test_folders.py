"""Files and folders that are replaced whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from topics import folders

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def without_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A disk that takes files, but does not confirm the change of their names in the folder."""
    real = folders.sync

    def sync(path: Path) -> None:
        if path == tmp_path:
            raise OSError(5, "Input/output error")
        real(path)

    monkeypatch.setattr(folders, "sync", sync)


@pytest.mark.usefixtures("without_names")
def test_what_stands_is_not_called_unchanged(tmp_path: Path) -> None:
    target = tmp_path / "map"
    for text in ("first", "second"):
        with folders.replacing(target) as folder:
            (folder / "data").write_text(text)
        assert (target / "data").read_text() == text
        folders.write_whole(tmp_path / "file", text.encode())
        assert (tmp_path / "file").read_text() == text
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp" or "new" in path.name]


def test_a_folder_whose_files_are_not_confirmed_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "map"
    with folders.replacing(target) as folder:
        (folder / "data").write_text("first")

    def sync(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "sync", sync)
    with pytest.raises(OSError, match="No space"), folders.replacing(target) as folder:
        (folder / "data").write_text("second")
    assert (target / "data").read_text() == "first"
    with pytest.raises(OSError, match="No space"):
        folders.write_whole(target / "data", b"second")
    assert (target / "data").read_text() == "first"
