"""Every service that may be told, as the library tells it, and what becomes of its answers."""

import io
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests
from msgspec.structs import replace

from tests.builders import T0, alert, receiver
from tests.channels import tools
from tests.unit.adapters.appriseurls import PLAIN, URLS
from tocsin.adapters.http import Http
from tocsin.adapters.receivers import ChannelReceivers, apprise
from tocsin.adapters.receivers.appriseservices import SERVICES
from tocsin.domain.actionlink import MessageAction
from tocsin.domain.channels import Apprise
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.group import GroupKey
from tocsin.domain.secret import Secret
from tocsin.ports import Notification

_TAKEN = b'{"ok": true, "status": 1, "code": 0, "errcode": 0, "access_token": "t"}'


class Answers(Http):
    """Notes what is asked, and gives one answer to all of it."""

    def __init__(self, status=200, body=_TAKEN, **headers):
        super().__init__()
        self.asked = []
        self._answer = status, body, headers

    def exchange(self, method, url, timeout_s, **said):
        self.asked.append((method, url, said))
        answer = requests.Response()
        answer.status_code, body, headers = self._answer
        answer.headers.update({name.replace("_", "-"): text for name, text in headers.items()})
        answer.raw = io.BytesIO(body)
        return answer

    @property
    def text(self):
        *_, (_method, _url, said) = self.asked
        given = said.get("data") or said.get("params")
        given = given.decode() if isinstance(given, bytes) else given
        return json.dumps(
            json.loads(given) if isinstance(given, str) else given, default=bytes.decode
        )


ALERT = alert("Down", severity="critical", annotations={"summary": "it burns"}, starts_at_s=T0)


def notification(url, *alerts, **fields):
    return Notification(
        key="toc_1",
        receiver=receiver(kind="apprise", url="", settings=Apprise(url=Secret(name="s"))),
        group=GroupKey("acme", "oncall"),
        alerts=alerts or (ALERT,),
        **{"attempt": 1, **fields},
    )


def send(url, http, *alerts, **fields):
    told = ChannelReceivers(tools({"s": url}, http=http, external_url="https://t.example"))
    return told.send(notification(url, *alerts, **fields))


def refused(kind, url, http, *alerts):
    with pytest.raises(kind) as raised:
        send(url, http, *alerts)
    assert type(raised.value) is kind
    for secret in ("token0123", "a1a1", "apikey", "devicekey", ":pass", "abcdefghij"):
        assert secret not in str(raised.value)
    return raised.value


def test_every_service_has_an_example():
    assert set(URLS) | set(PLAIN) == set(SERVICES)


@pytest.mark.parametrize("schema", URLS)
def test_a_service_is_told_with_one_request_and_perhaps_one_for_a_token(schema):
    http = Answers()
    assert send(URLS[schema], http) == ""
    *tokens, (_method, url, _said) = http.asked
    assert len(tokens) == (schema == "wechat")
    assert url.startswith("https://")
    assert "Down" in http.text
    assert "{" not in url


@pytest.mark.parametrize("schema", URLS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Permanent), (404, Permanent), (302, Permanent), (429, Throttled), (500, Retryable)],
)
def test_what_a_service_answers_is_what_becomes_of_it(schema, status, kind):
    http = Answers(status, b"{}", retry_after="17")
    error = refused(kind, URLS[schema], http)
    assert str(status) in error.reason
    assert len(http.asked) == 1
    if status in (429, 500):
        assert error.retry_after_s == 17


@pytest.mark.parametrize("schema", PLAIN)
def test_nothing_leaves_this_machine_unencrypted(schema):
    http = Answers()
    refused(Unsendable, PLAIN[schema], http)
    assert http.asked == []


@pytest.mark.parametrize("schema", URLS)
def test_nobody_is_called_by_what_an_alert_says(schema):
    http = Answers()
    mean = "@everyone @here @channel @all <!channel> <@123> <users/all> <at user_id='all'> @**all**"
    send(URLS[schema], http, alert("x", annotations={"summary": mean}))
    for word in ("@everyone", "@here", "@channel", "@all", "<!", "<@", "<users", "<at", "@**"):
        assert word not in http.text


@pytest.mark.parametrize("schema", URLS)
def test_a_link_to_do_something_arrives_whole_or_not_at_all(schema):
    http = Answers()
    url = "https://t.example/prod/v1/actions/AZek_YW-N__" + "tZ_" * 60
    link = MessageAction(name="acknowledge", title="Acknowledge", url=url, token="")
    send(URLS[schema], http, actions=(link,))
    said = unquote(http.text)
    assert said.count("/v1/actions/") == said.count(url)
    if schema in ("discord", "gchat", "mmosts", "ntfy", "tgram", "webex", "matrixs", "zulip"):
        assert f"Acknowledge: {url}" in said


@pytest.mark.parametrize("schema", URLS)
def test_what_is_too_long_is_cut_with_the_link_at_the_end(schema):
    http = Answers()
    many = [alert(f"Down{number}", annotations={"summary": "_*x*_ " * 600}) for number in range(40)]
    send(URLS[schema], http, *many)
    assert len(http.text) < 150_000
    assert "https:" in http.text.replace("\\", "")


def test_markup_of_an_alert_is_shown_and_not_followed():
    assert apprise.marked("*a* [x](http://e) <b> # `c` a_b", "markdown") == (
        r"\*a\* \[x\](http://e) \<b\> \# \`c\` a\_b"
    )
    assert apprise.marked("see https://e.example/a_b?c=d&e=f", "markdown") == (
        "see https://e.example/a_b?c=d&e=f"
    )
    assert apprise.marked("<b> & c", "html") == "&lt;b&gt; &amp; c"
    assert apprise.marked("<b> & *c*", "text") == "<b> & *c*"


def test_an_address_of_mail_is_no_mention():
    assert apprise.still("write to ops@example.com") == "write to ops@example.com"


@pytest.mark.parametrize(
    "url",
    [
        "json://hooks.example/path",
        "xml://hooks.example/path",
        "form://hooks.example/path",
        "file:///etc/passwd",
        "syslog://",
        "dbus://",
        "mailto://user:pass@mail.example",
        "https://hooks.example/token",
        "apprise://hooks.example/token",
        "token-without-a-schema",
        "",
    ],
)
def test_what_is_none_of_the_services_is_told_nothing(url):
    http = Answers()
    refused(Unsendable, url, http)
    assert http.asked == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("discord://short", "not a URL of discord://"),
        (URLS["discord"] + "?template=/etc/passwd", "templates"),
        (URLS["discord"] + "?template=http://169.254.169.254/", "templates"),
        (URLS["tgram"] + "2/3", "one target, and leads to 3"),
        (URLS["twilio"] + "/15557654322", "one target, and leads to 2"),
        (URLS["discord"] + "?retry=3", "one target, and leads to 4"),
        ("matrixs://user:pass@matrix.example/!room:matrix.example", "access token"),
    ],
)
def test_a_url_that_asks_for_more_is_refused(url, why):
    http = Answers()
    assert why in refused(Unsendable, url, http).reason
    assert http.asked == []


class Matrix(Answers):
    """A home server, as far as a message needs one."""

    def exchange(self, method, url, timeout_s, **said):
        answer = super().exchange(method, url, timeout_s, **said)
        answers = {"whoami": b'{"user_id": "@u:m"}', "join": b'{"room_id": "!room:matrix.example"}'}
        found = [body for word, body in answers.items() if word in url]
        answer.raw = io.BytesIO(found[0] if found else b'{"event_id": "$1"}')
        return answer


def test_a_room_of_matrix_is_told_with_an_access_token():
    http = Matrix()
    send("matrixs://t0ken@matrix.example/!room:matrix.example?discovery=no&e2ee=no", http)
    *_before, (method, url, said) = http.asked
    assert (method, "/send/m.room.message/" in url) == ("PUT", True)
    assert json.loads(said["data"])["body"].startswith("[FIRING:1] Down")
    assert said["headers"]["Authorization"] == "Bearer t0ken"
    assert not [url for _, url, _ in http.asked if "login" in url or "register" in url]


def test_a_service_that_is_optional_to_the_library_is_not_to_us():
    refused(Permanent, URLS["ntfys"] + "?optional=yes", Answers(404))


def test_certificates_are_checked_whatever_the_url_says():
    http = Answers()
    send(URLS["ntfys"] + "?verify=no", http)
    ((_method, _url, said),) = http.asked
    assert set(said) <= {"params", "data", "json", "headers", "auth"}


def test_an_answer_that_confirms_nothing_is_tried_again():
    refused(Retryable, URLS["seven"], Answers(204, b""))


def test_a_library_that_breaks_harms_no_other(monkeypatch):
    plugin, _service = apprise._plugin(URLS["ntfys"], "oncall")

    def broken(self, **_):
        raise RecursionError("token0123")

    monkeypatch.setattr(type(plugin), "notify", broken)
    assert "RecursionError" in refused(Unsendable, URLS["ntfys"], Answers()).reason


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "10.0.0.1", "127.0.0.1", "[::1]", "0.0.0.0"]
)
def test_an_address_inside_is_not_asked(address):
    guarded = Http()
    error = refused(Unsendable, f"ntfys://{address}/topic", guarded)
    assert "not public" in error.reason


def test_loopback_is_asked_only_where_it_may_be():
    refused(Unsendable, "ntfy://127.0.0.1:9/topic", Http())
    refused(Retryable, "ntfy://127.0.0.1:9/topic", Http(allow_loopback=True))


def test_nothing_of_the_library_is_imported_before_it_is_used():
    layer = Path(apprise.__file__).parents[3]
    code = (
        "import sys, tocsin.runtime.notify, tocsin.adapters.receivers.apprise; print(*sys.modules)"
    )
    environ = {"PYTHONPATH": str(layer), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert not {"apprise", "markdown", "yaml"} & set(done.stdout.split())


def test_a_resolve_and_an_update_are_shown_as_what_they_are():
    def kind(**fields):
        http = Answers()
        over = replace(ALERT, **fields)
        send(URLS["discord"], http, over)
        return json.loads(http.text)["embeds"][0]["color"]

    assert len({kind(), kind(status="resolved"), kind(severity="low")}) == 3
