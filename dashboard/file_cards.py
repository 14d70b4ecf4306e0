"""What each uploaded file is: its kind, its records, the first of them, and what to know."""

from __future__ import annotations

import hashlib
import html
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import text, wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dashboard.building import FilePreview, Preview, Request

__all__ = ["alike", "file_cards", "in_the_browser", "kind"]

#: Files whose first records are shown at once; with more they are a click away.
_OPEN = 8
#: What a reader chooses where no column of a table holds a field.
_NONE, _NONE_SAID = "", "none of them"
#: Files that have a card at once; how many have one now.
_STEP, _SHOWN = 40, "files-shown"
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "arxiv-atom": "arXiv feed",
        "arxiv-snapshot": "arXiv snapshot",
        "bibtex": "BibTeX",
        "crossref": "Crossref",
        "csl-json": "CSL-JSON",
        "endnote": "EndNote",
        "endnote-xml": "EndNote XML",
        "feed": "Feed",
        "hf-api": "Hugging Face API",
        "hf-page": "Hugging Face page",
        "labelled-text": "Ovid, Cochrane or RefWorks",
        "medline": "PubMed (MEDLINE)",
        "oai-pmh": "OAI-PMH",
        "openalex": "OpenAlex",
        "parquet": "Parquet",
        "pubmed-xml": "PubMed XML",
        "semantic-scholar": "Semantic Scholar",
        "spreadsheet": "Spreadsheet",
        "unreadable": "cannot be read",
        "unrecognised": "not recognised",
        "wos": "Web of Science",
        "zotero-json": "Zotero JSON",
    }
)
#: Words for the command line, and those for this page.
_HERE: Mapping[str, str] = MappingProxyType(
    {
        "give it with --page-year": "give it beside the name",
        "name the files you need": "add the files you need",
        'name the right one, as in --column title="…", or': "choose the right one below, or",
    }
)
_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "arxiv_id": "arXiv id",
        "author_count": "Number of authors",
        "doi": "DOI",
        "pmid": "PubMed id",
        "url": "Web address",
    }
)
_BY_CONTENT = re.compile(r'(\w+) = "[^"]*" \(by content\)')


def file_cards(
    preview: Preview,
    request: Request,
    *,
    removable: Callable[[str], str | None],
    on_remove: Callable[[str], None],
    on_column: Callable[[str, str, str], None],
) -> None:
    """Draw a card for each file.

    Args:
        preview: the files as they were read.
        request: what the reader has asked for so far.
        removable: gives the upload that a file came in, None where it cannot be taken out.
        on_remove: takes an upload out.
        on_column: says which column of a table holds a field: called with the name of the file,
            the field and the key of the widget that holds the column.
    """
    several = len(preview.files) > _OPEN
    # What needs a look comes first.
    groups = alike(sorted(preview.files, key=lambda each: (each.read > 0, each.name)))
    shown = st.session_state.get(_SHOWN, _STEP)
    for group in groups[:shown]:
        file = group[0]
        mark = hashlib.sha256(file.name.encode()).hexdigest()[:12]
        with st.container(border=True, key=f"pm-file-{mark}"):
            with st.container(horizontal=True, vertical_alignment="center", wrap=False):
                st.html(_head(file) if len(group) == 1 else _head_of_many(group))
                if upload := removable(file.name):
                    own = upload == file.name
                    st.button(
                        "Remove" if own else text.plain(f"Remove {upload}"),
                        icon=":material/close:",
                        type="tertiary",
                        on_click=on_remove,
                        args=(upload,),
                        help=text.plain(f"Remove {upload}") if own else None,
                        key=f"remove-{mark}",
                    )
            for notice in file.notices:
                _notice(notice, file)
            if len(group) > 1:
                _names(group, mark)
            if file.columns:
                _columns(file, preview, request, mark, on_column)
            if file.sample and not several:
                st.html(_sample(file))
            elif file.sample:
                with st.expander("First records", key=f"sample-{mark}"):
                    st.html(_sample(file))
            if file.others:
                _others(file, mark)
    if len(groups) > shown:
        st.button(
            f"Show {min(2 * _STEP, len(groups) - shown)} more files",
            icon=":material/expand_more:",
            on_click=lambda: st.session_state.update({_SHOWN: shown + 2 * _STEP}),
            key="files-more",
        )


def alike(files: Sequence[FilePreview]) -> list[list[FilePreview]]:
    """Files one by one, but those of an archive together that are of no use for the same reason."""
    groups: dict[object, list[FilePreview]] = {}
    for file in files:
        archive, inside, _ = file.name.partition("/")
        same = inside and not file.read and not file.columns and len(file.notices) == 1
        said = file.notices[0].removeprefix(f"{file.name}: ") if same else ""
        groups.setdefault((archive, said) if same else file.name, []).append(file)
    return list(groups.values())


def _head_of_many(group: Sequence[FilePreview]) -> str:
    archive = group[0].name.partition("/")[0]
    return (
        '<div class="pm-file">'
        + text.element("strong", archive)
        + text.element("span", kind(group[0].format), css_class="pm-chip")
        + text.element("div", f"{len(group):,} files in it, no records", css_class="pm-sub")
        + "</div>"
    )


def _names(group: Sequence[FilePreview], mark: str) -> None:
    with st.expander(f"Which {len(group):,} files", key=f"names-{mark}"):
        names = "".join(text.element("li", each.name.partition("/")[2]) for each in group)
        st.html(f'<ul class="pm-names">{names}</ul>')


def kind(file_format: str) -> str:
    """A format in words: ``hf-page`` → ``Hugging Face page``, ``csv (tabs)`` → ``CSV (tabs)``."""
    if file_format in _KINDS:
        return _KINDS[file_format]
    first, space, rest = file_format.replace("-", " ").partition(" ")
    return first.upper() + space + rest


def in_the_browser(notice: str) -> str:
    """A notice without flags of the command line."""
    for flags, words in _HERE.items():
        notice = notice.replace(flags, words)
    return notice


def _head(file: FilePreview) -> str:
    return (
        '<div class="pm-file">'
        + text.element("strong", file.name)
        + text.element("span", kind(file.format), css_class="pm-chip")
        + text.element("div", _counts(file), css_class="pm-sub")
        + "</div>"
    )


def _counts(file: FilePreview) -> str:
    if not file.read:
        return "no records"
    parts = [f"{file.kept:,} kept"]
    if file.merged:
        parts.append(f"{file.merged:,} merged with the same paper")
    if file.rejected:
        parts.append(f"{file.rejected:,} rejected")
    return f"{wording.count(file.read, 'record')}: {' + '.join(parts)}"


def _sample(file: FilePreview) -> str:
    return f'<ul class="pm-sample">{"".join(map(_row, file.sample))}</ul>'


def _row(record: Mapping[str, Any]) -> str:
    names = record.get("authors") or []
    count = record.get("author_count")
    facts = [wording.date(record["date"]) if record.get("date") else "undated"]
    if names:
        facts.append(", ".join(names[:3]) + (" et al." if len(names) > 3 else ""))
    elif count:
        facts.append(wording.count(int(count), "author"))
    abstract = record.get("abstract") or "No abstract."
    return (
        "<li>"
        + text.element("strong", record.get("title") or "No title")
        + text.element("small", " · ".join(facts))
        + text.element("p", text.shorten(abstract, 160))
        + "</li>"
    )


def _notice(notice: str, file: FilePreview) -> None:
    said = in_the_browser(notice.removeprefix(f"{file.name}: "))
    if file.columns and said.startswith("columns: "):
        return  # the chips say so
    said = said[:1].upper() + said[1:]
    if file.read:
        st.html(text.element("div", said, css_class="pm-note"))
    else:
        st.warning(text.plain(said), icon=":material/block:")


def _columns(
    file: FilePreview,
    preview: Preview,
    request: Request,
    mark: str,
    on_column: Callable[[str, str, str], None],
) -> None:
    """Which column was taken for what, and the way to say it better."""
    guessed = {name for notice in file.notices for name in _BY_CONTENT.findall(notice)}
    chips = "".join(
        f'<span class="pm-chip"><b>{html.escape(_field(name))}</b> '
        f"{html.escape(text.shorten(column, 40))}"
        f"{' <em>by its content</em>' if name in guessed else ''}</span>"
        for name, column in file.matched.items()
    )
    left = len(set(file.columns) - set(file.matched.values()))
    unused = f'<span class="pm-sub">{wording.count(left, "column")} not used</span>' if left else ""
    st.html(f'<div class="pm-chips">{chips}{unused}</div>')
    if not preview.fields:
        return
    expander = st.expander(
        "Correct the columns" if file.read else "Choose the columns",
        expanded=not file.read,
        icon=":material/table_chart:",
        on_change="rerun",
        key=f"columns-{mark}",
    )
    if not expander.open:
        return
    with expander:
        st.caption(
            "What is chosen here counts for this file; a field that is cleared is found anew. "
            f"Choose “{_NONE_SAID}” where the table has no such column."
        )
        with st.container(horizontal=True):
            for name, words in preview.fields.items():
                _column(file, request, name, words, mark, on_column)


def _column(
    file: FilePreview,
    request: Request,
    name: str,
    words: str,
    mark: str,
    on_column: Callable[[str, str, str], None],
) -> None:
    key = f"column-{mark}-{name}"
    now = request.columns.get(file.name, {}).get(name, file.matched.get(name))
    options = [_NONE, *dict.fromkeys(file.columns)]
    value = now if now in options else None
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    st.selectbox(
        _field(name),
        options,
        # None makes it one that can be cleared; its value is what was put in its state.
        index=None,
        help=text.plain(words),
        placeholder="not found",
        format_func=lambda column: text.plain(column) if column else _NONE_SAID,
        on_change=on_column,
        args=(file.name, name, key),
        key=key,
        width=230,
    )


def _field(name: str) -> str:
    """What people call a field of a record."""
    words = name.replace("_", " ")
    return _FIELDS.get(name, words[:1].upper() + words[1:])


def _others(file: FilePreview, mark: str) -> None:
    import pandas as pd

    parts = [
        f"{n:,} {outcome}"
        for outcome, n in (("rejected", file.rejected), ("merged", file.merged))
        if n
    ]
    expander = st.expander(
        f"{' and '.join(parts)}: which, and why",
        icon=":material/help:",
        on_change="rerun",
        key=f"others-{mark}",
    )
    if not expander.open:
        return
    with expander:
        table = pd.DataFrame(
            {
                "Line": [other["line"] for other in file.others],
                "Outcome": [other["outcome"] for other in file.others],
                "Why": [other["reason"] for other in file.others],
                "Title": [other["title"] for other in file.others],
            }
        )
        st.dataframe(
            table,
            hide_index=True,
            key=f"others-table-{mark}",
            column_config={"Why": st.column_config.TextColumn(width="medium")},
            alt=f"Records of {file.name} that are no paper of their own",
        )
        if len(file.others) < file.merged + file.rejected:
            st.caption("The first ones; the Quality page of the map lists all.")
