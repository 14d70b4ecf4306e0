"""Hugging Face papers pages (daily, trending, search) in every form that they are saved in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.errors import SourceError
from topics.sources import hf_headed, hf_html, hf_parts, hf_plain
from topics.sources.record import Reject, SourceRead

if TYPE_CHECKING:
    from topics.sources.document import Document

__all__ = ["HF_PAGE", "HfPage"]

_INBOX = re.compile(r"get trending papers in your email inbox", re.IGNORECASE)
_CAPTURED = re.compile(
    r"^[-*>\s]*(?:captured|retrieved|accessed|fetched|saved|crawled)\b[^:\n]{0,40}:\s*"
    r"(\d{4}-\d{2}-\d{2})",
    re.IGNORECASE | re.MULTILINE,
)
_DAY_PAGE = re.compile(r"huggingface\.co/papers(?:/date/|\?date=)(\d{4}-\d{2}-\d{2})")


class HfPage:
    """Reader of papers pages of Hugging Face."""

    name = "hf-page"
    expects = (
        "a Hugging Face papers page (daily, trending or search) saved as text, Markdown or HTML"
    )

    def recognises(self, document: Document) -> bool:
        """Tell such a page by its byline, its links or its author blocks."""
        text = document.head_text
        if text is None:
            return False
        if text.lstrip()[:1] == "<" or hf_html.is_archive(text):
            # Styles and scripts may stand before all else.
            whole, _ = hf_html.unpack(document.text or "")
            if hf_html.is_html(whole):
                return True
            text = whole[: len(text)]
        return (
            hf_parts.has_byline(text)
            or _INBOX.search(text) is not None
            or hf_headed.has_headed_card(text)
            or hf_plain.has_author_block(text)
        )

    def read(self, document: Document) -> SourceRead:
        """Read all papers of the page.

        Raises:
            SourceError: there is no paper on it.
        """
        text, saved = hf_html.unpack(document.text or "")
        page, source = _page(text), document.source
        found = (hf_parts.record(card, source=source) for card in page.cards)
        records = tuple(record for record in found if record.title or record.abstract)
        if not records:
            raise SourceError(
                f"{source}: a Hugging Face papers page with no paper on it. Expected papers with "
                "a title each. Open the page again, wait until its papers are shown, and save it "
                "anew."
            )
        cut = Reject(source=source, line=page.cut or 0, reason="The page ends within this title.")
        return SourceRead(
            source=source,
            format=self.name,
            records=records,
            rejects=() if page.cut is None else (cut,),
            notices=document.notices,
            as_of=_stated(text, page.date) or saved,
            as_of_month_day=(page.date.month, page.date.day) if page.date else None,
            written_years=tuple(
                card.date.year for card in page.cards if card.date and card.date.year
            ),
        )


def _page(text: str) -> hf_parts.Page:
    if hf_html.is_html(text):
        return hf_html.read_html(text)
    if hf_headed.has_headed_card(text):
        return hf_headed.read_headed(text)
    if hf_parts.has_byline(text) or hf_plain.has_author_block(text):
        return hf_plain.read_plain(text)
    # Cut off within its header, or a form without any mark of where papers begin.
    return hf_parts.Page([])


def _stated(text: str, own: hf_parts.PageDate | None) -> str | None:
    """The page's own date where it gives one in full: of the day it shows, or of its capture."""
    if own is not None and own.year is not None:
        return f"{own.year:04d}-{own.month:02d}-{own.day:02d}"
    match = _DAY_PAGE.search(text[:20000]) or _CAPTURED.search(text[:4000])
    return match[1] if match and hf_parts.is_day(match[1]) else None


HF_PAGE = HfPage()
