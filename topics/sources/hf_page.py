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
        text = document.text
        return text is not None and (
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
        text = document.text or ""
        page_date = None
        if hf_html.is_html(text):
            cards = hf_html.read_html(text)
        elif hf_headed.has_headed_card(text):
            cards = hf_headed.read_headed(text)
            page_date = hf_plain.read_plain(text).date
        else:
            page = hf_plain.read_plain(text)
            cards, page_date = page.cards, page.date
        records = tuple(hf_parts.record(card, source=document.source) for card in cards)
        if not records:
            raise SourceError(
                f"{document.source}: a Hugging Face papers page with no paper on it. "
                "Expected papers with a title each. Open the page again, wait until its papers "
                "are shown, and save it anew."
            )
        stated = _CAPTURED.search(text[:4000]) or _DAY_PAGE.search(text[:20000])
        as_of = stated[1] if stated else None
        if as_of is None and page_date is not None and page_date.year is not None:
            as_of = f"{page_date.year:04d}-{page_date.month:02d}-{page_date.day:02d}"
        return SourceRead(
            source=document.source,
            format=self.name,
            records=records,
            notices=document.notices,
            as_of=as_of,
            as_of_month_day=(page_date.month, page_date.day) if page_date else None,
        )


HF_PAGE = HfPage()
