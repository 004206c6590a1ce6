"""The kinds of secrets and personal data that are known by their looks.

Patterns are RE2. Where one has groups, the group that matched is the secret, and what stands
around it stays. A kind that many innocent texts resemble has a check besides.
"""

import binascii
import re
from collections.abc import Callable
from typing import Any

import msgspec

from tocsin.domain.account_numbers import CARD_PATTERN, IBAN_PATTERN, is_card, is_iban
from tocsin.domain.storage_rules import RedactionKind

_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
# What is below, in ASCII and in UTF-8, is no character that anybody types.
_FIRST_SHOWN = 0x20
_BRACKETS = re.compile(r"[()\[\]{}]")
_PLACEHOLDER = re.compile(r"\[redacted:[a-z-]{1,30}(?::[0-9a-f]{8})?\]")


class SecretKind(msgspec.Struct, frozen=True):
    """What one kind looks like.

    Every text that holds a secret matches `hint`, and so does every JSON of that text, where a
    quote, a slash or a line end can have a backslash; `hint` is quick to search in Python's `re`
    as well. In lower case the text has one of `words`; no words stand for any text. `is_one` gets
    the secret and all that matched.
    """

    pattern: str
    hint: str
    words: tuple[str, ...]
    is_one: Callable[[str, str], bool] = lambda _secret, _matched: True


def replaced(kind: SecretKind, match: Any, placeholder: Callable[[str], str]) -> str:
    """Return what a pattern matched, with a placeholder for the secret if it is one."""
    matched: str = match.group(0)
    index = match.lastindex or 0
    secret: str = match.group(index)
    if not kind.is_one(secret, matched):
        return matched
    start = match.start(index) - match.start(0)
    return matched[:start] + placeholder(secret) + matched[start + len(secret) :]


def _is_iban(secret: str, _matched: str) -> bool:
    return is_iban(secret)


def _is_card(secret: str, _matched: str) -> bool:
    return is_card(secret)


def _is_authorization(secret: str, matched: str) -> bool:
    """Tell a token from a word: "bearer authentication" holds none."""
    if matched[:5].lower() == "basic":
        return _is_login(secret)
    return len(secret) >= 16 and _has_digit(secret)


def _is_login(secret: str) -> bool:
    """Tell whether base64 stands for a user and a password; many leave out its padding."""
    digits = _NO_BASE64.sub("", secret)
    if digits[1:].isalpha() and digits[1:].islower():
        return False  # a word
    try:
        login = binascii.a2b_base64(digits + "=" * (-len(digits) % 4))
    except binascii.Error:
        return False
    return b":" in login and min(login) >= _FIRST_SHOWN


# What stands in the place of a password and is none.
_NO_CREDENTIALS = {
    "null", "none", "nil", "true", "false", "expired", "invalid", "incorrect", "wrong", "missing",
    "required", "changed", "empty", "unknown", "undefined", "redacted", "hidden", "masked",
}  # fmt: skip


def _is_credential(secret: str, matched: str) -> bool:
    """Tell a secret from a word about one: behind a colon it has a digit or quotes."""
    if secret.lower() in _NO_CREDENTIALS or secret[0] in "$%*" or len(set(secret)) == 1:
        return False
    if _PLACEHOLDER.fullmatch(secret) is not None:
        return False
    if secret[0] == "/" and matched[:3].lower() == "pwd":
        return False  # a shell's working directory
    if _SURE_NAME.match(matched.lstrip("-")) is None:
        return _is_random(secret)
    before = matched[: len(matched) - len(secret)]
    if "=" in before or before[-1] in "\"'" or matched[-1] in "\"'":
        return True
    return _has_digit(_BRACKETS.split(secret)[0])


def _is_random(secret: str) -> bool:
    """Tell what was drawn from a word or a name: its digits stand among letters.

    Names have parts; one of them may be drawn (`web-7d9f8b6c5d`), and is shorter than a secret
    that is drawn from small letters alone.
    """
    if _UUID.fullmatch(secret) is not None:
        return True
    for run in _RUN.findall(secret):
        is_mixed = run != run.lower() and run != run.upper()
        is_long = len(run) >= (_LEAST_DRAWN if is_mixed or run == secret else _LEAST_IN_NAMES)
        if is_long and len(_TURN.findall(run)) >= _LEAST_TURNS:
            return True
    return False


def _has_digit(text: str) -> bool:
    return any(each.isdigit() for each in text)


# Letters and digits without anything between, and where one is beside the other.
_RUN = re.compile(r"[A-Za-z0-9]+")
_TURN = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}[.:!?]?")
_LEAST_DRAWN, _LEAST_IN_NAMES, _LEAST_TURNS = 8, 12, 2

_NAMES = (
    r"(?i:password|passwd|pwd|passphrase|(?:client|app|api|consumer)[_-]?secret"
    r"|(?:secret|api|access|account)[_-]?key"
    r"|(?:access|auth|api|private|refresh|session|bot)[_-]?token)"
)
_SURE_NAME = re.compile(_NAMES)
# Names of much that is no secret: what stands behind them must look drawn.
_DOUBTFUL_NAMES = r"(?i:token|secret|secret[_-]?id|(?:private|encryption|signing|license)[_-]?key)"
_IN_QUERIES = (
    r"(?i:(?:[a-z]{1,10}[_-])?token|x-(?:amz|goog)-(?:signature|credential|security-token)"
    r"|sig|signature|(?:client_)?secret|password|passwd|pwd|api[_-]?key|auth)"
)

SECRET_KINDS: dict[RedactionKind, SecretKind] = {
    # docs.aws.amazon.com/IAM, "Understanding unique ID prefixes"; the secret by its name only.
    "aws-key": SecretKind(
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
        r"|(?i:aws_?secret_?(?:access_?)?key)[\\\"'\s:=]{1,8}[A-Za-z0-9/+=]{40}",
        r"AKIA|ASIA|(?i:aws_?secret)",
        ("akia", "asia", "secret"),
    ),
    # docs.slack.dev, "Tokens".
    "slack-token": SecretKind(
        r"\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{8,}", r"xox[a-z]-|xapp-", ("xox", "xapp-")
    ),
    # RFC 7519: header and claims are JSON objects in base64url.
    "jwt": SecretKind(
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*", "eyJ", ("eyj",)
    ),
    # RFC 7468 and, for a block, RFC 9580, section 6.2; a key that was cut off is hidden to the
    # end of the text.
    "private-key": SecretKind(
        r"(?s:-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?"
        r"(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\z))",
        "PRIVATE KEY",
        ("key",),
    ),
    # docs.github.com, "GitHub's token formats".
    "github-token": SecretKind(
        r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,}",
        r"gh[pousr]_|github_pat_",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    # docs.gitlab.com, "Token overview", "Token prefixes".
    "gitlab-token": SecretKind(
        r"\bgl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{20,}",
        r"gl[a-z]{2,5}-[A-Za-z0-9_-]{8}",
        ("glpat-", "gloas-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-",
         "glsoat-", "glffct-"),
    ),
    # grafana.com/docs, "Service accounts" and "Access policies".
    "grafana-token": SecretKind(
        r"\bglsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|\bglc_[A-Za-z0-9+/=]{32,}",
        "glsa_|glc_",
        ("glsa_", "glc_"),
    ),
    # docs.stripe.com, "API keys" and "Webhooks"; a publishable key is none.
    "stripe-key": SecretKind(
        r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{24,}",
        r"[sr]k_(?:live|test)_|whsec_",
        ("k_live_", "k_test_", "whsec_"),
    ),
    # cloud.google.com/docs/authentication: API keys, client secrets, access tokens.
    "google-key": SecretKind(
        r"\bAIza[A-Za-z0-9_-]{35}|\bGOCSPX-[A-Za-z0-9_-]{28}|\bya29\.[A-Za-z0-9_-]{20,}",
        r"AIza|GOCSPX-|ya29\.",
        ("aiza", "gocspx-", "ya29."),
    ),
    # Addresses of chat rooms: who knows one can write there.
    "webhook-url": SecretKind(
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_-]{20,})"
        r"|discord(?:app)?\.com/api/webhooks/([0-9]{5,}/[A-Za-z0-9_-]{20,})"
        r"|webhook\.office\.com/webhookb2/([A-Za-z0-9@/_-]{20,})",
        r"hooks\.slack\.com|webhooks|webhookb2",
        ("hooks.slack.com/", "/webhook"),
    ),
    # RFC 6750 and RFC 7617, as headers carry them.
    "authorization": SecretKind(
        r"(?i:\b(?:bearer|basic)|\bauthorization[\\\"']{0,2}\s{0,3}[:=]\s{0,3}token)"
        r"\s{1,3}([A-Za-z0-9+/=._~-]{8,})",
        r"(?i:bearer|basic|token)[\s\\]",
        ("bearer", "basic", "authorization"),
        _is_authorization,
    ),
    # RFC 3986, section 3.2.1: user and password, up to the last @ before the host, since people
    # write one into a password as it is; parameters that stand for a login.
    "url-secret": SecretKind(
        r"\b[A-Za-z][A-Za-z0-9+.-]{1,30}://([^\s/?#\[\]\"'<>]*:[^\s/?#\[\]\"'<>]+)@"
        rf"|(?:[?&]|&amp;){_IN_QUERIES}=([^\s&#\[\]\"'<>]{{4,}})",
        rf":\\?/\\?/[^\s/?#@]*@|{_IN_QUERIES}=",
        ("@", "token", "sig=", "signature=", "credential=", "secret", "pass", "pwd", "key",
         "auth="),
    ),
    # A value behind the name of a secret, as logs, connection strings and command lines have it.
    # Names end some kinds' own, which have a colon behind them in a placeholder: so that is
    # passed over whole.
    "credential": SecretKind(
        rf"{_PLACEHOLDER.pattern}"
        r"|--(?i:password|token|secret|api-key)\s{1,2}([^\s\"'&,;()\[\]{}<>\\-][^\s\"'&,;<>\\]+)"
        rf"|(?:{_NAMES}|{_DOUBTFUL_NAMES})[\\\"']{{0,2}}\s{{0,3}}(?:[:=]{{1,2}}|=>)\s{{0,3}}"
        r"(?:\\?\"([^\"\\\n]{3,200})\\?\"|'([^'\n]{3,200})'"
        # Brackets can be within a password, and are not at its ends.
        r"|([^\s\"'&,;()\[\]{}<>\\][^\s\"'&,;<>\\]+[^\s\"'&,;()\[\]{}<>\\]))",
        rf"{_NAMES}|{_DOUBTFUL_NAMES}",
        ("pass", "pwd", "secret", "key", "token"),
        _is_credential,
    ),
    # ISO/IEC 7812; those of the large schemes.
    "card": SecretKind(CARD_PATTERN, r"[2-6](?:[ -]?\d){12}", (), _is_card),
    # RFC 5322, and RFC 6531 for letters of all scripts.
    "email": SecretKind(
        r"[\pL\pM\pN._%+-]{1,64}@[\pL\pM\pN.-]{1,253}\.\pL{2,24}", "@", ("@",)
    ),
    # ISO 13616, together or in groups of four.
    "iban": SecretKind(IBAN_PATTERN, r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}", (), _is_iban),
}  # fmt: skip
