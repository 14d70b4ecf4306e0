"""Bytes to text: the right letters, a notice for every guess, no text made of what is none."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.corpus import build_corpus
from topics.ledger import write_papers
from topics.sources.archives import is_archive
from topics.sources.decoding import decode, guess_encoding
from topics.sources.detect import read_sources
from topics.sources.document import Document
from topics.sources.filekinds import kind_of

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "cp1252": "Élévation des températures à l'été: une étude de cas sur les forêts d'Europe.",
    "latin-1": "Über die Größe von Gebäuden und Straßen: ein Überblick für Anfänger.",
    "cp1250": "Zażółć gęślą jaźń: analiza wpływu środowiska na życie w Łodzi i w Gdańsku.",
    "cp1251": "Исследование влияния температуры на рост растений в условиях севера.",
    "koi8-r": "Исследование влияния температуры на рост растений в условиях севера.",
    "cp1253": "Η επίδραση της θερμοκρασίας στην ανάπτυξη των φυτών.",
    "cp1254": "Türkiye'de öğrencilerin başarısı üzerine bir çalışma: değişkenler ve ışık.",
    "mac_roman": "Élévation des températures à l'été: une étude de cas.",
    "shift_jis": "機械学習による画像認識の研究について述べる。本論文では新しい手法を提案する。",
    "euc_jp": "機械学習による画像認識の研究について述べる。本論文では新しい手法を提案する。",
    "gb18030": "本文提出了一种新的机器学习方法，用于图像识别和自然语言处理。",
    "big5": "本文提出了一種新的機器學習方法，用於圖像識別和自然語言處理。",
    "cp949": "본 논문에서는 새로운 기계 학습 방법을 제안한다.",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_older_encodings_are_guessed_and_named(encoding: str) -> None:
    text = f"TI  - {TEXTS[encoding]}\n" * 4
    found = decode(b"TY  - JOUR\n" + text.encode(encoding))
    assert found.text == "TY  - JOUR\n" + text
    assert len(found.notices) == 1
    assert "Not valid UTF-8 from line 2 on" in found.notices[0]
    assert "save the file as UTF-8" in found.notices[0]


def test_latin_1_is_never_taken_for_central_european() -> None:
    for word in ("Naïve", "café", "Müller", "señor", "façade", "coördinate"):
        found = decode(f"Title: {word}\n".encode("latin-1"))
        assert found.text == f"Title: {word}\n"
        assert "Windows-1252" in found.notices[0]


def test_a_long_line_in_shift_jis_is_read_whole() -> None:
    text = TEXTS["shift_jis"] * 900
    assert decode(text.encode("shift_jis")).text == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_and_plain_unicode_need_no_notice(encoding: str) -> None:
    text = "naïve 中文 𝔸\nsecond line\n"
    found = decode(text.encode(encoding))
    assert (found.text, found.notices) == (text, ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_seen(encoding: str) -> None:
    text = "TY  - JOUR\nTI  - Naïve 中文\nER  - \n"
    assert decode(text.encode(encoding)).text == text
    assert guess_encoding(text.encode(encoding)) == encoding


def test_line_ends_and_marks_are_made_plain() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc\n").text == "a\nb\nc\n"
    assert decode(b"").text == ""
    assert decode("naïve".encode()[:-3]).text == "na"


def test_halves_of_characters_written_one_by_one() -> None:
    lone = decode(b"Lone " + "\ud800".encode("utf-8", "surrogatepass") + b" half\n")
    assert lone.text == "Lone \ufffd half\n"
    assert lone.notices == ("1 half of a character is shown as \ufffd, the first in line 1.",)
    both = "two \ud835\udd38 halves".encode("utf-8", "surrogatepass")
    assert decode(both).text == "two 𝔸 halves"
    assert decode(both).notices == ()


def test_one_bad_line_costs_only_itself() -> None:
    good = "Müller, José, 中文\n" * 3
    found = decode(good.encode() + "Jürgen\n".encode("latin-1") + good.encode())
    assert found.text == good + "Jürgen\n" + good
    assert "line 4" in found.notices[0]


def test_the_encoding_that_an_xml_file_names_is_used() -> None:
    text = "<?xml version='1.0' encoding='ISO-8859-2'?><a>Łódź</a>"
    found = decode(text.encode("iso8859-2"))
    assert (found.text, found.notices) == (text, ())


def test_an_encoding_named_by_the_user_is_used() -> None:
    data = "Příliš žluťoučký kůň".encode("cp1250")
    assert decode(data, encoding="cp1250").text == "Příliš žluťoučký kůň"
    assert decode(data, encoding="windows-1250").notices == ()
    unknown = decode("naïve".encode(), encoding="no-such")
    assert unknown.text == "naïve"
    assert "no-such" in unknown.notices[0]
    assert "not valid" in decode(b"na\xefve", encoding="utf-8").notices[0]


def test_wrongly_decoded_letters_are_repaired_and_shown() -> None:
    found = decode("first line\nNaÃ¯ve Bayes by MÃ¼ller\n".encode())
    assert found.text == "first line\nNaïve Bayes by Müller\n"
    assert "line 2" in found.notices[0]
    assert "“NaÃ¯ve”, now “Naïve”" in found.notices[0]


def mangled(text: str, encoding: str = "cp1252") -> str:
    return text.encode().decode(encoding)


MANGLED = "title,authors,abstract\r\n{},{},{}\r\nNaïve maps of trees,Müller Jo,Plain.\r\n".format(
    mangled("Naïve Bayes of old trees"),
    mangled("Müller José"),
    mangled("It’s – voilà – í done.", "latin-1"),
)


def test_what_the_file_has_in_place_of_repaired_letters_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(MANGLED.encode())
    reads = read_sources([tmp_path / "a.csv"])
    first, second = reads[0].records
    assert (first.title, first.authors) == ("Naïve Bayes of old trees", ("Müller José",))
    assert first.abstract == "It’s – voilà – í done."
    assert second.title == "Naïve maps of trees"
    assert reads[0].as_written == {
        0: {
            "title": "NaÃ¯ve Bayes of old trees",
            "authors": "MÃ¼ller JosÃ©",
            "abstract": ("Itâ\\x80\\x99s â\\x80\\x93 voilÃ â\\x80\\x93 Ã\\xad done."),
        }
    }
    corpus = build_corpus(reads)
    kept, other = corpus.ledger["reason"]
    assert kept.startswith(
        "Wrongly encoded letters are repaired; the file has the title “NaÃ¯ve Bayes of old trees”"
        ", the authors “MÃ¼ller JosÃ©” and the abstract “It"
    )
    assert other is None or other != other
    for name in ("papers.csv", "papers.parquet"):
        write_papers(corpus, tmp_path / name)
        table = pd.read_csv if name.endswith("csv") else pd.read_parquet
        rows = table(tmp_path / name).set_index("title")["as_written"]
        assert "a.csv, line 2, title: NaÃ¯ve Bayes of old trees" in rows["Naïve Bayes of old trees"]
        assert not len(rows["Naïve maps of trees"] if name.endswith("parquet") else "")
    write_papers(build_corpus(read_sources([made_plain(tmp_path)])), tmp_path / "b.csv")
    assert "as_written" not in (tmp_path / "b.csv").read_text(encoding="utf-8")


def made_plain(folder: Path) -> Path:
    file = folder / "plain.csv"
    file.write_text("title\nNaïve Bayes\n", encoding="utf-8")
    return file


def test_letters_that_only_json_gives_away_are_kept_too(tmp_path: Path) -> None:
    entries = [{"title": "Old trees", "abstract": "A"}, {"title": mangled("Größe der Bäume")}]
    file = tmp_path / "a.json"
    file.write_text(json.dumps(entries))
    (read,) = read_sources([file])
    assert read.records[1].title == "Größe der Bäume"
    assert read.as_written == {1: {"title": "GrÃ¶ÃŸe der BÃ¤ume"}}
    assert "1 record has wrongly encoded letters (the first in line" in read.notices[-1]


def test_a_merged_record_tells_both(tmp_path: Path) -> None:
    for name, text in (("a.csv", "Größe der Bäume"), ("b.csv", mangled("Größe der Bäume"))):
        (tmp_path / name).write_text(f"title,abstract\n{text},x\n", encoding="utf-8")
    corpus = build_corpus(read_sources([tmp_path]))
    assert list(corpus.ledger["reason"].dropna()) == [
        (
            "The same paper as line 2 of a.csv. Wrongly encoded letters are repaired; the file has "
            "the title “GrÃ¶ÃŸe der BÃ¤ume”."
        )
    ]


@pytest.mark.parametrize(
    "text",
    ["SÃO PAULO", "à Paris", "Âge d'or", "pão, mãe", "crème brûlée – “déjà vu”", "ÉTÉ À L’ÎLE"],
)
def test_letters_that_are_meant_stay(text: str) -> None:
    assert decode(text.encode()).text == text
    assert decode(text.encode()).notices == ()


def test_stray_zero_bytes_are_left_out_and_told() -> None:
    found = decode(b"line one\nli\x00ne two\n" + b"more text\n" * 20)
    assert found.text is not None
    assert found.text.startswith("line one\nline two\n")
    assert "1 zero byte" in found.notices[0]
    assert "line 2" in found.notices[0]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG image"),
        (b"\xff\xd8\xff\xe0", "JPEG image"),
        (b"MZ\x90\x00\x03\x00", "Windows program"),
        (b"\x7fELF\x02\x01", "a program"),
        (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}", "pickle"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"word/document.xml", "Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password-protected Office"),
        (b"SQLite format 3\x00", "Zotero"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"Rar!\x1a\x07\x00", "RAR archive"),
    ],
)
def test_what_is_no_text_is_told_by_its_kind(data: bytes, word: str) -> None:
    assert decode(data + b" " * 50).text is None
    assert word in str(kind_of(data + b" " * 50))


@pytest.mark.parametrize("word", ["ID3", "PAR1", "BZh", "RIFF", "GIF8", "MZ", "Rar!", "OggS"])
def test_words_that_are_marks_too_begin_a_text(word: str) -> None:
    text = f"{word} and old trees\n" * 3
    assert decode(text.encode()).text == text
    assert not is_archive(Document.from_bytes(text.encode(), source="a"))


def test_bytes_without_meaning_are_no_text() -> None:
    assert decode(bytes(range(256)) * 8).text is None
    assert decode(b"\x00" * 1000).text is None


@given(st.binary(max_size=400) | st.text(max_size=100).map(lambda text: text.encode("utf-16")))
def test_any_bytes_decode_or_are_no_text(data: bytes) -> None:
    for encoding in (None, "utf-8", "cp932", "nonsense", "utf-16"):
        found = decode(data, encoding=encoding)
        if found.text is not None:
            assert "\r" not in found.text
            assert not found.text.startswith("\ufeff")
    codecs.lookup(guess_encoding(data) or "utf-8")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"]), min_size=1, max_size=80))
def test_utf_8_comes_back_as_it_was_unless_it_was_repaired(text: str) -> None:
    data = text.encode()
    found = decode(data)
    assert found.text == text.removeprefix("\ufeff") or found.notices or kind_of(data)
