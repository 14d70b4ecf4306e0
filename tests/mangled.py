"""Damaged files: what is left of a good one after cuts, swaps and strange characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from topics.errors import SourceError
from topics.sources.document import Document

if TYPE_CHECKING:
    from topics.sources.document import Reader
    from topics.sources.record import SourceRead

__all__ = ["mangled", "read", "survives"]

#: Pieces that formats give a meaning to, put where they do not belong.
_PIECES = (
    *"\n\r\t{}[]()<>&\"'@%#$\\=,;:|~^_-",
    *("\x00", "\ufeff", "\u2028", "\ud800", "\U0010ffff", "é", "中", "\n\n", "  - ", "- "),
    *("ER  - ", "TY  - JOUR\n", "PT J\n", "ER\n", "PMID- 1\n", "%0 Book\n", "@article{", "]]>"),
    *("<record>", "</record>", "<PubmedArticle>", "<![CDATA[", "&nbsp;", "&#x0;", "<!--"),
    *("\\begin{document}", "\\textit{", "9" * 30, "A" * 300, " " * 300, "{" * 300),
)


def read(reader: Reader, text: str | bytes, *, source: str = "file") -> SourceRead:
    """What a reader makes of a text."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return reader.read(Document.from_bytes(data, source=source))


@st.composite
def mangled(draw: st.DrawFn, good: str) -> bytes:
    """Bytes of a good text, cut, doubled, reordered and spoilt in up to six places."""
    text = good
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        until = min(len(text), at + draw(st.integers(0, 60)))
        piece = draw(st.sampled_from(_PIECES) | st.text(max_size=8))
        kind = draw(st.sampled_from(("insert", "replace", "delete", "double", "cut")))
        if kind == "insert":
            text = text[:at] + piece + text[at:]
        elif kind == "replace":
            text = text[:at] + piece + text[until:]
        elif kind == "delete":
            text = text[:at] + text[until:]
        elif kind == "double":
            text = text[:until] + text[at:]
        else:
            text = text[:at]
    data = text.encode("utf-8", "surrogatepass")
    spoilt = draw(st.binary(max_size=4))
    at = draw(st.integers(0, len(data)))
    return data[:at] + spoilt + data[at:]


def survives(reader: Reader, data: bytes) -> None:
    """Any bytes give records and rejects, or one clear error; never anything else."""
    document = Document.from_bytes(data, source="file")
    reader.recognises(document)
    try:
        found = reader.read(document)
    except SourceError as error:
        message = str(error)
    else:
        message = "file"
        _sound(found)
    assert "file" in message
    assert "\n" not in message


def _sound(found: SourceRead) -> None:
    assert found.records or found.rejects
    for record in found.records:
        assert record.title or record.abstract
        assert record.line >= 1
        assert not record.date or record.date[:4].isdigit()
        assert record.url is None or record.url.lower().startswith(("http://", "https://"))
        for text in (record.title, record.abstract, *record.authors):
            text.encode()
            assert not set(text) & set("\n\r\t\x00")
    for reject in found.rejects:
        assert reject.line >= 1
        assert reject.reason
