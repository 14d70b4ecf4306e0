"""EndNote's tagged form and its XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import mangled, read, survives
from topics.errors import SourceError
from topics.sources.detect import read_document
from topics.sources.document import Document
from topics.sources.endnote import ENDNOTE, ENDNOTE_XML

if TYPE_CHECKING:
    from pathlib import Path

TAGGED = """%0 Journal Article
%A Doe, Jane
%A van der Berg, Jan
%T Roads through narrow valleys
%J Journal of Roads
%D 2020
%8 May 17
%X We count cars.

They are many.
%R https://doi.org/10.1000/roads.1
%U http://example.org/a

%0 Generic
%T Counting by ear
%A Roe, R.
%D 2019
%U http://arxiv.org/abs/2401.01234v1
"""


def styled(text: str) -> str:
    return f'<style face="normal" font="default" size="100%">{text}</style>'


XML = (
    '<?xml version="1.0" encoding="UTF-8" ?><xml><records>'
    '<record><database name="x.enl">x.enl</database><rec-number>1</rec-number>'
    '<ref-type name="Journal Article">17</ref-type><contributors><authors>'
    f"<author>{styled('Doe, Jane')}</author><author>{styled('Roe, R.')}</author></authors>"
    f"<secondary-authors><author>{styled('Poe, E.')}</author></secondary-authors></contributors>"
    f"<titles><title>{styled('Roads with CO')}"
    f'<style face="subscript" font="default" size="100%">2</style>{styled(" &amp; noise")}</title>'
    f"<secondary-title>{styled('Journal of Roads')}</secondary-title></titles>"
    f"<dates><year>{styled('2020')}</year><pub-dates><date>{styled('May 17')}</date></pub-dates>"
    "</dates>"
    f"<abstract>{styled('We count cars.&#xD;They are many. &#169; 2020 Elsevier Ltd.')}</abstract>"
    f"<urls><related-urls><url>{styled('http://example.org/a')}</url></related-urls></urls>"
    f"<electronic-resource-num>{styled('10.1000/Roads.1')}</electronic-resource-num></record>"
    f"<record><rec-number>2</rec-number><titles><title>{styled('Counting by ear')}</title></titles>"
    f"<accession-num>{styled('31858815')}</accession-num>"
    f"<remote-database-name>{styled('Medline')}</remote-database-name></record>"
    "</records></xml>"
)

OLD_XML = (
    "<XML><RECORDS><RECORD><REFERENCE_TYPE>0</REFERENCE_TYPE><AUTHORS><AUTHOR>Doe, J.</AUTHOR>"
    "</AUTHORS><YEAR>1999</YEAR><TITLE>Old roads</TITLE><ABSTRACT>They were muddy.</ABSTRACT>"
    "</RECORD></RECORDS></XML>"
)


def test_the_fields_of_a_tagged_entry() -> None:
    first, second = read(ENDNOTE, TAGGED).records
    assert first.title == "Roads through narrow valleys"
    assert first.abstract == "We count cars. They are many."
    assert first.authors == ("Jane Doe", "Jan van der Berg")
    assert (first.date, first.doi, first.line) == ("2020-05-17", "10.1000/roads.1", 1)
    assert first.url == "http://example.org/a"
    assert (second.arxiv_id, second.date, second.line) == ("2401.01234", "2019", 14)


def test_entries_without_a_type_are_divided_by_empty_lines() -> None:
    text = "%T Roads\n%A Doe, J.\n\n%T Rivers\n%A Roe, R.\n%X They flow.\n"
    assert [record.title for record in read(ENDNOTE, text).records] == ["Roads", "Rivers"]


def test_entries_of_nothing_but_a_type_are_rejected_one_by_one() -> None:
    found = read(ENDNOTE, "%0 Book\n%0 Journal\n%T Roads\n%0\n%A Doe\n")
    assert [record.title for record in found.records] == ["Roads"]
    assert [reject.line for reject in found.rejects] == [1, 4]


def test_tags_of_other_files_are_no_sign() -> None:
    for text in ("% Encoding: UTF-8\n@article{a,}", "%PDF-1.4\n", "%T only", "", "100 %A x"):
        assert not ENDNOTE.recognises(Document.from_bytes(text.encode(), source="file"))
    with pytest.raises(SourceError, match="holds no entry"):
        read(ENDNOTE, "nothing")


def test_the_fields_of_a_record() -> None:
    first, second = read(ENDNOTE_XML, XML).records
    assert first.title == "Roads with CO₂ & noise"
    assert first.abstract == "We count cars. They are many."
    assert first.authors == ("Jane Doe", "R. Roe")
    assert (first.date, first.doi) == ("2020-05-17", "10.1000/roads.1")
    assert first.url == "http://example.org/a"
    assert second.url == "https://pubmed.ncbi.nlm.nih.gov/31858815/"
    # All on one line: the number of the entry says more.
    assert (first.line, second.line) == (1, 2)


def test_records_on_lines_of_their_own_have_them() -> None:
    found = read(ENDNOTE_XML, XML.replace("<record>", "\n<record>"))
    assert [record.line for record in found.records] == [2, 3]


def test_the_xml_of_old_versions() -> None:
    (record,) = read(ENDNOTE_XML, OLD_XML).records
    assert (record.title, record.date) == ("Old roads", "1999")
    assert (record.abstract, record.authors) == ("They were muddy.", ("J. Doe",))


def test_a_broken_record_costs_itself_alone() -> None:
    bad = XML.replace("<titles><title>", "<titles><oops>", 1)
    found = read(ENDNOTE_XML, bad)
    assert [record.title for record in found.records] == ["Counting by ear"]
    assert [reject.line for reject in found.rejects] == [1]
    assert "well-formed" in found.rejects[0].reason
    cut = XML[: XML.index("Counting") + 4]
    found = read(ENDNOTE_XML, cut)
    assert len(found.records) == 1
    assert "cut off" in found.rejects[0].reason


def test_bare_ampersands_and_named_entities_are_read() -> None:
    (record, _) = read(ENDNOTE_XML, XML.replace("&amp; noise", "& noise&nbsp;&eacute;\x0b")).records
    assert record.title == "Roads with CO₂ & noise é"


def test_entities_of_its_own_are_refused() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
        + XML.replace('<?xml version="1.0" encoding="UTF-8" ?>', "").replace("We count", "&b;")
    )
    with pytest.raises(SourceError, match=r"^file: an XML file that declares entities"):
        read(ENDNOTE_XML, bomb)
    outside = bomb.replace('<!ENTITY a "ha">', '<!ENTITY a SYSTEM "file:///etc/passwd">')
    with pytest.raises(SourceError, match="entities"):
        read(ENDNOTE_XML, outside)


@pytest.mark.parametrize(
    ("text", "kind"), [(TAGGED, "endnote"), (XML, "endnote-xml"), (OLD_XML, "endnote-xml")]
)
def test_they_are_told_by_content(text: str, kind: str) -> None:
    for data in (text.encode(), text.encode("utf-8-sig"), text.replace("\n", "\r\n").encode()):
        assert read_document(Document.from_bytes(data, source="any.ris")).format == kind


@settings(max_examples=100)
@given(mangled(TAGGED) | st.binary(max_size=300))
def test_damage_to_tagged_files(data: bytes) -> None:
    survives(ENDNOTE, data)


@settings(max_examples=100)
@given(mangled(XML) | mangled(OLD_XML) | st.binary(max_size=300))
def test_damage_to_xml_files(data: bytes) -> None:
    survives(ENDNOTE_XML, data)


@pytest.mark.parametrize(
    "long", ["<record>" * 30_000, "<record><titles>" + "<b>" * 100_000, "%0\n" * 30_000]
)
def test_long_files_take_no_longer_than_they_are(long: str) -> None:
    survives(ENDNOTE if long.startswith("%") else ENDNOTE_XML, long.encode())


def test_deep_records_are_read() -> None:
    deep = "<b>" * 20_000 + "Deep" + "</b>" * 20_000
    text = f"<records><record><titles><title>{deep}</title></titles></record></records>"
    (record,) = read(ENDNOTE_XML, text).records
    assert record.title == "Deep"


def test_samples_have_the_entries_that_are_known(shared: Path) -> None:
    folder = shared / "importer-samples"
    found = read_document(Document.from_path(folder / "jabref__EndnoteXmlImporterTestArticle.xml"))
    assert (found.format, len(found.records), len(found.rejects)) == ("endnote-xml", 1, 0)
    found = read_document(Document.from_path(folder / "jabref__Endnote.entries.enw"))
    # Thirteen types, one of them empty; a title and an abstract in two entries.
    assert (found.format, len(found.records), len(found.rejects)) == ("endnote", 2, 11)
