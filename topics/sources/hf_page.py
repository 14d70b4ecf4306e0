"""Hugging Face papers pages (daily, trending, search) in every form that they are saved in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.errors import SourceError
from topics.sources import hf_headed, hf_html, hf_parts, hf_plain
from topics.sources.record import SourceRead

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
        if document.text is None:
            return False
        text, _ = hf_html.unpack(document.text)
        return (
            hf_html.is_html(text)
            or hf_parts.BYLINE.search(text) is not None
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
        if hf_html.is_html(text):
            html_page = hf_html.read_html(text)
            cards, own = html_page.cards, html_page.date
        elif hf_headed.has_headed_card(text):
            cards, own = hf_headed.read_headed(text), hf_plain.own_date(text)
        elif hf_parts.BYLINE.search(text) or hf_plain.has_author_block(text):
            page = hf_plain.read_plain(text)
            cards, own = page.cards, page.date
        else:
            # Cut off within its header, or a form without any mark of where papers begin.
            cards, own = [], None
        found = (hf_parts.record(card, source=document.source) for card in cards)
        records = tuple(record for record in found if record.title or record.abstract)
        if not records:
            raise SourceError(
                f"{document.source}: a Hugging Face papers page with no paper on it. "
                "Expected papers with a title each. Open the page again, wait until its papers "
                "are shown, and save it anew."
            )
        return SourceRead(
            source=document.source,
            format=self.name,
            records=records,
            notices=document.notices,
            as_of=_stated(text, own) or saved,
            as_of_month_day=(own.month, own.day) if own else None,
            written_years=tuple(card.date.year for card in cards if card.date and card.date.year),
        )


def _stated(text: str, own: hf_parts.PageDate | None) -> str | None:
    """The page's own date where it gives one in full: of the day it shows, or of its capture."""
    if own is not None and own.year is not None:
        return f"{own.year:04d}-{own.month:02d}-{own.day:02d}"
    match = _DAY_PAGE.search(text[:20000]) or _CAPTURED.search(text[:4000])
    return match[1] if match and hf_parts.is_day(match[1]) else None


HF_PAGE = HfPage()
