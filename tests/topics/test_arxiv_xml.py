"""arXiv and feeds in XML: entries by their own words, damaged and hostile ones told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import mangled, survives
from topics.errors import SourceError
from topics.sources.arxiv_oai import OAI_PMH
from topics.sources.detect import read_document
from topics.sources.document import Document
from topics.sources.feeds import ARXIV_ATOM, FEED
from topics.sources.record import Record
from topics.sources.xml_prefixes import without_prefixes

if TYPE_CHECKING:
    from pathlib import Path

    from topics.sources.record import SourceRead

ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <id>http://arxiv.org/api/abc</id>
  <title>ArXiv Query: search_query=all:trees</title>
  <updated>2024-06-02T00:00:00-04:00</updated>
  <entry>
    <id>http://arxiv.org/abs/2405.00001v3</id>
    <updated>2024-05-30T10:00:00Z</updated>
    <published>2024-05-01T10:00:00Z</published>
    <title>Roots of
      Trees &amp; $x^2$</title>
    <summary>  Roots are deep.
They hold. </summary>
    <author><name>Ada Lee</name><arxiv:affiliation>Wood</arxiv:affiliation></author>
    <author><name>José Ng</name></author>
    <arxiv:doi>10.1000/ABC</arxiv:doi>
    <link title="doi" href="http://dx.doi.org/10.1000/ABC" rel="related"/>
    <link href="http://arxiv.org/abs/2405.00001v3" rel="alternate" type="text/html"/>
  </entry>
  <entry>
    <id>http://arxiv.org/abs/hep-th/9406058v1</id>
    <published>1994-06-09T10:00:00Z</published>
    <title>Leaves</title>
    <summary>This paper has been withdrawn by the authors.</summary>
    <author><name>Bo Lee</name></author>
  </entry>
</feed>
"""
RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Papers</title><lastBuildDate>Sat, 08 Aug 2026 00:40:03 +0000</lastBuildDate>
<item><title>Bark</title><link>https://arxiv.org/abs/2607.00001</link>
<description>&lt;p&gt;&lt;b&gt;Authors:&lt;/b&gt; Ada Lee, Bo Ng&lt;/p&gt;
&lt;p&gt;&lt;b&gt;Upvotes:&lt;/b&gt; 52&lt;/p&gt;
&lt;p&gt;&lt;b&gt;Summary:&lt;/b&gt; Bark is rough. It holds: always.&lt;/p&gt;</description>
<pubDate>Thu, 30 Jul 2026 00:00:00 +0000</pubDate></item>
<item><title>Twigs</title><link>https://arxiv.org/abs/2411.00002</link>
<description>arXiv:2411.00002v2 Announce Type: replace
Abstract: Twigs bend.</description><dc:creator>Ada Lee, Bo Ng, Cy Do</dc:creator>
<pubDate>Thu, 21 Nov 2024 00:00:00 -0500</pubDate></item>
<item><title>Cones (arXiv:2101.00003v1 [q-bio.PE])</title>
<description><![CDATA[<p>Cones &lt; balls &eacute;.</p>]]></description>
<guid>https://journal.example/cones</guid><dc:creator>Lee, Ada</dc:creator></item>
</channel></rss>
"""
OAI = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2024-06-02T00:00:00Z</responseDate>
<ListRecords>
<record><header><identifier>oai:arXiv.org:0704.0001</identifier>
<datestamp>2015-05-13</datestamp></header>
<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>0704.0001</id>
<created>2007-04-02</created><updated>2012-07-24</updated>
<authors><author><keyname>Lee</keyname><forenames>Ada M.</forenames><suffix>Jr</suffix></author>
<author><keyname>Consortium</keyname></author></authors>
<title>Seeds of Trees</title><doi>10.1000/SEED</doi>
<abstract>  Seeds fall. </abstract></arXiv></metadata></record>
<record><header status="deleted"><identifier>oai:arXiv.org:0704.0002</identifier></header></record>
<record><header><identifier>oai:repo.example:1234</identifier></header>
<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Pollen</dc:title><dc:creator>Ng, Bo</dc:creator><dc:creator>Lee, Ada</dc:creator>
<dc:description>Comment: 12 pages</dc:description>
<dc:description xml:lang="de">Pollen fliegen weit und immer weiter durch das Land.</dc:description>
<dc:description xml:lang="en">Pollen fly far.</dc:description>
<dc:date>2019-02-01T10:00:00Z</dc:date><dc:date>2018</dc:date><dc:date>2018-11</dc:date>
<dc:identifier>https://repo.example/1234</dc:identifier>
<dc:identifier>doi:10.1000/POLLEN</dc:identifier></oai_dc:dc></metadata></record>
<record><header><identifier>oai:arXiv.org:0704.0004</identifier></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>0704.0004</id>
<version version="v1"><date>Mon, 2 Apr 2007 10:00:00 GMT</date></version>
<version version="v2"><date>Sat, 1 May 2010 10:00:00 GMT</date></version>
<title>Needles</title><authors>A. Lee and B. Ng (Wood Lab)</authors>
<abstract>Needles stay green.</abstract></arXivRaw></metadata></record>
<resumptionToken cursor="0" completeListSize="2000">6511260|1001</resumptionToken>
</ListRecords></OAI-PMH>
"""
KINDS = {"atom": (ARXIV_ATOM, ATOM), "rss": (FEED, RSS), "oai": (OAI_PMH, OAI)}


def read(text: str) -> SourceRead:
    return read_document(Document.from_bytes(text.encode(), source="a.xml"))


def test_the_atom_feed_of_arxiv() -> None:
    found = read(ATOM)
    assert (found.format, found.as_of, found.rejects) == ("arxiv-atom", "2024-06-02", ())
    first, second = found.records
    assert first == Record(
        title="Roots of Trees & x²",
        abstract="Roots are deep. They hold.",
        date="2024-05-01",
        authors=("Ada Lee", "José Ng"),
        doi="10.1000/abc",
        arxiv_id="2405.00001",
        url="http://arxiv.org/abs/2405.00001v3",
        source="a.xml",
        line=6,
    )
    assert (second.arxiv_id, second.abstract, second.line) == ("hep-th/9406058", "", 20)


def test_an_error_of_the_api_is_no_paper() -> None:
    text = ATOM.replace("abs/2405.00001v3</id>", "api/errors#incorrect_id</id>", 1)
    found = read(text)
    assert len(found.records) == 1
    assert found.rejects[0].reason == "An error of arXiv's API: Roots are deep. They hold."


def test_rss_feeds() -> None:
    found = read(RSS)
    assert (found.format, found.as_of) == ("feed", "2026-08-08")
    bark, twigs, cones = found.records
    assert (bark.abstract, bark.upvotes) == ("Bark is rough. It holds: always.", 52)
    assert (bark.authors, bark.date, bark.arxiv_id) == (
        ("Ada Lee", "Bo Ng"),
        "2026-07-30",
        "2607.00001",
    )
    # The day on which arXiv announces a new version is not the paper's.
    assert (twigs.abstract, twigs.date) == ("Twigs bend.", None)
    assert twigs.authors == ("Ada Lee", "Bo Ng", "Cy Do")
    assert (cones.title, cones.abstract) == ("Cones", "Cones < balls é.")
    assert (cones.authors, cones.url) == (("Ada Lee",), "https://journal.example/cones")


def test_an_rdf_feed() -> None:
    found = read(
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="r"><channel><title>c</title>'
        '<items><rdf:Seq><rdf:li rdf:resource="x"/></rdf:Seq></items></channel>'
        '<item rdf:about="https://arxiv.org/abs/2101.00001"><title>Sap</title>'
        "<link>https://arxiv.org/abs/2101.00001</link><description>&lt;p&gt;Sap flows."
        "&lt;/p&gt;</description><dc:creator>&lt;a href=&quot;x&quot;&gt;Ada Lee&lt;/a&gt;, "
        "&lt;a href=&quot;y&quot;&gt;Bo Ng&lt;/a&gt;</dc:creator></item></rdf:RDF>"
    )
    (record,) = found.records
    assert (record.title, record.abstract, record.authors) == (
        "Sap",
        "Sap flows.",
        ("Ada Lee", "Bo Ng"),
    )


def test_oai_records_in_all_their_formats() -> None:
    found = read(OAI)
    assert found.format == "oai-pmh"
    seeds, pollen, needles = found.records
    assert seeds == Record(
        title="Seeds of Trees",
        abstract="Seeds fall.",
        date="2007-04-02",
        authors=("Ada M. Lee Jr", "Consortium"),
        doi="10.1000/seed",
        arxiv_id="0704.0001",
        url="https://arxiv.org/abs/0704.0001",
        source="a.xml",
        line=5,
    )
    assert (pollen.abstract, pollen.authors) == ("Pollen fly far.", ("Bo Ng", "Ada Lee"))
    assert (pollen.date, pollen.doi, pollen.url) == (
        "2018-11",
        "10.1000/pollen",
        "https://repo.example/1234",
    )
    assert (needles.date, needles.authors) == ("2007-04-02", ("A. Lee", "B. Ng"))
    assert [reject.reason for reject in found.rejects] == [
        "Deleted from the archive; nothing else is said."
    ]
    (notice,) = found.notices
    assert notice.startswith("a.xml: one part of a list of 2000 records;")


def test_oai_answers_without_records_say_why() -> None:
    nothing = '<error code="noRecordsMatch">Nothing in this  range</error>'
    names = "<ListIdentifiers><header><identifier>oai:a:1</identifier></header></ListIdentifiers>"
    for inside, words in (
        (nothing, "noRecordsMatch (Nothing in this range)"),
        (names, "ListRecords instead of ListIdentifiers"),
    ):
        data = f"<OAI-PMH>{inside}</OAI-PMH>".encode()
        with pytest.raises(SourceError, match=r"^a\.xml: ") as caught:
            OAI_PMH.read(Document.from_bytes(data, source="a.xml"))
        assert words in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_entities_of_the_file_are_refused(kind: str) -> None:
    _, good = KINDS[kind]
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    head, _, rest = good.partition("\n")
    for dtd in (lines, '<!ENTITY x SYSTEM "file:///etc/hosts">'):
        found = read(f'{head}\n<!DOCTYPE x [<!ENTITY a0 "ha">{dtd}]>\n{rest}')
        assert not found.records
        assert "entities" in found.notices[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_entry_costs_itself_alone(kind: str) -> None:
    _, good = KINDS[kind]
    whole = read(good)
    title = whole.records[0].title.split()[0]
    spoilt = read(good.replace(f">{title}", f"><b>{title}", 1))
    assert len(spoilt.records) == len(whole.records) - 1
    assert spoilt.rejects[0].line == whole.records[0].line
    assert "line" in spoilt.rejects[0].reason
    last = max(good.rfind("</entry>"), good.rfind("</item>"), good.rfind("</record>"))
    cut = read(good[: last - 30])
    assert len(cut.records) == len(whole.records) - 1
    assert "cut off" in cut.rejects[-1].reason


def test_prefixes_and_namespaces_go() -> None:
    text = '<a:b xmlns:a="u" xml:lang="en" a:c="1" d="x:y">\n<e xmlns="v"\n f="g"/></a:b>'
    assert without_prefixes(text) == '<b xml:lang="en" d="x:y">\n<e\n f="g"/></b>'
    assert without_prefixes("a < b and c:d > e") == "a < b and c:d > e"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_mangled_files_are_read_or_said_to_be_unreadable(kind: str, data: st.DataObject) -> None:
    reader, good = KINDS[kind]
    survives(reader, data.draw(mangled(good)))


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("arxiv__arxiv_api_atom_100.xml", "arxiv-atom", 100),
        ("arxiv__oai_quant-ph_1994.xml", "oai-pmh", 39),
        ("hf__hf_feed_rss.xml", "feed", 30),
    ],
)
def test_real_answers(shared: Path, name: str, kind: str, count: int) -> None:
    found = read_document(Document.from_path(shared / "importer-samples" / name))
    assert (found.format, len(found.records), found.rejects) == (kind, count, ())
    for record in found.records:
        assert record.title
        assert record.abstract
        assert record.date
        assert record.arxiv_id
        assert not {"<", "\n"} & set(record.title)
