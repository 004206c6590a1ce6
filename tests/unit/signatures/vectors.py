"""Requests that are signed right, by the vendors' own examples where they publish one.

Slack, GitHub and Standard Webhooks publish secret, body and signature. The others publish the
rule only: their signatures here were made once with `openssl dgst -sha256 -hmac`.
"""

from typing import Any

import msgspec

from tocsin.domain.config import Signature

T_STANDARD = 1_614_265_330
T_SLACK = 1_531_420_618
T_GRAFANA = 1_763_790_000

_SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
    b"96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
_GRAFANA = "4512fe20f1d961de7f80230c71b32fc822a956326b376646466653c879faa18e"
_PAGERDUTY = "0a3d35c01a0664d597ce750d3985480384ff8ab1eaa1fb11553e2355ba4d4b34"
_PAGERDUTY_OLD = "29997e00f0d9fb657bae97311cf2b09361c018af21bd779571f0ebcca63ece9a"
_SENTRY = "b10510cd905833559149fd3a96f900dd812f55c0b58d2570a5892de6d37d9865"


class Vector(msgspec.Struct, frozen=True, kw_only=True):
    """One signed request; `names` are the headers without which it is not signed."""

    scheme: Any
    secret: bytes
    headers: dict[str, str]
    body: bytes
    names: tuple[str, ...]
    id: str
    at_s: float | None = None

    @property
    def signature(self) -> Signature:
        return Signature(provider="generic", scheme=self.scheme)


VECTORS = {
    "standard": Vector(
        scheme="standard",
        secret=b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        headers={
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": str(T_STANDARD),
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        body=b'{"test": 2432232314}',
        names=("webhook-id", "webhook-timestamp", "webhook-signature"),
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at_s=float(T_STANDARD),
    ),
    "github": Vector(
        scheme="github",
        secret=b"It's a Secret to Everybody",
        headers={
            "x-hub-signature-256": "sha256="
            "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        },
        body=b"Hello, World!",
        names=("x-hub-signature-256",),
        id="72d3162e-cc78-11e3-81ab-4c9367dc0958",
    ),
    "slack": Vector(
        scheme="slack",
        secret=b"8f742231b10e8888abcd99yyyzzz85a5",
        headers={
            "x-slack-request-timestamp": str(T_SLACK),
            "x-slack-signature": "v0="
            "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        },
        body=_SLACK_BODY,
        names=("x-slack-request-timestamp", "x-slack-signature"),
        id="v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        at_s=float(T_SLACK),
    ),
    "grafana": Vector(
        scheme="grafana",
        secret=b"grafana-secret",
        headers={
            "x-grafana-alerting-timestamp": str(T_GRAFANA),
            "x-grafana-alerting-signature": _GRAFANA,
        },
        body=b'{"receiver":"tocsin","status":"firing","alerts":[]}',
        names=("x-grafana-alerting-timestamp", "x-grafana-alerting-signature"),
        id=_GRAFANA,
        at_s=float(T_GRAFANA),
    ),
    "pagerduty": Vector(
        scheme="pagerduty",
        secret=b"pagerduty-secret",
        headers={"x-pagerduty-signature": f"v1={_PAGERDUTY_OLD},v1={_PAGERDUTY}"},
        body=b'{"event":{"id":"01BBYA8ID6GNGH3DX9GC6K7RKE","event_type":"incident.triggered"}}',
        names=("x-pagerduty-signature",),
        id="01BBYA8ID6GNGH3DX9GC6K7RKE",
    ),
    "sentry": Vector(
        scheme="sentry",
        secret=b"sentry-client-secret",
        headers={
            "sentry-hook-signature": _SENTRY,
            "request-id": "4b1a2f3c-0f10-4c58-9a1e-8e7c6d5b4a39",
            "sentry-hook-timestamp": "1763790000",
        },
        body=b'{"action":"created","data":{}}',
        names=("sentry-hook-signature",),
        id="4b1a2f3c-0f10-4c58-9a1e-8e7c6d5b4a39",
    ),
}
