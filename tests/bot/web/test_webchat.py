"""The web chat's JSON over real HTTP: who may call, what comes back, and that nothing counts twice."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bot.web.served import Served

PATH = "/webchat/v1/messages"
Messages = list[dict[str, Any]]

careless = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def says(client: httpx.Client, event_id: str, **body: object) -> Messages:
    response = client.post(PATH, json={"event_id": event_id, **body})
    assert response.status_code == 200, response.text
    messages: Messages = response.json()["messages"]
    return messages


def reads(client: httpx.Client, after: int = 0, wait: int = 0) -> Messages:
    response = client.get(PATH, params={"after": after, "wait": wait})
    assert response.status_code == 200, response.text
    messages: Messages = response.json()["messages"]
    return messages


def refusal(response: httpx.Response) -> tuple[int, str]:
    error = response.json()["error"]
    assert set(error) == {"code", "message"}
    return response.status_code, error["code"]


class TestTalking:
    def test_who_opens_the_chat_is_greeted_with_choices(self, client: httpx.Client) -> None:
        (greeting,) = says(client, "1", opened=True)
        assert greeting["kind"] == "menu"
        assert greeting["choices"][0]["label"].startswith("1. ")
        assert greeting["attachments"] == []

    def test_who_opens_the_english_page_is_greeted_in_english(self, client: httpx.Client) -> None:
        assert says(client, "1", opened=True, lang="en")[0]["lang"] == "en"

    def test_a_question_is_answered(self, client: httpx.Client) -> None:
        (answer,) = says(client, "1", text="駐車場はありますか")
        assert answer["kind"] == "answer"
        assert "駐車場" in answer["text"]

    def test_a_choice_does_what_it_says(self, client: httpx.Client) -> None:
        says(client, "1", opened=True)
        assert says(client, "2", choice="lang:en")[0]["lang"] == "en"

    def test_the_number_of_a_choice_can_be_typed(self, client: httpx.Client) -> None:
        (greeting,) = says(client, "1", opened=True)
        pressed = says(client, "2", choice=greeting["choices"][0]["choice"])
        says(client, "3", choice="restart")
        assert says(client, "4", text="１")[0]["text"] == pressed[0]["text"]

    def test_an_empty_text_gets_a_kind_answer(self, client: httpx.Client) -> None:
        assert says(client, "1", text="  \u200b ")[0]["text"]

    def test_a_very_long_text_gets_a_kind_answer(self, client: httpx.Client) -> None:
        assert says(client, "1", text="あ" * 10_000)[0]["text"]

    def test_half_a_character_gets_a_kind_answer(self, client: httpx.Client) -> None:
        response = client.post(
            PATH, content=b'{"event_id":"1","text":"\\ud83d"}', headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 200

    def test_a_choice_nobody_knows_gets_a_kind_answer(self, client: httpx.Client) -> None:
        assert says(client, "1", choice="ask:long.gone")[0]["text"]

    def test_an_event_sent_again_gets_the_same_answer_and_changes_nothing(self, client: httpx.Client) -> None:
        first = says(client, "1", text="駐車場はありますか")
        assert says(client, "1", text="駐車場はありますか") == first
        assert reads(client) == first

    def test_an_event_sent_many_times_at_once_counts_once(self, client: httpx.Client) -> None:
        says(client, "0", opened=True)
        answers: list[Messages] = []
        threads = [
            threading.Thread(target=lambda: answers.append(says(client, "1", text="駐車場はありますか")))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [answers[0]] * 8
        assert len(reads(client)) == 2


class TestReading:
    def test_a_stranger_reads_nothing_and_gets_no_session(self, client: httpx.Client) -> None:
        assert reads(client) == []
        assert not client.cookies

    def test_what_was_said_can_be_read_again_in_order(self, client: httpx.Client) -> None:
        said = [*says(client, "1", opened=True), *says(client, "2", choice="menu")]
        assert reads(client) == said
        assert reads(client, after=said[0]["id"]) == said[1:]

    def test_nobody_reads_what_was_said_to_another(self, served: Served, client: httpx.Client) -> None:
        says(client, "1", opened=True)
        with httpx.Client(base_url=served.url) as other:
            assert [message["kind"] for message in says(other, "1", text="駐車場はありますか")] == ["answer"]
            assert len(reads(other)) == 1

    def test_waiting_ends_when_something_is_said(self, served: Served, client: httpx.Client) -> None:
        last_id = says(client, "1", opened=True)[-1]["id"]
        heard: list[Messages] = []
        waiting = threading.Thread(target=lambda: heard.append(reads(client, last_id, wait=25)))
        started_at = time.monotonic()
        waiting.start()
        said = says(client, "2", choice="menu")
        waiting.join()
        assert heard == [said]
        assert time.monotonic() - started_at < 20

    def test_waiting_ends_empty_when_nothing_is_said(self, client: httpx.Client) -> None:
        last_id = says(client, "1", opened=True)[-1]["id"]
        assert reads(client, last_id, wait=1) == []

    @pytest.mark.parametrize(
        "query", ["after=-1", "after=x", "after=９", "after=1e3", "after=" + "9" * 30, "wait=x", "wait=-1", "wait=1.5"]
    )
    def test_a_number_that_is_none_is_refused(self, client: httpx.Client, query: str) -> None:
        assert refusal(client.get(f"{PATH}?{query}"))[0] == 400


class TestRefusing:
    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param({"Origin": "https://evil.example"}, id="another site"),
            pytest.param({"Origin": "null"}, id="no site"),
            pytest.param({"Origin": "http://["}, id="no address at all"),
            pytest.param({"Sec-Fetch-Site": "cross-site"}, id="the browser says another site"),
            pytest.param({"Sec-Fetch-Site": "same-site"}, id="the browser says a neighbour"),
        ],
    )
    def test_another_sites_page_may_not_call(self, client: httpx.Client, headers: dict[str, str]) -> None:
        response = client.post(PATH, json={"event_id": "1", "text": "a"}, headers=headers)
        assert refusal(response) == (403, "other_origin")
        assert refusal(client.get(PATH, headers=headers)) == (403, "other_origin")

    def test_the_desks_own_page_may_call(self, served: Served, client: httpx.Client) -> None:
        headers = {"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
        assert client.post(PATH, json={"event_id": "1", "opened": True}, headers=headers).status_code == 200

    def test_what_is_not_sent_as_json_is_refused(self, client: httpx.Client) -> None:
        response = client.post(PATH, content=b'{"event_id":"1","text":"a"}', headers={"Content-Type": "text/plain"})
        assert refusal(response) == (415, "not_json")

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 60_000, b"9" * 60_000], ids=repr)
    def test_what_is_no_json_is_refused(self, client: httpx.Client, body: bytes) -> None:
        response = client.post(PATH, content=body, headers={"Content-Type": "application/json; charset=utf-8"})
        assert refusal(response) == (400, "bad_json")

    def test_what_is_no_event_is_refused(self, client: httpx.Client) -> None:
        assert refusal(client.post(PATH, json={"event_id": "1"})) == (400, "bad_event")

    def test_a_body_of_64_kb_is_read_and_a_byte_more_is_not(self, client: httpx.Client) -> None:
        frame = len(json.dumps({"event_id": "1", "text": ""}))
        headers = {"Content-Type": "application/json"}
        just, over = (json.dumps({"event_id": "1", "text": "a" * (65536 - frame + more)}).encode() for more in (0, 1))
        assert len(just) == 65536
        assert client.post(PATH, content=just, headers=headers).status_code == 200
        assert refusal(client.post(PATH, content=over, headers=headers)) == (413, "too_large")

    def test_a_body_without_end_is_cut(self, client: httpx.Client) -> None:
        response = client.post(
            PATH, content=(b" " * 1024 for _ in range(100)), headers={"Content-Type": "application/json"}
        )
        assert refusal(response) == (413, "too_large")

    def test_another_method_and_another_path_are_refused_in_json(self, client: httpx.Client) -> None:
        assert refusal(client.put(PATH)) == (405, "method_not_allowed")
        assert refusal(client.get("/webchat/v2/messages")) == (404, "not_found")

    @careless
    @given(body=st.binary(max_size=200) | st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["event_id", "text", "choice", "opened", "lang"]), inner),
        max_leaves=6,
    ).map(lambda value: json.dumps(value).encode()))  # fmt: skip
    def test_whatever_a_stranger_sends_is_no_fault_of_ours(self, served: Served, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        response = httpx.post(served.url + PATH, content=body, headers=headers, timeout=30)
        assert response.status_code in {200, 400}

    @careless
    @given(
        text=st.text(max_size=60) | st.text(alphabet="0123456789０１マイナ/:暗証番号 ", max_size=30),
        is_choice=st.booleans(),
    )
    def test_whatever_a_resident_types_is_answered(self, served: Served, text: str, is_choice: bool) -> None:
        body = {"event_id": "1", ("choice" if is_choice else "text"): text}
        response = httpx.post(served.url + PATH, json=body, timeout=30)
        assert response.status_code == 200
        assert response.json()["messages"]


class TestKeeping:
    def test_every_answer_tells_the_browser_to_be_strict(self, client: httpx.Client) -> None:
        for response in (client.get("/"), client.get(PATH), client.get("/nowhere"), client.get("/static/chat.js")):
            assert response.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["cross-origin-opener-policy"] == "same-origin"
            assert response.headers["referrer-policy"] == "same-origin"
        assert client.get(PATH).headers["cache-control"] == "no-store"

    def test_neither_the_cookie_nor_what_was_typed_is_in_the_database(
        self, served: Served, client: httpx.Client
    ) -> None:
        says(client, "1", text="ひみつの言葉はミドリガメ")
        folder = Path(served.settings.database_url.removeprefix("sqlite+aiosqlite:///")).parent
        stored = b"".join(file.read_bytes() for file in folder.iterdir())
        assert client.cookies["madoguchi"].encode() not in stored
        assert "ミドリガメ".encode() not in stored

    def test_the_session_lasts_over_several_events(self, client: httpx.Client) -> None:
        says(client, "1", opened=True)
        first = client.cookies["madoguchi"]
        says(client, "2", choice="menu")
        assert client.cookies["madoguchi"] == first
