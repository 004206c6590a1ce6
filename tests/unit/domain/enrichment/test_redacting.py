"""The stage `redact`: secrets go, words about secrets stay."""

from itertools import product

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.textstages import ASCII, MENDED
from tests.builders import alert
from tests.unit.domain.enrichment.early import SUBJECT, after
from tests.unit.domain.test_redaction import AWS, AWS_SECRET, CARD, EMAIL, GITHUB, IBAN, JWT, PEM
from tests.unit.domain.test_redaction import SLACK as SLACK_TOKEN
from tocsin.domain.enrichment.redacting import stage
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft
from tocsin.domain.redaction import Redactor
from tocsin.domain.storage_rules import REDACTION_KINDS, Redaction

STAGE = stage(EnrichmentSettings())
EVERY_KIND = stage(EnrichmentSettings(redact=REDACTION_KINDS))

# Made up, in the shape of real ones; joined so that scanners do not take them.
PGP = "-----BEGIN PGP PRIVATE " + "KEY BLOCK-----\nlQOYBF\n-----END PGP PRIVATE KEY BLOCK-----"
SECRETS = {
    AWS: "aws-key",
    AWS_SECRET: "aws-key",
    SLACK_TOKEN: "slack-token",
    JWT: "jwt",
    PEM: "private-key",
    PGP: "private-key",
    GITHUB: "github-token",
    "github" + "_pat_" + "a1B2" * 8: "github-token",
    "gl" + "pat-" + "a1B2" * 5: "gitlab-token",
    "gl" + "sa_" + "a1B2" * 8 + "_0123abcd": "grafana-token",
    "sk" + "_live_" + "a1B2" * 6: "stripe-key",
    "wh" + "sec_" + "a1B2" * 8: "stripe-key",
    "AI" + "za" + "a1B2-" * 7: "google-key",
}
# What stays around a secret, the secret, what stays behind it, and its kind.
INSIDE = [
    ("https://hooks.slack" + ".com/services/", "T0001/B0002/" + "a1B2" * 6, "", "webhook-url"),
    ("https://discord" + ".com/api/webhooks/", "12345678/" + "a1B2" * 8, "", "webhook-url"),
    ("Authorization: Bearer ", "a1B2" * 6, "", "authorization"),
    ("authorization: basic ", "YW5uOmh1bnRlcjI=", "", "authorization"),
    ("authorization: basic ", "YW5uOmh1bnRlcjI", ", so", "authorization"),
    ("postgres://", "app:hunter2", "@db-1:5432/orders", "url-secret"),
    ("postgres://", "app:h@nter@2", "@db-1:5432/orders", "url-secret"),
    ("amqp://", "ann@shop:hunter2", "@mq-1/%2F", "url-secret"),
    ("redis://", ":hunter2", "@cache:6379/0", "url-secret"),
    ("https://x.example/a?b=1&token=", "hunter2", "&c=2", "url-secret"),
    ("https://x.example/a?b=1&amp;api_key=", "hunter2", "#c", "url-secret"),
    ("https://x.example/a?X-Amz-Signature=", "0123abcd" * 8, "", "url-secret"),
    ("password=", "hunter2", ", user=ann", "credential"),
    ("DB_PASSWORD=", "correcthorse", "", "credential"),
    ("password: ", "hunter2", "", "credential"),
    ('{"client_secret": "', "correct horse", '"}', "credential"),
    ("{'apiKey': '", "correcthorse", "'}", "credential"),
    ('{\\"passwd\\":\\"', "hunter2", '\\"}', "credential"),
    ("Server=db;Uid=app;Pwd=", "hunter2", ";Database=x", "credential"),
    ("AccountName=a;AccountKey=", "a1B2/+" * 8 + "==", ";EndpointSuffix=x", "credential"),
    ('password="', "h[nter]2 {x", '"', "credential"),
    ("token=", "9f8a7c6b5d4e3f2a1b0c", " was given", "credential"),
    ("secret => '", "Px7Kd92LmQ", "'", "credential"),
    ("secret_id: ", "0f8fad5b-d9cb-469f-a165-70867728950e", " is", "credential"),
    ("deploy --token ", "9d2Kq7LmXz5vBn81", " failed", "credential"),
    ("Authorization: Token ", "9944b09199c62bcf9418ad846dd0e4bb", " ", "authorization"),
    ("(password=", "h(nt[er]2{x", "]}) of ann", "credential"),
]
# Of persons, with neighbours that are no part of it.
PERSONAL = [
    ("at 22:40 ", CARD, " paid", "card"),
    ("2025-11-22 ", CARD.replace(" ", ""), " 12/27", "card"),
    ("", CARD.replace(" ", "-"), " 2025-11-22", "card"),
    ("", CARD + " 737", "", "card"),
    ("", "6205 5000 0000 0000 004", " ok", "card"),
    ("of ", "3782 822463 10005", " 12 34", "card"),
    ("", "3056 930902 5904", "", "card"),
    ("from ", "BE68 5390 0754 7034", " EUR 10", "iban"),
    ("", "AT611904300234573201", " 2025", "iban"),
    ("to ", IBAN, " BIC 1", "iban"),
    ("(", "j\u00f6rg.gro\u00df+x@b\u00fccher.example", "), \u00fc", "email"),
]
INNOCENT = [
    "password: incorrect for user ann",
    "token expired, token: invalid",
    "the password is required: set password",
    "secret: db-credentials not found in namespace shop",
    'kube_secret_info{namespace="shop", secret="tls-cert"} is 7 days old',
    "DB_PASSWORD=$DB_PASSWORD and password={{ vault }} and password=****** pwd=/var/lib/app",
    "password=xxxxxxxx api_key=none access_token=expired",
    "basic authentication failed; Basic infrastructure-monitoring",
    "basic functionality, basic availability, Basic Operations, Basic Overview",
    'if {"api-key": key})[0] == 403',
    'password="[redacted:jwt]" and password=[redacted:jwt]',
    "bearer authentication-is-misconfigured",
    "[redacted:github-token:1a2b3c4d] and [redacted:private-key:12ab34cd]",
    "run it with --password or --token and --secret from the vault",
    "secret: web-7d9f8b6c5d-x2x4z, token=Unauthorized401",
    "https://x.example:8443/d/abc?orgId=1&key=panel&viewPanel=2",
    "mail to git@github.com:acme/app.git",
    "ask tasks in asia-east1, task-a and risk-b",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "30 40 50 60 70 80 90 20 and 4111 2222 3333 at 5555 6666, ports 4000-4100 5000 6000-6100",
    "order 4111 1111 1111 1112, GB82 WEST 1234 5698 7654 33",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736 at 2025-11-22T02:12:09Z",
]


def _summary(text: str, by=STAGE) -> str:
    return after(by, annotations={"summary": text}).alert.annotations["summary"]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_hidden_and_its_surroundings_stay(secret: str) -> None:
    kind = SECRETS[secret]
    assert _summary(f"before {secret} after") == f"before [redacted:{kind}] after"


@pytest.mark.parametrize(("before", "secret", "behind", "kind"), INSIDE)
def test_a_secret_is_hidden_by_what_stands_around_it(before, secret, behind, kind) -> None:
    assert _summary(before + secret + behind) == f"{before}[redacted:{kind}]{behind}"


@pytest.mark.parametrize(("before", "secret", "behind", "kind"), PERSONAL)
def test_what_tells_of_a_person_is_hidden_whatever_stands_beside_it(
    before, secret, behind, kind
) -> None:
    assert _summary(before + secret + behind, EVERY_KIND) == f"{before}[redacted:{kind}]{behind}"


def test_each_of_two_numbers_is_hidden() -> None:
    text = f"{CARD} {CARD}, BE68 5390 0754 7034 BE68 5390 0754 7034"
    both = "[redacted:card] [redacted:card], [redacted:iban] [redacted:iban]"
    assert _summary(text, EVERY_KIND) == both


@pytest.mark.parametrize(
    ("before", "secret", "behind", "kind"),
    [
        *INSIDE,
        *PERSONAL,
        *(("before ", secret, " after", kind) for secret, kind in SECRETS.items()),
    ],
)
@pytest.mark.parametrize("slash", [b"/", rb"\/"])
def test_storage_rules_find_the_same_at_the_door(before, secret, behind, kind, slash) -> None:
    body = orjson.dumps({"text": before + secret + behind}).replace(b"/", slash)
    redactor = Redactor(Redaction(kinds=(kind,)), b"key")
    text = redactor.redacted(body, orjson.loads(body))[1]["text"]
    assert text.startswith(f"{before}[redacted:{kind}:")
    assert text.endswith(f"]{behind}")
    again = orjson.dumps({"text": text})
    every = Redactor(Redaction(kinds=REDACTION_KINDS), b"key")
    assert every.redacted(again, orjson.loads(again))[1]["text"] == text


@pytest.mark.parametrize("text", INNOCENT)
def test_words_about_secrets_and_what_only_looks_like_one_stay(text: str) -> None:
    assert _summary(text, EVERY_KIND) == text.replace("git@github.com", "[redacted:email]")


@pytest.mark.parametrize(("text", "kind"), [(EMAIL, "email"), (CARD, "card"), (IBAN, "iban")])
def test_personal_data_is_hidden_where_the_tenant_says_so(text: str, kind: str) -> None:
    assert _summary(f"of {text} now") == f"of {text} now"
    listed = stage(EnrichmentSettings(redact=(kind,)))
    assert _summary(f"of {text} now", listed) == f"of [redacted:{kind}] now"
    assert "hunter2" not in _summary("password=hunter2", listed)


@pytest.mark.parametrize(
    ("url", "after_it"),
    [
        ("https://ann:hunter2@x.example/a@b", "https://x.example/a@b"),
        ("https://token@x.example", "https://x.example"),
        ("https://a@b:c@x.example?q=1", "https://x.example?q=1"),
        (
            "https://x.example/?token=hunter2&a=1",
            "https://x.example/?token=[redacted:url-secret]&a=1",
        ),
        ("https://x.example/d/abc?from=now-1h#a@b", "https://x.example/d/abc?from=now-1h#a@b"),
    ],
)
def test_the_link_leads_to_the_same_place_without_a_login(url: str, after_it: str) -> None:
    assert after(STAGE, url=url).alert.url == after_it


def test_what_was_hidden_is_counted_and_never_quoted() -> None:
    texts = {"summary": f"{AWS} {AWS}", "description": "password=hunter2"}
    draft = after(STAGE, annotations=texts)
    assert draft.found.mended == ("redacted: 2 aws-key, 1 credential",)


def test_labels_stay_and_an_alert_without_secrets_is_the_same_object() -> None:
    labels = {"host": AWS}
    assert after(STAGE, labels=labels, annotations={"a": AWS}).alert.labels["host"] == AWS
    draft = Draft(alert=alert(annotations={"summary": "the token expired"}, url="https://x/@ann"))
    before = draft.alert
    assert STAGE.run(SUBJECT, draft) == ""
    assert draft.alert is before
    assert STAGE.run(SUBJECT, Draft(alert=alert())) == "it has no texts"


pieces = st.sampled_from(
    [*SECRETS, *(before + secret + behind for before, secret, behind, _ in INSIDE), *INNOCENT]
)


@settings(deadline=None)
@given(st.lists(pieces | st.text(max_size=8), max_size=4), st.sampled_from(["", " ", "\n", ":"]))
def test_no_secret_gets_through_and_doing_it_again_changes_nothing(parts, between) -> None:
    once = _summary(between.join(parts), EVERY_KIND)
    assert _summary(once, EVERY_KIND) == once
    if between in ("", ":"):
        return
    known = {part: secret for secret, part in product(SECRETS, parts) if part == secret}
    assert not any(secret in once for secret in known.values())


@pytest.mark.parametrize(
    "unit",
    ["a", "4 ", "DE89 ", "eyJ-", "a@", "://", "://a:", "password=", "bearer ", "?token=",
     "token=", "--token a1", "secret=>'a1b2", "[redacted:", "token=a1b2c3d4e5f6-",
     "-----BEGIN PRIVATE KEY-----", "aws_secret", "glpat-", "hooks.slack.com/services/"],
)  # fmt: skip
def test_no_text_of_a_stranger_takes_long(unit: str) -> None:
    # The time limit of the test is the assertion: what is quadratic needs minutes.
    _summary(unit * (300_000 // len(unit)), EVERY_KIND)


def test_a_secret_that_joins_another_is_hidden_at_once() -> None:
    once = _summary("AKIAQWERTYUIOPASDFGH" + "aws_secret_access_key=" + "a/" * 20, EVERY_KIND)
    assert once == "[redacted:aws-key][redacted:aws-key]"


def test_the_alerts_that_are_measured_hold_the_secrets_that_the_page_tells_of() -> None:
    assert after(STAGE, annotations=MENDED).found.mended == ("redacted: 1 credential",)
    assert after(STAGE, annotations=ASCII).found.mended == ("redacted: 5040 credential",)
