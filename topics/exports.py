r"""Papers as files for other programs: CSV, BibTeX, RIS, Markdown and JSON.

The same papers always give the same bytes. Text from papers stays text: no cell starts a
spreadsheet formula, no brace or backslash reaches BibTeX or LaTeX as a command, no character is
read as Markdown or HTML.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
import unicodedata
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from topics.extras import extra_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    Names = Mapping[str, str]
    Paper = Mapping[str, Any]

__all__ = [
    "EXPORTS",
    "MIME_TYPES",
    "author_names",
    "escape_bibtex",
    "escape_cell",
    "escape_markdown",
    "paper_address",
    "table_csv",
    "to_bibtex",
    "to_csv",
    "to_json",
    "to_markdown",
    "to_ris",
    "web_address",
]

_NO_NAMES: Names = MappingProxyType({})

CSV_COLUMNS = (
    *("id", "title", "authors", "author_count", "date", "arxiv_id", "doi", "url"),
    *("comments", "upvotes", "topic", "topic_name", "topic_confidence", "theme"),
    *("theme_confidence", "sources", "abstract"),
)

_WHOLE = ("author_count", "comments", "upvotes")

_FORMULA = "=+-@＝＋－＠"
_SECOND_FORMULA = re.compile(rf";(\s*)(?=[{re.escape(_FORMULA)}])")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "$&#%_"},
    }
)
# What means something within a line; a colon only where a directive or an address may follow.
_MARKDOWN = re.compile(r"([\\`*_\[\]|~$^]|:(?=\S)|==)")
_VERBATIM = str.maketrans({"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Words of a title that say nothing in a key.
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "can", "do", "does", "for", "from", "how", "in"}
    | {"into", "is", "it", "of", "on", "or", "the", "to", "towards", "via", "what", "when", "why"}
    | {"with", "you", "your"}
)


def to_csv(papers: pd.DataFrame, *, topic_names: Names = _NO_NAMES) -> bytes:
    """Write papers as comma-separated values, one row a paper.

    UTF-8 with a byte order mark, without which Excel garbles every accent; text is quoted,
    numbers are not; lists are joined by ``; ``.

    Args:
        papers: rows of a map's papers.
        topic_names: name of each topic id, for the column ``topic_name``.
    """
    # The columns that are of the papers' own tables come last, as these call them.
    return _csv(
        (*CSV_COLUMNS, *extra_names(papers)),
        (
            {**paper, "topic_name": topic_names.get(_text(paper.get("topic")))}
            for paper in _rows(papers)
        ),
    )


def table_csv(table: pd.DataFrame) -> bytes:
    """Write any table in the same form as :func:`to_csv`, its index left out."""
    return _csv([str(column) for column in table.columns], _rows(table))


def escape_cell(text: str) -> str:
    """Make text harmless in a spreadsheet, also after it was saved from there and opened again.

    A leading apostrophe, the usual remedy, is dropped by Excel when the cell is touched and the
    file saved; a leading tab stays, and readers that trim their cells never see it. Where a list
    separator is the semicolon, what follows one may start a cell of its own.
    """
    line = _SECOND_FORMULA.sub(";\\1\t", _line(text))
    return f"\t{line}" if line.startswith(tuple(_FORMULA)) else line


def to_bibtex(papers: pd.DataFrame, *, topic_names: Names = _NO_NAMES) -> bytes:
    """Write papers as BibTeX entries with unique keys.

    Args:
        papers: rows of a map's papers.
        topic_names: name of each topic id, written as a keyword.
    """
    rows = _rows(papers)
    entries = [
        _bibtex_entry(key, paper, topic_names)
        for key, paper in zip(_bibtex_keys(rows), rows, strict=True)
    ]
    return _encode("\n".join(entries))


def escape_bibtex(text: str) -> str:
    """Make text literal in BibTeX and LaTeX.

    BibTeX counts braces even behind a backslash, so braces without a partner become commands.
    """
    line = _line(text)
    escaped = line.translate(_BIBTEX)
    if _is_balanced(line):
        return escaped
    return re.sub(r"\\([{}])", lambda m: rf"\{'l' if m[1] == '{' else 'r'}brace{{}}", escaped)


def to_ris(papers: pd.DataFrame, *, topic_names: Names = _NO_NAMES) -> bytes:
    """Write papers as RIS records.

    Args:
        papers: rows of a map's papers.
        topic_names: name of each topic id, written as a keyword.
    """
    return _encode("".join(_ris_record(paper, topic_names) for paper in _rows(papers)))


def to_json(papers: pd.DataFrame, *, topic_names: Names = _NO_NAMES) -> bytes:  # noqa: ARG001
    """Write papers as a list of objects: all columns of a map's papers under their own names.

    Args:
        papers: rows of a map's papers.
        topic_names: for the sake of the other formats; topics are told by their ids.
    """
    rows = [
        {name: _plain(value, whole=name in _WHOLE) for name, value in row.items()}
        for row in papers.to_dict("records")
    ]
    return _encode(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def to_markdown(papers: pd.DataFrame, *, topic_names: Names = _NO_NAMES) -> bytes:
    """Write papers as a Markdown list: title, date, authors, topic.

    Args:
        papers: rows of a map's papers.
        topic_names: name of each topic id.
    """
    return _encode("".join(f"- {_markdown_item(p, topic_names)}\n" for p in _rows(papers)))


def escape_markdown(text: str) -> str:
    """Make text literal in Markdown: no emphasis, link, mathematics, directive or HTML."""
    return _MARKDOWN.sub(r"\\\1", html.escape(_line(text), quote=False))


def author_names(paper: Paper) -> str:
    """Say who wrote a paper as far as that is known.

    Returns:
        The names, or how many authors there are, or that neither is in the source.
    """
    names = _list(paper.get("authors"))
    count = _number(paper.get("author_count"))
    if names:
        more = int(count) - len(names) if count is not None else 0
        return ", ".join(names) + (f" and {more} more" if more > 0 else "")
    if count is None or count < 1:
        return "authors not in the source"
    return (
        "1 author, name not in the source"
        if count == 1
        else (f"{int(count)} authors, names not in the source")
    )


def paper_address(paper: Paper) -> str | None:
    """Address of a paper: its own, its arXiv page, or that of its DOI; None if unknown."""
    own = web_address(_text(paper.get("url")))
    arxiv, doi = _text(paper.get("arxiv_id")), _text(paper.get("doi"))
    if own:
        return own
    if arxiv:
        return f"https://arxiv.org/abs/{quote(arxiv, safe='/.')}"
    return f"https://doi.org/{quote(doi, safe='/.:;()')}" if doi else None


def web_address(url: object) -> str | None:
    """Return an http(s) address with everything that could end it elsewhere encoded, or None."""
    text = url.strip() if isinstance(url, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    return quote(text, safe="%/:?#@!&*+,;=-._~")


def _rows(papers: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in papers.to_dict("records")]


def _csv(columns: Sequence[str], rows: Iterable[Paper]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([escape_cell(column) for column in columns])
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return _encode("\ufeff" + out.getvalue())


def _cell(value: object) -> str | int | float:
    number = _number(value)
    if number is not None:
        return int(number) if number == int(number) else round(number, 4)
    return escape_cell("; ".join(_list(value)) if _is_list(value) else _text(value))


def _bibtex_entry(key: str, paper: Paper, topic_names: Names) -> str:
    date, arxiv = _text(paper.get("date")), _text(paper.get("arxiv_id"))
    names, doi = _list(paper.get("authors")), _text(paper.get("doi"))
    url = paper_address(paper)
    values = {
        # The second pair of braces keeps the capitals of names such as BERT.
        "title": f"{{{escape_bibtex(_text(paper.get('title')))}}}",
        "author": " and ".join(_bibtex_name(name) for name in names),
        "year": date[:4],
        "eprint": _line(arxiv).translate(_VERBATIM),
        "archiveprefix": "arXiv" if arxiv else "",
        # Readers take addresses as they are: what could end the field is percent-encoded.
        "doi": _line(doi).translate(_VERBATIM),
        "url": (url or "").translate(_VERBATIM),
        "keywords": escape_bibtex(", ".join(_keywords(paper, topic_names))),
        "abstract": escape_bibtex(_text(paper.get("abstract"))),
        "note": "" if names else escape_bibtex(author_names(paper).capitalize()),
    }
    lines = [f"  {field} = {{{value}}}" for field, value in values.items() if value.strip("{}")]
    if len(date) >= 7:
        lines.insert(1, f"  month = {_MONTHS[int(date[5:7]) - 1]}")
    return "@misc{" + ",\n".join([key, *lines]) + "\n}\n"


def _is_balanced(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            return False
    return depth == 0


def _bibtex_name(name: str) -> str:
    """Escape a name; one that BibTeX would cut in two is held together by braces."""
    text = escape_bibtex(name)
    apart = re.search(r"\sand\s|^and\s|\sand$|^others$", text, re.IGNORECASE) or text.count(",") > 2
    return f"{{{text}}}" if apart else text


def _bibtex_keys(rows: Iterable[Paper]) -> list[str]:
    """Keys such as ``smith2024attention``; equal ones are told apart by a digest of the id.

    BibTeX does not tell capitals apart, so keys are in lower case.
    """
    rows = list(rows)
    plain = [_bibtex_key(paper) for paper in rows]
    shared = Counter(plain)
    keys: list[str] = []
    taken: set[str] = set()
    for stem, paper in zip(plain, rows, strict=True):
        digest = hashlib.sha256(_text(paper.get("id")).encode("utf-8", "replace")).hexdigest()
        key = stem if shared[stem] == 1 else f"{stem}-{digest[:6]}"
        while key in taken:
            key += "x"
        taken.add(key)
        keys.append(key)
    return keys


def _bibtex_key(paper: Paper) -> str:
    words = [w for w in _ascii_words(_text(paper.get("title"))) if w not in _SMALL_WORDS]
    names = _list(paper.get("authors"))
    surname = "".join(_ascii_words(_family_first(names[0]).partition(",")[0])) if names else ""
    first = surname or (words.pop(0) if words else "paper")
    return f"{first}{_text(paper.get('date'))[:4]}{''.join(words[:1])}"


def _ascii_words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.findall(r"[a-z0-9]+", folded.lower().replace("'", ""))


def _ris_record(paper: Paper, topic_names: Names) -> str:
    arxiv, date = _text(paper.get("arxiv_id")), _text(paper.get("date"))
    doi = _text(paper.get("doi"))
    kind = "UNPB" if arxiv else "JOUR" if doi else "GEN"
    fields: list[tuple[str, str]] = [
        ("TY", kind),
        ("ID", _text(paper.get("id"))),
        ("TI", _text(paper.get("title"))),
        *(("AU", _family_first(name)) for name in _list(paper.get("authors"))),
        ("PY", date[:4]),
        ("DA", date.replace("-", "/")),
        ("AB", _text(paper.get("abstract"))),
        *(("KW", word) for word in _keywords(paper, topic_names)),
        ("DO", doi),
        ("UR", paper_address(paper) or ""),
        ("N1", "" if _list(paper.get("authors")) else author_names(paper).capitalize()),
    ]
    lines = [f"{tag}  - {_line(value)}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def _family_first(name: str) -> str:
    """Turn "Ada van Lovelace" into "van Lovelace, Ada", by the rule that BibTeX uses."""
    words = name.split()
    if "," in name or len(words) < 2:
        return name
    cut = next((n for n, word in enumerate(words[1:-1], 1) if word[0].islower()), len(words) - 1)
    return f"{' '.join(words[cut:])}, {' '.join(words[:cut])}"


def _markdown_item(paper: Paper, topic_names: Names) -> str:
    title = escape_markdown(_text(paper.get("title")) or "Untitled")
    url = paper_address(paper)
    parts = [
        f"**[{title}](<{url}>)**" if url else f"**{title}**",
        escape_markdown(author_names(paper)),
        escape_markdown(_text(paper.get("date")) or "undated"),
        *(escape_markdown(word) for word in _keywords(paper, topic_names)),
    ]
    return " · ".join(parts)


def _keywords(paper: Paper, topic_names: Names) -> list[str]:
    topic = topic_names.get(_text(paper.get("topic")))
    return [word for word in (topic, _text(paper.get("theme"))) if word]


def _is_list(value: object) -> bool:
    return not isinstance(value, (str, bytes)) and hasattr(value, "__iter__")


def _list(value: Any) -> list[str]:
    return [_line(str(item)) for item in value if item] if _is_list(value) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, (str, bytes, bool)) or _is_list(value):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number - number == 0 else None


def _plain(value: Any, *, whole: bool) -> Any:
    """A value as JSON knows it; a column of whole numbers with gaps comes as real numbers."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    if value is None or value != value:
        return None
    return int(value) if whole else value


def _line(text: str) -> str:
    """Put text on one line, without control characters."""
    return _SPACE.sub(" ", text).strip()


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")


#: Writer of each format, by the ending of its files.
EXPORTS: Mapping[str, Callable[..., bytes]] = MappingProxyType(
    {"csv": to_csv, "bib": to_bibtex, "ris": to_ris, "md": to_markdown, "json": to_json}
)

#: Media type of each format.
MIME_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "csv": "text/csv",
        "bib": "application/x-bibtex",
        "ris": "application/x-research-info-systems",
        "md": "text/markdown",
        "json": "application/json",
    }
)
