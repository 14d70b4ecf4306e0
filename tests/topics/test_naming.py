"""Names from a language model: taken only where the papers bear them out, and never needed."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.topics.corpora import Told, make_corpus
from topics import sample
from topics.chat import KEY_VARIABLE, ChatModel, NoAnswer
from topics.clustering import Clustering
from topics.errors import SettingsError
from topics.hierarchy import Group
from topics.naming import NO_MODEL, check_settings, propose_names
from topics.pipeline import build
from topics.settings import BuildSettings
from topics.stages import Described
from topics.store import NullCache, StageCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from topics.corpus import Corpus
    from topics.topicmap import TopicMap


class Fake:
    """A local address that answers as told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answer: Callable[[str], str | bytes | int] = lambda _: "Nothing"
        self.wait = 0.0
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.asked.append({"path": self.path, **body})
                fake.keys.append(self.headers.get("Authorization"))
                time.sleep(fake.wait)
                given = fake.answer(body["messages"][-1]["content"])
                if isinstance(given, int):
                    self.send_response(given)
                    self.send_header("Location", "/elsewhere")
                    self.end_headers()
                    return
                if isinstance(given, str):
                    given = json.dumps({"choices": [{"message": {"content": given}}]}).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(given)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def fake() -> Iterator[Fake]:
    found = Fake()
    yield found
    found.server.shutdown()
    found.server.server_close()


FLOWS = "Normalizing flows map densities. We study LoRA adapters of flow models."
CODECS = "Speech codecs compress audio. Neural codecs for speech."


@pytest.fixture
def corpus() -> Corpus:
    return make_corpus(
        [(f"Flow paper {n}", FLOWS) for n in range(4)]
        + [(f"Codec paper {n}", CODECS) for n in range(4)]
    )


@pytest.fixture
def described(corpus: Corpus) -> Described:
    labels = np.array([0 if "Flow" in title else 1 for title in corpus.papers["title"]])
    rows = [tuple(int(row) for row in np.flatnonzero(labels == topic)) for topic in (0, 1)]
    return Described(
        Clustering(labels, np.ones(8), labels),
        ("Normalizing flows", "Speech codecs"),
        (("flows", "densities"), ("codecs", "speech")),
        (rows[0], rows[1]),
        (Group((0, 1), -1, "Generative audio", ("flows", "codecs"), rows[0]),),
        (0, 0),
    )


def _settings(url: str) -> BuildSettings:
    return BuildSettings(name_model="tiny", name_url=url)


def _by_topic(**answers: str | int) -> Callable[[str], str | int]:
    """Answer by what the titles are about; the group is the one that holds others."""

    def answer(question: str) -> str | int:
        if "It holds:" in question:
            return answers.get("group", "Nothing")
        return answers["flow" if "Flow paper" in question else "codec"]

    return answer


def test_by_default_nobody_is_asked(corpus: Corpus, described: Described) -> None:
    assert BuildSettings().name_model == NO_MODEL
    named = propose_names(corpus, described, BuildSettings(), NullCache())
    assert named.described is described
    assert (named.evidence, named.notices) == (None, ())


def test_a_name_that_papers_bear_out_is_taken(
    fake: Fake, corpus: Corpus, described: Described, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    fake.answer = _by_topic(
        flow='<think>Hm, flows.</think>\n1. **"lora adapters"**\n2. Normalizing flows',
        codec="- Neural audio codecs.",
    )
    named = propose_names(corpus, described, _settings(fake.url), NullCache())
    assert named.described.names == ("LoRA adapters", "Neural audio codecs")
    assert named.described.groups[0].name == "Generative audio"
    assert named.evidence is not None
    assert (named.evidence["model"], named.evidence["asked"], named.evidence["accepted"]) == (
        "tiny",
        3,
        2,
    )
    first = named.evidence["proposals"][1]
    assert first["found"] == "Normalizing flows"
    assert (first["accepted"], first["papers_with_it"], first["papers"]) == ("LoRA adapters", 4, 4)
    assert fake.asked[0]["path"] == "/v1/chat/completions"
    assert fake.asked[0]["model"] == "tiny"
    assert fake.asked[0]["temperature"] == 0
    assert fake.keys == ["Bearer secret"] * 3
    assert "secret" not in json.dumps(named.evidence)
    assert "2 were taken" in named.notices[0]


@pytest.mark.parametrize(
    ("proposal", "why"),
    [
        ("Flows", "two to five words"),
        ("Normalizing flows of many very different densities", "two to five words"),
        ("Quantum flows", "“Quantum” is in 0 of 4 papers"),
        ("Speech codecs", "“Speech” is in 0 of 4 papers"),
        ("Flows of", "linking word"),
        ("<b>flows</b> densities", "more than words"),
        ("densities / flows", "more than words"),
    ],
)
def test_a_name_that_papers_do_not_bear_out_is_not(
    fake: Fake, corpus: Corpus, described: Described, proposal: str, why: str
) -> None:
    fake.answer = _by_topic(flow=proposal, codec="Speech codecs")
    named = propose_names(corpus, described, _settings(fake.url), NullCache())
    assert named.described.names == ("Normalizing flows", "Speech codecs")
    assert named.evidence is not None
    refused = named.evidence["proposals"][1]["refused"]
    assert why in refused[0]["why"]


def test_no_two_names_say_the_same(fake: Fake, described: Described) -> None:
    text = "Neural codecs. Speech codecs of densities. Normalizing flows."
    corpus = make_corpus(
        [(f"Flow paper {n}", text) for n in range(4)]
        + [(f"Codec paper {n}", text) for n in range(4)]
    )
    fake.answer = _by_topic(
        flow="Neural codecs", codec="Neural codecs\nNeural codec\nSpeech codecs"
    )
    named = propose_names(corpus, described, _settings(fake.url), NullCache())
    assert named.described.names == ("Neural codecs", "Speech codecs")
    assert named.evidence is not None
    assert len(named.evidence["proposals"][2]["refused"]) == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (500, "status 500"),
        (302, "status 302"),
        (b"<html>no</html>", "not that of a chat model"),
        (b'{"choices": []}', "not that of a chat model"),
        (b'{"choices": [{"message": {"content": 7}}]}', "empty"),
        ("  ", "empty"),
    ],
)
def test_without_an_answer_names_stay_and_it_is_said(
    fake: Fake, corpus: Corpus, described: Described, answer: str | bytes | int, told: str
) -> None:
    fake.answer = lambda _: answer
    named = propose_names(corpus, described, _settings(fake.url), NullCache())
    assert named.described.names == described.names
    assert told in named.notices[0]
    assert "All names are those found without it." in named.notices[0]


def test_nobody_there_is_said(corpus: Corpus, described: Described) -> None:
    named = propose_names(corpus, described, _settings("http://127.0.0.1:9/v1"), NullCache())
    assert named.described.names == described.names
    assert "cannot be reached" in named.notices[0]


def test_a_late_answer_is_not_waited_for(fake: Fake) -> None:
    fake.wait = 0.5
    with pytest.raises(NoAnswer, match="within"):
        ChatModel(url=fake.url, model="tiny", timeout=0.1).ask("a", "b")


def test_some_answers_are_better_than_none(
    fake: Fake, corpus: Corpus, described: Described
) -> None:
    fake.answer = _by_topic(group=503, flow="LoRA adapters", codec=503)
    named = propose_names(corpus, described, _settings(fake.url), NullCache())
    assert named.described.names == ("LoRA adapters", "Speech codecs")
    assert "1 of 3" in named.notices[0]
    assert "status 503" in named.notices[0]


def test_answers_are_kept_and_failures_are_not(
    fake: Fake, corpus: Corpus, described: Described, tmp_path: Path
) -> None:
    cache = StageCache(tmp_path)
    fake.answer = lambda _: 500
    propose_names(corpus, described, _settings(fake.url), cache)
    fake.answer = _by_topic(flow="LoRA adapters", codec="Speech codecs")
    one = propose_names(corpus, described, _settings(fake.url), cache)
    asked = len(fake.asked)
    other = propose_names(corpus, described, _settings(fake.url), cache)
    assert len(fake.asked) == asked
    assert one.described.names == other.described.names == ("LoRA adapters", "Speech codecs")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:1/v1",
        "file:///etc/passwd",
        "http://",
        "https://me:pw@x.org/v1",
        "http://[::1",
    ],
)
def test_an_address_that_cannot_be_one_fails_early(url: str) -> None:
    with pytest.raises(SettingsError, match="--name-url"):
        check_settings(_settings(url))


def test_a_key_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    with pytest.raises(SettingsError, match=KEY_VARIABLE):
        check_settings(_settings("http://example.org/v1"))
    check_settings(_settings("https://example.org/v1"))
    check_settings(_settings("http://localhost:11434/v1"))


def test_a_build_keeps_the_evidence_and_says_what_failed(
    fake: Fake, tmp_path: Path, sample_map: TopicMap
) -> None:
    fake.answer = lambda _: 500
    told = Told()
    assert sample_map.path is not None
    built = build(
        [sample.folder()],
        tmp_path / "map",
        settings=_settings(fake.url),
        cache=StageCache(sample_map.path.with_name("cache")),
        progress=told,
    )
    assert list(built.topics["name"]) == list(sample_map.topics["name"])
    assert list(built.groups["name"]) == list(sample_map.groups["name"])
    assert len(fake.asked) == 3, "it went on asking"
    (said,) = (note for note in told.notes if "status 500" in note)
    assert said in built.manifest["notices"]
    names = built.manifest["names"]
    assert (names["accepted"], names["proposals"], names["model"]) == (0, [], "tiny")
