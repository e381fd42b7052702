"""Settings: defaults that work, and one clear line for each that does not."""

from __future__ import annotations

import pytest

from bot.errors import SettingsError
from bot.settings import Secret, TelegramMode, read_settings


def test_without_any_setting_everything_has_a_default() -> None:
    settings = read_settings({})
    assert (settings.host, settings.port, settings.retention_days) == ("127.0.0.1", 8080, 30)
    assert settings.clock_starts_at is None
    assert settings.telegram is None
    assert (settings.content / "pack.yaml").is_file()


def test_unanswered_questions_are_kept_for_ninety_days_or_not_at_all() -> None:
    assert read_settings({}).unanswered_days == 90
    assert read_settings({"MADOGUCHI_UNANSWERED_DAYS": "0"}).unanswered_days == 0


def test_a_clock_has_a_time_zone() -> None:
    settings = read_settings({"MADOGUCHI_CLOCK": "2022-07-01T10:00:00+09:00"})
    assert settings.clock_starts_at is not None
    assert settings.clock_starts_at.isoformat() == "2022-07-01T10:00:00+09:00"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MADOGUCHI_CLOCK", "2022-07-01T10:00:00", "no time zone"),
        ("MADOGUCHI_CLOCK", "令和4年", "no instant"),
        ("MADOGUCHI_CLOCK", "0001-01-01T00:00:00+09:00", "between the years"),
        ("MADOGUCHI_CLOCK", "9999-12-31T23:00:00+00:00", "between the years"),
        ("MADOGUCHI_CONTENT", "/nowhere", "no folder"),
        ("MADOGUCHI_TRUSTED_PROXIES", "proxy.example.jp", "no address or network"),
        ("MADOGUCHI_TRUSTED_PROXIES", "10.0.0.5,,", "no address or network"),
        ("MADOGUCHI_TRUSTED_PROXIES", "10.0.0.5/8", "no address or network"),
        ("MADOGUCHI_TRUSTED_PROXIES", "*,10.0.0.5", "no address or network"),
        ("MADOGUCHI_PORT", "eighty", "whole number"),
        ("MADOGUCHI_PORT", "65536", "whole number"),
        ("MADOGUCHI_PORT", "８０", "whole number"),
        ("MADOGUCHI_RETENTION_DAYS", "0", "whole number"),
        ("MADOGUCHI_LOG_LEVEL", "LOUD", "none of"),
        ("MADOGUCHI_PROT", "8080", "no such setting"),
    ],
)
def test_a_bad_setting_is_refused_by_name_with_what_to_put_there(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as refused:
        read_settings({name: value})
    assert refused.value.setting == name


def test_a_webhook_needs_its_address_and_its_secret() -> None:
    token = {"MADOGUCHI_TELEGRAM_TOKEN": "1:x", "MADOGUCHI_TELEGRAM_MODE": "webhook"}
    with pytest.raises(SettingsError, match="WEBHOOK_URL"):
        read_settings(token)
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET"):
        read_settings(token | {"MADOGUCHI_TELEGRAM_WEBHOOK_URL": "https://example.jp/telegram/webhook"})


WEBHOOK = {
    "MADOGUCHI_TELEGRAM_TOKEN": "1:x",
    "MADOGUCHI_TELEGRAM_MODE": "webhook",
    "MADOGUCHI_TELEGRAM_WEBHOOK_URL": "https://example.jp/telegram/webhook",
    "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET": "A-z_0",
}


def test_a_webhook_that_telegram_will_take_is_taken() -> None:
    telegram = read_settings(WEBHOOK | {"MADOGUCHI_TELEGRAM_WEBHOOK_SECRET": "s" * 256}).telegram
    assert telegram is not None
    assert telegram.webhook_url == "https://example.jp/telegram/webhook"


@pytest.mark.parametrize(
    "url",
    ["notaurl", "http://example.jp/telegram/webhook", "https://", "https://[x/", "https://例.jp/", "https://a b/"],
)
def test_a_webhook_telegram_cannot_call_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="no https address") as refused:
        read_settings(WEBHOOK | {"MADOGUCHI_TELEGRAM_WEBHOOK_URL": url})
    assert refused.value.setting == "MADOGUCHI_TELEGRAM_WEBHOOK_URL"


@pytest.mark.parametrize("secret", ["päss word", "a b", "a\n", "s" * 257])
def test_a_secret_telegram_would_refuse_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(SettingsError, match="A-Z a-z 0-9 _ -") as refused:
        read_settings(WEBHOOK | {"MADOGUCHI_TELEGRAM_WEBHOOK_SECRET": secret})
    assert refused.value.setting == "MADOGUCHI_TELEGRAM_WEBHOOK_SECRET"
    assert secret not in str(refused.value)


def test_only_a_proxy_on_this_machine_is_trusted_unless_others_are_named() -> None:
    assert read_settings({}).trusted_proxies == ("127.0.0.1", "::1")
    named = read_settings({"MADOGUCHI_TRUSTED_PROXIES": "10.0.0.5, 10.1.0.0/16"})
    assert named.trusted_proxies == ("10.0.0.5", "10.1.0.0/16")
    assert read_settings({"MADOGUCHI_TRUSTED_PROXIES": "*"}).trusted_proxies == ("*",)


def test_polling_is_telegrams_default() -> None:
    telegram = read_settings({"MADOGUCHI_TELEGRAM_TOKEN": "1:x"}).telegram
    assert telegram is not None
    assert telegram.mode is TelegramMode.POLLING


def test_a_secret_does_not_show_itself() -> None:
    settings = read_settings({"MADOGUCHI_TELEGRAM_TOKEN": "1:very-secret"})
    assert "very-secret" not in repr(settings)
    assert Secret("x").reveal() == "x"


def test_line_needs_its_secret_and_its_token_and_shows_neither() -> None:
    both = {"MADOGUCHI_LINE_CHANNEL_SECRET": "hush", "MADOGUCHI_LINE_ACCESS_TOKEN": "quiet"}
    for missing in both:
        with pytest.raises(SettingsError, match=missing):
            read_settings({name: value for name, value in both.items() if name != missing})
    line = read_settings(both).line
    assert line is not None
    assert (line.channel_secret.reveal(), line.access_token.reveal()) == ("hush", "quiet")
    assert "hush" not in repr(line)
    assert "quiet" not in repr(line)
    assert (line.host, line.push_budget, line.push_kept_percent) == ("https://api.line.me", None, 20)


def test_a_push_budget_may_be_nothing_at_all() -> None:
    both = {"MADOGUCHI_LINE_CHANNEL_SECRET": "hush", "MADOGUCHI_LINE_ACCESS_TOKEN": "quiet"}
    line = read_settings({**both, "MADOGUCHI_LINE_PUSH_BUDGET": "0"}).line
    assert line is not None
    assert line.push_budget == 0


def test_the_public_address_is_https() -> None:
    assert read_settings({"MADOGUCHI_PUBLIC_URL": "https://desk.example/"}).public_url == "https://desk.example"
    with pytest.raises(SettingsError, match="no https"):
        read_settings({"MADOGUCHI_PUBLIC_URL": "http://desk.example"})
