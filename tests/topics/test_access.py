"""Who may see and change the maps of a host, as one file and the environment say."""

from __future__ import annotations

from pathlib import Path

import pytest

from topics.access import Access, named, read_access, secrets_file
from topics.errors import PapermapError

_AUTH = {
    "PAPERMAP_AUTH_REDIRECT_URI": "https://maps.example.org/lab/oauth2callback",
    "PAPERMAP_AUTH_COOKIE_SECRET": "c" * 32,
    "PAPERMAP_AUTH_CLIENT_ID": "maps",
    "PAPERMAP_AUTH_CLIENT_SECRET": "hush-hush",
    "PAPERMAP_AUTH_SERVER_METADATA_URL": "https://id.example.org/.well-known/openid-configuration",
}
_LIST = {**_AUTH, "PAPERMAP_ACCESS": "list", "PAPERMAP_READERS": "@lab.example.org, b@c.de"}


def test_open_to_all_where_nothing_is_said() -> None:
    found = read_access(None, {})
    assert found == Access()
    assert found.may_read("")
    assert found.may_edit("")
    assert found.link_name("a map") == "a map"


def test_a_list_lets_in_addresses_and_whole_domains_and_no_others() -> None:
    found = read_access(None, {**_LIST, "PAPERMAP_EDITORS": "ada@example.org"}, base_path="/lab")
    for mail in ("x@lab.example.org", "X@LAB.example.org", " B@c.de", "ada@example.org"):
        assert found.may_read(mail), mail
    for mail in (
        "",
        "@lab.example.org.evil.org",
        "x@evil-lab.example.org",
        "x@sub.lab.example.org",
        "lab.example.org",
        "@lab.example.org",
        "a@b@lab.example.org",
        "a@c.de",
        "b@c.de@evil.org",
    ):
        assert not found.may_read(mail), mail
    assert found.may_edit("ADA@example.org")
    assert not found.may_edit("x@lab.example.org")


def test_without_editors_a_list_lets_nobody_change_anything() -> None:
    assert not read_access(None, _LIST).may_edit("b@c.de")


def test_links_depend_on_the_key_and_on_the_map() -> None:
    one, other = (
        read_access(None, {"PAPERMAP_ACCESS": "link", "PAPERMAP_LINK_KEY": key * 32})
        for key in "ab"
    )
    names = {one.link_name("m"), one.link_name("n"), other.link_name("m"), "m", "n"}
    assert len(names) == 5
    assert len(one.link_name("m")) == len("m-") + 26
    assert one.link_name("m") == one.link_name("m")


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text(
        '[papermap]\naccess = "open"\nreaders = ["a@b.de"]\n[other]\nkey = 1\n', encoding="utf-8"
    )
    assert read_access(file, {}).mode == "open"
    assert read_access(file, _LIST).mode == "list"
    assert not read_access(file, _LIST).may_read("a@b.de")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"PAPERMAP_ACCESS": "all"}, "one of open, link, list"),
        ({"PAPERMAP_READERS": ""}, "neither readers nor editors"),
        ({"PAPERMAP_READERS": "example.org"}, "@example.org"),
        ({"PAPERMAP_ACCESS": ""}, "who may read is not said"),
        ({"PAPERMAP_ACCESS": "link", "PAPERMAP_LINK_KEY": "short"}, "32 characters"),
        ({"PAPERMAP_AUTH_COOKIE_SECRET": "short"}, "cookie_secret"),
        ({"PAPERMAP_AUTH_CLIENT_SECRET": ""}, "lacks client_secret"),
        ({"PAPERMAP_AUTH_REDIRECT_URI": "http://maps.example.org/oauth2callback"}, "https"),
        ({"PAPERMAP_AUTH_REDIRECT_URI": "https://maps.example.org/"}, "/oauth2callback"),
    ],
)
def test_what_is_missing_is_said_and_no_secret_is(changes: dict[str, str], said: str) -> None:
    with pytest.raises(PapermapError, match=said) as refused:
        read_access(None, {**_LIST, **changes})
    assert "hush" not in str(refused.value)


def test_readers_are_named_but_nobody_can_sign_in() -> None:
    with pytest.raises(PapermapError, match=r"\[auth\] is missing"):
        read_access(None, {"PAPERMAP_ACCESS": "list", "PAPERMAP_READERS": "a@b.de"})


def test_a_provider_that_sends_readers_elsewhere_is_noticed() -> None:
    with pytest.raises(PapermapError, match=r"expected '/maps/oauth2callback'"):
        read_access(None, _LIST, base_path="/maps")


@pytest.mark.parametrize(
    "text",
    [
        "[papermap\naccess=",
        '[papermap]\nreader = ["a@b.de"]',
        "[papermap]\nreaders = 5",
        'papermap = "list"',
        "auth = true",
    ],
)
def test_a_file_that_is_not_understood_opens_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text(text + "\n# hush-hush", encoding="utf-8")
    with pytest.raises(PapermapError) as refused:
        read_access(file, {})
    assert "hush" not in str(refused.value)


def test_where_the_file_is_sought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert secrets_file({}) is None
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").touch()
    assert secrets_file({}) == tmp_path / ".streamlit" / "secrets.toml"
    assert secrets_file({"PAPERMAP_SECRETS": "none"}) is None
    with pytest.raises(PapermapError, match="which is no file"):
        secrets_file({"PAPERMAP_SECRETS": str(tmp_path / "missing.toml")})


def test_every_map_has_a_name_of_its_own() -> None:
    folders = [Path("/a/map"), Path("/b/map"), Path("/a/map"), Path("/")]
    assert list(named(folders)) == ["map", "map (2)", "map (3)"]
    assert "secret" not in repr(Access(link_key="secret", auth={"client_secret": "secret"}))
