"""The kinds of secrets and personal data that are known by their looks.

Patterns are RE2. Where one has groups, the group that matched is the secret, and what stands
around it stays. A kind that many innocent texts resemble has a check besides.
"""

import binascii
from collections.abc import Callable
from typing import Any

import msgspec

from tocsin.domain.storage_rules import RedactionKind


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


def is_luhn(text: str) -> bool:
    """Tell whether the digits in a text end with the right check digit (ISO/IEC 7812-1)."""
    digits = [int(each) for each in reversed(text) if each.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


# The lengths of the IBAN registry (ISO 13616), of the countries where most accounts are.
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SA": 24, "SE": 24, "SI": 19,
    "SK": 24, "TR": 26, "UA": 29,
}  # fmt: skip


def is_iban(text: str) -> bool:
    """Tell whether a text is an account number with the right check digits (ISO 7064, mod 97)."""
    number = text.replace(" ", "")
    if _IBAN_LENGTHS.get(number[:2]) != len(number):
        return False
    return int("".join(str(int(each, 36)) for each in number[4:] + number[:4])) % 97 == 1


def _is_iban(secret: str, _matched: str) -> bool:
    return is_iban(secret)


def _is_card(secret: str, _matched: str) -> bool:
    return is_luhn(secret)


def _is_authorization(secret: str, matched: str) -> bool:
    """Tell a token from a word: "bearer authentication" holds none."""
    if matched[:5].lower() == "basic":
        try:
            return b":" in binascii.a2b_base64(secret)
        except binascii.Error:
            return False
    return len(secret) >= 16 and _has_digit(secret)


# What stands in the place of a password and is none.
_NO_CREDENTIALS = {
    "null", "none", "nil", "true", "false", "expired", "invalid", "incorrect", "wrong", "missing",
    "required", "changed", "empty", "unknown", "undefined", "redacted", "hidden", "masked",
}  # fmt: skip


def _is_credential(secret: str, matched: str) -> bool:
    """Tell a secret from a word about one: behind a colon it has a digit or quotes."""
    if secret.lower() in _NO_CREDENTIALS or secret[0] in "$%*" or len(set(secret)) == 1:
        return False
    if secret[0] == "/" and matched[:3].lower() == "pwd":
        return False  # a shell's working directory
    before = matched[: len(matched) - len(secret)]
    return "=" in before or before[-1] in "\"'" or matched[-1] in "\"'" or _has_digit(secret)


def _has_digit(text: str) -> bool:
    return any(each.isdigit() for each in text)


_NAMES = (
    r"(?i:password|passwd|pwd|passphrase|(?:client|app|api|consumer)[_-]?secret"
    r"|(?:secret|api|access)[_-]?key"
    r"|(?:access|auth|api|private|refresh|session|bot)[_-]?token)"
)
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
    # RFC 7468; a key that was cut off is hidden to the end of the text.
    "private-key": SecretKind(
        r"(?s:-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z))",
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
        r"(?i:\b(?:bearer|basic))\s{1,3}([A-Za-z0-9+/=._~-]{8,})",
        r"(?i:bearer|basic)[\s\\]",
        ("bearer", "basic"),
        _is_authorization,
    ),
    # RFC 3986, section 3.2.1: user and password; parameters that stand for a login.
    "url-secret": SecretKind(
        r"\b[A-Za-z][A-Za-z0-9+.-]{1,30}://([^\s/?#@\[\]\"'<>]*:[^\s/?#@\[\]\"'<>]+)@"
        rf"|(?:[?&]|&amp;){_IN_QUERIES}=([^\s&#\[\]\"'<>]{{4,}})",
        rf":\\?/\\?/[^\s/?#@]*@|{_IN_QUERIES}=",
        ("@", "token", "sig=", "signature=", "credential=", "secret", "pass", "pwd", "key",
         "auth="),
    ),
    # A value behind the name of a secret, as logs and connection strings have it. None of the
    # names ends a kind's own, since a placeholder has a colon behind that.
    "credential": SecretKind(
        rf"{_NAMES}[\\\"']{{0,2}}\s{{0,3}}[:=]{{1,2}}\s{{0,3}}"
        r"(?:\\?\"([^\"\[\\\n]{3,200})\\?\"|'([^'\[\n]{3,200})'|([^\s\"'&,;()\[\]{}<>\\]{3,}))",
        _NAMES,
        ("pass", "pwd", "secret", "key", "token"),
        _is_credential,
    ),
    # ISO/IEC 7812: 13 to 19 digits with a check digit; those of the large schemes.
    "card": SecretKind(
        r"\b[2-6](?:[ -]?\d){12,18}\b", r"[2-6](?:[ -]?\d){12}", (), _is_card
    ),
    "email": SecretKind(
        r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}", "@", ("@",)
    ),
    # ISO 13616, together or in groups of four.
    "iban": SecretKind(
        r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,6}(?: ?[A-Z0-9]{1,3})?\b",
        r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}",
        (),
        _is_iban,
    ),
}  # fmt: skip
