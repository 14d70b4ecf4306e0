"""Every setting of a build: its default and what it does.

Flags of the command line, the README's table and the manifest are made from these classes, so that
a setting is described once. Values left at None follow the corpus.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from topics.errors import SettingsError

__all__ = ["ENCODERS", "MIN_PAPERS", "BuildSettings", "Setting", "describe"]

#: Papers that the smallest map needs: with two there is only a line.
MIN_PAPERS = 3

ENCODERS = ("hybrid", "transformer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the settings table."""

    name: str
    default: Any
    help: str

    @property
    def flag(self) -> str:
        """The command-line flag."""
        return "--" + self.name.replace("_", "-")


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """All settings of a build; see each field's help.

    Raises:
        SettingsError: a value that cannot be used.
    """

    themes: str = _setting(
        "ml",
        "Themes to sort papers into: `ml` (optimization, unlearning, diffusion, alignment, "
        "scaling), `auto` (found in the corpus), `none`, or a TOML file of your own.",
    )
    encoder: str = _setting(
        "hybrid",
        "How abstracts become vectors: `hybrid` (no download, fast) or `transformer` "
        "(needs the extra of that name).",
    )
    transformer_model: str = _setting(
        "sentence-transformers/all-MiniLM-L6-v2",
        "Model name or local folder for `--encoder transformer`.",
    )
    seed: int = _setting(0, "Seed of every random step; same papers and seed, same map.")
    page_year: int | None = _setting(
        None,
        "Year in which the saved pages were made, for dates without a year; "
        "found from the pages where not given.",
    )
    neighbours: int | None = _setting(
        None, "Neighbours of a paper in the graph behind the map: 10 to 30, more for more papers."
    )
    cluster_dimensions: int = _setting(
        10, "Dimensions of the space that topics are found in (fewer for a small corpus)."
    )
    min_topic_size: int | None = _setting(
        None,
        "Fewest papers of a topic: 3 in a small corpus, 5 among a hundred papers, 15 among 2,000.",
    )
    min_samples: int = _setting(
        1, "Neighbours that make a place dense; higher leaves more papers unclustered."
    )
    layout_spread: float = _setting(
        0.1, "Least distance between points in the 2D map (UMAP's min_dist)."
    )

    name_model: str = _setting(
        "none",
        "Language model that may propose names of topics, `none` for none; a name is taken only if "
        "papers use its words. Sends titles and keywords to `--name-url`.",
    )
    name_url: str = _setting(
        "http://localhost:11434/v1",
        "OpenAI-compatible address of that model; its key is read from `PAPERMAP_NAME_KEY`.",
    )

    def __post_init__(self) -> None:
        if self.encoder not in ENCODERS:
            raise SettingsError(
                f"Unknown encoder {self.encoder!r}; expected one of {', '.join(ENCODERS)}."
            )
        if self.page_year is not None and not 1991 <= self.page_year <= 2200:
            raise SettingsError(
                f"--page-year is {self.page_year}; expected the year the pages were saved in, "
                "such as 2025."
            )
        if not 0 <= self.seed < 2**32:
            raise SettingsError(f"--seed is {self.seed}; expected a whole number from 0 to 2^32-1.")
        for name, least in (("neighbours", 2), ("min_topic_size", 2)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise SettingsError(f"{_flag(name)} is {value}; expected at least {least}.")
        if self.cluster_dimensions < 2 or self.min_samples < 1:
            raise SettingsError(
                "--cluster-dimensions must be at least 2 and --min-samples at least 1."
            )
        if not 0 <= self.layout_spread <= 1:
            raise SettingsError(f"--layout-spread is {self.layout_spread}; expected 0 to 1.")

    def as_dict(self) -> dict[str, Any]:
        """The settings as plain values, for the manifest."""
        return asdict(self)


def describe() -> tuple[Setting, ...]:
    """The settings table, in order."""
    return tuple(
        Setting(name=item.name, default=item.default, help=item.metadata["help"])
        for item in fields(BuildSettings)
    )


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
