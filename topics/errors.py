"""The errors Papermap raises on purpose.

Every one of them says what was found, what was expected and what to do about it,
so that the command line and the dashboard can show the message as it is.

::

    PapermapError
    ├── SourceError          a file or folder that cannot be read as papers
    ├── TooFewPapers         a corpus too small for a map
    ├── SettingsError        a setting or a themes file that cannot be used
    ├── EncoderError         an encoder that is missing, unknown or broken
    ├── BuildError           a build that could not be finished
    │   └── MapBusy          another build holds the same target
    ├── EditRefused          an edit that does not fit the map, or another person's edit
    └── MapError             a map folder that cannot be opened
        ├── MapNotFound      nothing there
        ├── MapBroken        files missing, cut off or altered
        ├── MapWithdrawn     published once, and taken back
        └── MapTooNew        written by a later version of Papermap
"""

__all__ = [
    "BuildError",
    "EditRefused",
    "EncoderError",
    "MapBroken",
    "MapBusy",
    "MapError",
    "MapNotFound",
    "MapTooNew",
    "MapWithdrawn",
    "PapermapError",
    "SettingsError",
    "SourceError",
    "TooFewPapers",
]


class PapermapError(Exception):
    """Base of all errors that carry a message meant for the user."""


class SourceError(PapermapError):
    """A file or folder that cannot be read as papers."""


class TooFewPapers(PapermapError):
    """A corpus too small for a map.

    Args:
        found: papers in the corpus.
        needed: papers that the smallest map needs.
    """

    def __init__(self, found: int, needed: int) -> None:
        self.found = found
        self.needed = needed
        have = {0: "none", 1: "only 1"}.get(found, f"only {found}")
        super().__init__(
            f"A map needs at least {needed} different papers and there is {have}. "
            "Add more pages or files and build again."
            if found < 2
            else f"A map needs at least {needed} different papers and there are {have}. "
            "Add more pages or files and build again."
        )


class SettingsError(PapermapError):
    """A setting or a themes file that cannot be used."""


class EncoderError(PapermapError):
    """An encoder that is missing, unknown or broken."""


class BuildError(PapermapError):
    """A build that could not be finished."""


class MapBusy(BuildError):
    """Another build holds the same target."""


class EditRefused(PapermapError):
    """An edit that does not fit the map as it is now, or contradicts another one."""


class MapError(PapermapError):
    """A map folder that cannot be opened."""


class MapNotFound(MapError):
    """There is no map at the given place."""


class MapBroken(MapError):
    """Files of the map are missing, cut off or altered."""


class MapWithdrawn(MapError):
    """The map was published once and has been taken back."""


class MapTooNew(MapError):
    """The map was written by a later version of Papermap."""
