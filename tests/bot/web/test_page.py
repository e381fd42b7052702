"""The page as it leaves the server: its language, its band, its telephone numbers, and nothing from elsewhere."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.bot.web.served import Served


def page(client: httpx.Client, path: str = "/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.text


def code_shown(html: str) -> str:
    found = re.search(r'<body data-language="([\w-]+)"', html)
    assert found
    return found[1]


def test_the_page_is_japanese_first(client: httpx.Client) -> None:
    html = page(client)
    assert code_shown(html) == "ja"
    assert '<html lang="ja">' in html


@pytest.mark.parametrize(("code", "spoken"), [("ja", "ja"), ("ja-easy", "ja"), ("en", "en")])
def test_the_page_comes_in_the_language_asked_for(client: httpx.Client, code: str, spoken: str) -> None:
    html = page(client, f"/?lang={code}")
    assert code_shown(html) == code
    assert f'<html lang="{spoken}">' in html


def test_the_language_is_remembered(client: httpx.Client) -> None:
    page(client, "/?lang=en")
    assert code_shown(page(client)) == "en"
    page(client, "/?lang=ja")
    assert code_shown(page(client)) == "ja"


@pytest.mark.parametrize("code", ["fr", "", "<script>", "JA"])
def test_a_language_we_do_not_have_is_japanese(client: httpx.Client, code: str) -> None:
    html = client.get("/", params={"lang": code}).text
    assert code_shown(html) == "ja"
    assert "<script>" not in html


def test_looking_at_the_page_does_not_start_a_session(client: httpx.Client) -> None:
    page(client)
    assert not client.cookies


def test_a_demonstrations_clock_is_said_in_a_band(client: httpx.Client) -> None:
    assert "デモ：日付は<strong>令和4年7月1日" in page(client)
    assert "1 July 2022" in page(client, "/?lang=en")


@pytest.mark.parametrize("code", ["ja", "ja-easy", "en"])
def test_the_telephone_numbers_are_there_without_a_script(client: httpx.Client, code: str) -> None:
    before_script, _, _ = page(client, f"/?lang={code}").partition('role="log"')
    assert 'href="tel:0120950178">0120-95-0178</a>' in before_script
    assert 'href="tel:0424707722">042-470-7722</a>' in before_script


def test_every_file_the_page_loads_is_the_desks_own_and_is_there(client: httpx.Client) -> None:
    html = page(client)
    loaded = re.findall(r'<(?:script|link)[^>]+(?:src|href)="([^"]+)"', html)
    scripts = [name for path in loaded if path.endswith("chat.js") for name in imported(client, path)]
    assert len(loaded) == 4
    assert len(scripts) == 3
    assert [path for path in (*loaded, *scripts) if client.get(path).status_code != 200] == []
    assert not re.search(r" (?:style|on\w+)=", html)


def imported(client: httpx.Client, path: str) -> list[str]:
    return [f"/static/{name}" for name in re.findall(r'from "\./(\w+\.js)"', client.get(path).text)]


def test_a_file_that_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/static/chat.css")
    assert first.headers["cache-control"] == "no-cache"
    assert client.get("/static/chat.css", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_nothing_outside_the_folder_is_served(client: httpx.Client) -> None:
    assert client.get("/static/..%2fpage.py").status_code == 404


def test_with_the_real_clock_there_is_no_band(tmp_path_factory: pytest.TempPathFactory) -> None:
    service = Served(tmp_path_factory.mktemp("real"), is_demo=False)
    service.start()
    try:
        assert 'class="demo"' not in httpx.get(service.url).text
    finally:
        service.stop()
