from __future__ import annotations

import asyncio
import io
import os
import stat
import sys
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.scripted_library import EXAMPLES, bridge_library
from tests.served_window import served
from ui import cli
from ui.accounts import AccountsError, hashed, is_right, keep_account, read_accounts, remove_account
from ui.guard import Guard
from ui.listening import AddressError, check_access, listener_at
from ui.login import Door, user_of
from ui.tries import Tries

PASSWORD = "correct horse battery"
ADDRESS = "http://office:7860"


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def _window(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"for {user_of(Request(scope))}")(scope, receive, send)


@pytest.fixture(scope="module")
def accounts() -> dict[str, str]:
    return {"ada": hashed(PASSWORD), "bo": hashed("another password")}


@pytest.fixture()
def clock() -> Clock:
    return Clock()


@pytest.fixture()
def app(accounts: dict[str, str], clock: Clock) -> Guard:
    return Guard(Door(_window, accounts, clock=clock), hosts=["office"], has_login=True)


def _client(app: Guard, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 5))
    return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers)


async def _login(client: httpx.AsyncClient, name: str = "ada", password: str = PASSWORD) -> httpx.Response:
    return await client.post("/login", data={"name": name, "password": password}, headers={"origin": ADDRESS})


def test_nothing_is_reached_without_a_login(app: Guard) -> None:
    async def check() -> None:
        async with _client(app) as client:
            for path in ("/", "/config", "/gradio_api/info", "/gradio_api/queue/data", "/theme.css", "/assets/a.js"):
                answer = await client.get(path)
                assert (answer.status_code, answer.text) == (401, "Log in first."), path
            answer = await client.post("/gradio_api/call/ask", json={"data": ["x", 3]})
            assert answer.status_code == 401 and "Basic" in answer.headers["www-authenticate"]

    asyncio.run(check())


def test_a_browser_is_sent_to_the_login_page_and_never_asks_by_itself(app: Guard) -> None:
    async def check() -> None:
        async with _client(app) as client:
            page = await client.get("/", headers={"accept": "text/html", "sec-fetch-mode": "navigate"})
            assert (page.status_code, page.headers["location"]) == (303, "/login")
            fetched = await client.get("/config", headers={"sec-fetch-mode": "cors"})
            assert fetched.status_code == 401 and "www-authenticate" not in fetched.headers

    asyncio.run(check())


def test_the_right_password_opens_the_door_until_it_is_closed(app: Guard, clock: Clock) -> None:
    async def check() -> None:
        async with _client(app) as client:
            answer = await _login(client)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("quoteback-7860=") and "HttpOnly" in cookie
            assert "samesite=strict" in cookie.casefold() and "Max-Age=43200" in cookie
            assert (await client.get("/")).text == "for ada"
            left = dict(client.cookies)
            assert (await client.get("/logout")).status_code == 405
            assert (await client.post("/logout", headers={"origin": ADDRESS})).status_code == 303
            client.cookies.update(left)
            assert (await client.get("/")).status_code == 401
            client.cookies.clear()
            await _login(client)
            clock.now += 12 * 3_600 - 1
            assert (await client.get("/")).text == "for ada"
            clock.now += 2
            assert (await client.get("/")).status_code == 401

    asyncio.run(check())


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong"), ("ada", ""), ("bo", PASSWORD), ("nobody", PASSWORD), ("", "")]
)
def test_a_wrong_name_or_password_says_only_that_they_do_not_fit(app: Guard, name: str, password: str) -> None:
    async def check() -> None:
        async with _client(app) as client:
            answer = await _login(client, name, password)
            assert answer.status_code == 401 and "set-cookie" not in answer.headers
            assert "This name and this password do not belong together." in answer.text

    asyncio.run(check())


def test_three_wrong_tries_of_a_name_close_the_door_for_a_minute(app: Guard, clock: Clock) -> None:
    async def check() -> None:
        async with _client(app) as client:
            answers = [await _login(client, password=f"wrong {i}") for i in range(3)]
            assert [answer.status_code for answer in answers] == [401] * 3
            late = await _login(client)  # even the right one is not looked at
            assert late.status_code == 429 and "Too many wrong tries. Wait 60 seconds." in late.text
            assert (await client.get("/", auth=("ada", PASSWORD))).status_code == 429
            assert (await _login(client, "bo", "another password")).status_code == 303
            clock.now += 61
            assert (await _login(client)).status_code == 303

    asyncio.run(check())


def test_five_wrong_tries_of_an_address_close_the_door_for_less_than_a_minute(app: Guard, clock: Clock) -> None:
    async def check() -> None:
        async with _client(app) as client, _client(app) as inside:
            assert (await _login(inside)).status_code == 303
            for i in range(5):
                assert (await _login(client, f"name {i}", "wrong")).status_code == 401
                clock.now += 8
            late = await _login(client)
            assert late.status_code == 429 and "Wait 20 seconds." in late.text
            assert (await inside.get("/")).text == "for ada"
            clock.now += 20
            assert (await _login(client)).status_code == 303

    asyncio.run(check())


def test_the_address_of_a_wrong_try_is_logged_and_nothing_else(app: Guard, caplog: pytest.LogCaptureFixture) -> None:
    async def check() -> None:
        async with _client(app) as client:
            await _login(client, "ada", "my secret 123")

    asyncio.run(check())
    assert [record.getMessage() for record in caplog.records if record.name == "ui.tries"] == [
        "a wrong name or password from 192.0.2.1"
    ]


@pytest.mark.parametrize(("n_addresses", "n_taken"), [(1, 5), (100, 50)])
def test_of_a_hundred_wrong_tries_few_are_looked_at(clock: Clock, n_addresses: int, n_taken: int) -> None:
    tries = Tries(clock)
    looked_at = 0
    for i in range(100):
        address = f"192.0.2.{i % n_addresses}"
        if not tries.wait(address, f"name {i}"):
            tries.note(address, f"name {i}")
            looked_at += 1
    assert looked_at == n_taken
    assert tries.wait("192.0.2.0", "ada") == pytest.approx(60)


_steps = st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 30), st.booleans())


@given(st.lists(_steps, max_size=60))
def test_a_try_is_taken_while_fewer_of_the_last_minute_were_wrong(steps: list[tuple[str, str, int, bool]]) -> None:
    """Compared with counting: 3 for a name from one address, 5 from one address, whoever got it right in between."""
    clock = Clock()
    tries = Tries(clock)
    wrong: list[tuple[float, str, str]] = []

    def is_taken(at: float, address: str, name: str) -> bool:
        counted = [by for when, *by in wrong if at - 60 < when <= at and by[0] == address]
        return len(counted) < 5 and counted.count([address, name]) < 3

    for address, name, seconds, fits in steps:
        clock.now += seconds
        wait = tries.wait(address, name)
        assert (wait == 0) == is_taken(clock.now, address, name)
        if wait:
            assert 0 < wait <= 60
            assert is_taken(clock.now + wait, address, name)
            assert not is_taken(clock.now + wait - 1, address, name)
        elif fits:
            tries.forget(address, name)
            wrong = [one for one in wrong if one[1:] != (address, name)]
        else:
            tries.note(address, name)
            wrong.append((clock.now, address, name))


def test_a_program_sends_name_and_password_with_each_request(app: Guard) -> None:
    async def check() -> None:
        async with _client(app) as client:
            for _ in range(3):
                assert (await client.get("/config", auth=("ada", PASSWORD))).text == "for ada"
            assert (await client.get("/config", auth=("ada", PASSWORD + "!"))).status_code == 401

    asyncio.run(check())


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Basic YWRh", "Bearer x", "Basic /////w==", "x" * 5_000]
)
def test_a_header_that_makes_no_sense_opens_nothing(app: Guard, header: str) -> None:
    async def check() -> None:
        async with _client(app) as client:
            assert (await client.get("/config", headers={"authorization": header})).status_code == 401

    asyncio.run(check())


@pytest.mark.parametrize("other", ['prefs={"theme":1}', "seen", "city=Köln", "a=b,c d", "a[b]:c=1", "=;="])
def test_the_cookies_of_other_applications_keep_nobody_out(app: Guard, other: str) -> None:
    async def check() -> None:
        async with _client(app) as client:
            ours = (await _login(client)).headers["set-cookie"].split(";")[0]
            client.cookies.clear()
            for cookies in (f"{other}; {ours}", f"{ours}; {other}"):
                assert (await client.get("/", headers={"cookie": cookies.encode()})).text == "for ada"

    asyncio.run(check())


@pytest.mark.parametrize(
    "cookie", ["", "quoteback-7860=", "quoteback-7860=x", 'quoteback-7860="', "=;=;", "a" * 9_000]
)
def test_a_cookie_of_nobody_opens_nothing(app: Guard, cookie: str) -> None:
    async def check() -> None:
        async with _client(app, cookie=cookie) as client:
            assert (await client.get("/")).status_code == 401

    asyncio.run(check())


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://office:7861"])
def test_another_site_can_neither_log_in_nor_out(app: Guard, origin: str) -> None:
    async def check() -> None:
        async with _client(app) as client:
            await _login(client)
            data = {"name": "ada", "password": PASSWORD}
            for path in ("/login", "/logout"):
                answer = await client.post(path, data=data, headers={"origin": origin})
                assert answer.status_code == 403 and "set-cookie" not in answer.headers
            assert (await client.get("/")).text == "for ada"

    asyncio.run(check())


def test_what_was_typed_is_shown_as_characters_and_the_password_never(app: Guard) -> None:
    async def check() -> None:
        async with _client(app) as client:
            answer = await _login(client, '"><script>alert(1)</script>{password_focus}', "my secret 123")
            assert "<script>" not in answer.text and "my secret" not in answer.text
            assert answer.headers["cache-control"] == "no-store"
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            assert (await client.post("/login", content=b"a=" + b"x" * 60_000)).status_code == 401

    asyncio.run(check())


def test_accounts_are_added_changed_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "accounts"
    keep_account(path, "ada", PASSWORD)
    keep_account(path, "bo", "another password")
    keep_account(path, "ada", "a new password")
    accounts = read_accounts(path)
    assert sorted(accounts) == ["ada", "bo"] and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert is_right(accounts, "ada", "a new password") and not is_right(accounts, "ada", PASSWORD)
    assert PASSWORD not in path.read_text("utf-8") and "a new password" not in path.read_text("utf-8")
    remove_account(path, "ada")
    assert list(read_accounts(path)) == ["bo"]
    with pytest.raises(AccountsError, match="There is no 'ada'"):
        remove_account(path, "ada")
    assert os.listdir(tmp_path) == ["accounts"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "accounts"
    keep_account(path, "ada", PASSWORD)
    path.chmod(mode)
    with pytest.raises(AccountsError, match="chmod 600"):
        read_accounts(path)


@pytest.mark.parametrize("line", ["ada", "ada:secret", ":scrypt$a$b", "ada:scrypt$$", "ada:scrypt$!$b"])
def test_a_line_that_is_no_account_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "accounts"
    keep_account(path, "bo", PASSWORD)
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(AccountsError, match="Line 2"):
        read_accounts(path)


@pytest.mark.parametrize(
    ("name", "password"), [("a:b", PASSWORD), ("", PASSWORD), ("a b", PASSWORD), ("ada", "short")]
)
def test_a_name_or_password_that_can_not_be_used_is_refused(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(AccountsError):
        keep_account(tmp_path / "accounts", name, password)
    assert not (tmp_path / "accounts").exists()


@pytest.mark.parametrize(
    ("host", "names", "has_login", "mcp", "said"),
    [
        ("127.0.0.1", (), True, True, "don't go together"),
        ("127.0.0.1", ("office",), False, False, "needs --auth"),
        ("0.0.0.0", (), True, False, "--name ADDRESS"),
        ("::", (), True, False, "--name ADDRESS"),
    ],
)
def test_what_does_not_go_together_is_said(
    host: str, names: tuple[str, ...], has_login: bool, mcp: bool, said: str
) -> None:
    with pytest.raises(AddressError, match=said):
        check_access(host, has_login=has_login, names=names, mcp=mcp)


def test_behind_a_login_the_window_may_be_served_to_others() -> None:
    check_access("0.0.0.0", has_login=True, names=("office.example",), mcp=False)
    listener_at("0.0.0.0", 0, is_for_others=True).close()
    with pytest.raises(AddressError, match="is not an address"):
        listener_at("office.example", 0, is_for_others=True)


@pytest.mark.slow
def test_endpoints_are_behind_the_door_and_know_the_user(accounts: dict[str, str], tmp_path: Path) -> None:
    library = bridge_library(tmp_path)
    with served(library, tmp_path / "incoming", accounts=accounts) as window:
        call = f"{window}/gradio_api/call/v2/ask"
        ada = httpx.BasicAuth("ada", PASSWORD)
        assert httpx.post(call, json={"question": EXAMPLES[0]}, trust_env=False).status_code == 401
        assert library.asked == []
        number = httpx.post(call, json={"question": EXAMPLES[0]}, auth=ada, trust_env=False).json()["event_id"]
        assert httpx.get(f"{call}/{number}", trust_env=False).status_code == 401
        assert "4.2 million euros" in httpx.get(f"{call}/{number}", auth=ada, trust_env=False).text
        assert httpx.get(f"{window}/config", auth=ada, trust_env=False).json()["username"] == "ada"


def test_the_password_is_asked_twice_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accounts"
    for typed, code in ((f"{PASSWORD}\nsomething else\n", 1), (f"{PASSWORD}\n{PASSWORD}\n", 0)):
        monkeypatch.setattr(sys, "argv", ["quoteback", "user", "add", "ada", "--auth", str(path)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == code
    assert "The two passwords are not the same." in capsys.readouterr().err
    assert is_right(read_accounts(path), "ada", PASSWORD)


@pytest.mark.parametrize(("has_login", "status"), [(False, 404), (True, 200)])
def test_there_is_a_login_page_only_where_there_is_a_login(
    accounts: dict[str, str], has_login: bool, status: int
) -> None:
    async def check() -> None:
        async with _client(Guard(Door(_window, accounts), hosts=["office"], has_login=has_login)) as client:
            assert (await client.get("/login")).status_code == status

    asyncio.run(check())


def test_behind_a_proxy_that_encrypts_the_cookie_is_sent_encrypted_only(app: Guard) -> None:
    async def check() -> None:
        async with _client(app) as client:
            data = {"name": "ada", "password": PASSWORD}
            answer = await client.post("/login", data=data, headers={"origin": ADDRESS.replace("http:", "https:")})
            assert answer.status_code == 303 and "Secure" in answer.headers["set-cookie"]
            assert "Secure" not in (await _login(client)).headers["set-cookie"]

    asyncio.run(check())
