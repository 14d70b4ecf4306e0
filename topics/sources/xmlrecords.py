"""Entries of an XML file one by one, so that a damaged one does not cost its neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from topics.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

__all__ = ["XmlRecord", "child_text", "inner_text", "records"]

_PREFIXED = re.compile(r"<([A-Za-z_][\w.-]{0,40}):\w|\s([A-Za-z_][\w.-]{0,40}):[\w.-]+\s*=\s*[\"']")
_DECLARED = re.compile(r"\bxmlns:([A-Za-z_][\w.-]{0,40})\s*=")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_OWN = frozenset(("amp", "lt", "gt", "quot", "apos"))
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|(\d{1,8}));")
_STRAY = re.compile(r"&(?![A-Za-z][A-Za-z0-9]{0,31};|#\d{1,7};|#x[0-9a-fA-F]{1,6};)")
#: Elements that stand for typography, by which text is written as HTML writes it.
_SCRIPTS = {"sub": "sub", "sup": "sup", "subscript": "sub", "superscript": "sup", "inf": "sub"}
#: What the parts of a formula stand for that has indices.
_MATHML = {"msub": ("", "sub"), "msup": ("", "sup"), "msubsup": ("", "sub", "sup")}
_DEPTH = 40
#: Characters of a file without entries that are looked through for entities.
_PROLOG = 1_000_000
_INDENT = re.compile(r"\s*\n\s*\Z")


@dataclass(frozen=True, slots=True)
class XmlRecord:
    """One entry.

    Attributes:
        line: line of its first tag, or its number where all stand on one line; from 1.
        element: its element, None where it cannot be read.
        reason: why not, in plain words.
    """

    line: int
    element: Element | None
    reason: str | None = None


def records(text: str, names: tuple[str, ...], *, source: str) -> Iterator[XmlRecord]:
    """Read the elements of some names in a text, each by itself.

    Entities are never resolved and nothing outside the text is opened.

    Args:
        text: a whole file.
        names: names of the elements, in the letters that the file uses.
        source: the file's name, for messages.

    Raises:
        SourceError: the file declares entities of its own.
    """
    begins = re.compile(rf"<({'|'.join(map(re.escape, names))})(?=[\s>/])[^<>]*>")
    first = begins.search(text)
    _refuse_entities(text[: first.start()] if first else text[:_PROLOG], source)
    on_one_line = first is not None and _one_line(begins, text, first.start())
    line, counted, number = 1, 0, 0
    match = first
    while match is not None:
        number += 1
        line += text.count("\n", counted, match.start())
        counted = match.start()
        close = f"</{match[1]}>"
        after = begins.search(text, match.end())
        end = text.find(close, match.end(), after.start() if after else len(text))
        place = number if on_one_line else line
        if end >= 0:
            yield _parsed(text[match.start() : end + len(close)], place)
        else:
            yield XmlRecord(place, None, _cut_off(match[1]))
        match = after


def child_text(element: Element, *paths: str) -> str:
    """The text of the first of some children that has any, on one line."""
    for path in paths:
        found = element.find(path)
        if found is not None:
            text = " ".join(inner_text(found).split())
            if text:
                return text
    return ""


def inner_text(element: Element) -> str:
    """All text of an element; sub- and superscripts keep their tags, others lose them."""
    parts: list[str] = []
    _collect(element, parts, 0)
    return "".join(parts)


def _collect(element: Element, parts: list[str], depth: int) -> None:
    parts.append(element.text or "")
    scripts = _MATHML.get(_name(element), ())
    for number, child in enumerate(element):
        name = scripts[number] if number < len(scripts) else _name(child)
        script = _SCRIPTS.get(name) or _SCRIPTS.get((child.get("face") or "").lower())
        if depth > _DEPTH:
            parts.extend(child.itertext())
        elif script:
            # A line break before it is the layout of the file, not a space in the text.
            parts[-1] = _INDENT.sub("", parts[-1])
            inside: list[str] = []
            _collect(child, inside, depth + 1)
            parts.append(f"<{script}>{''.join(inside).strip()}</{script}>")
        else:
            _collect(child, parts, depth + 1)
        parts.append(child.tail or "")


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _parsed(text: str, line: int) -> XmlRecord:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    text = _wellformed(text)
    try:
        return XmlRecord(line, fromstring(_bound(text)))
    except ParseError as error:
        at = line + error.position[0] - 1
        return XmlRecord(line, None, f"Not well-formed XML at line {at} ({_said(error)}).")
    except (DefusedXmlException, ValueError, RecursionError) as error:
        return XmlRecord(line, None, f"Not readable as XML ({error}).")


def _bound(text: str) -> str:
    """Declare prefixes that the file declares further up, if at all."""
    found = {name for names in _PREFIXED.findall(text) for name in names if name}
    used = found - set(_DECLARED.findall(text)) - {"xml", "xmlns"}
    if not used:
        return text
    names = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in sorted(used))
    return re.sub(r"(?=[\s/>])", lambda _: names, text, count=1)


def _said(error: ParseError) -> str:
    return str(error).partition(":")[0]


def _cut_off(name: str) -> str:
    return f"Breaks off before its end (</{name}>): the file is cut off or damaged there."


def _wellformed(text: str) -> str:
    """Replace what HTML allows and XML does not: named entities, bare ampersands, control codes."""
    text = _CONTROL.sub(" ", text)
    if "&" in text:
        text = _REFERENCE.sub(_legal, _STRAY.sub("&amp;", _ENTITY.sub(_named, text)))
    return text


def _named(match: re.Match[str]) -> str:
    if match[1] in _OWN:
        return match[0]
    return html5.get(f"{match[1]};", f"&amp;{match[1]};")


def _legal(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    legal = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return match[0] if legal or 0x10000 <= code <= 0x10FFFF else " "


def _refuse_entities(prolog: str, source: str) -> None:
    """Let a parser that refuses entities read what stands before the first entry."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(_CONTROL.sub(" ", prolog.lstrip("\ufeff \t\n")))
    except DefusedXmlException as error:
        raise SourceError(
            f"{source}: an XML file that declares entities of its own, which can be made to grow "
            "without end; refused. Export the references again, or delete the <!DOCTYPE …> part."
        ) from error
    except (ParseError, ValueError):
        # Each entry is read by itself, so that damage before the first one does no harm.
        return


def _one_line(begins: re.Pattern[str], text: str, start: int) -> bool:
    second = begins.search(text, start + 1)
    return second is not None and "\n" not in text[start : second.start()]
