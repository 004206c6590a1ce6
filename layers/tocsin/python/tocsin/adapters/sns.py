"""Who signed an SNS message: AWS's certificates, read where AWS keeps them.

SNS publishes its certificate alone, without the authorities above it, so there is no chain to
follow. What makes it AWS's is that it was read over TLS from a host of AWS; here it must in
addition be valid today and be made out to SNS. The signature is RSA (PKCS #1, version 1.5) over
SHA-1 or SHA-256, as the message says.
Source: docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html.
"""

import re
from typing import Any, Protocol

from tocsin.adapters.http import HttpAnswer
from tocsin.domain.errors import InvalidSignature, Retryable
from tocsin.domain.signatures import sns
from tocsin.ports import Clock

_TIMEOUT_S = 4.0
_KEPT_S = 86_400.0
# There is one a region, and a new one about once a year.
_CERTIFICATES_LIMIT = 64
_KEY_LEAST_BITS = 2048
_NAME = re.compile(r"sns(\.[a-z0-9-]{3,32})?\.amazonaws\.com(\.cn)?")


class Get(Protocol):
    """Reads a public address."""

    def get(self, url: str, timeout_s: float) -> HttpAnswer: ...


class AwsSns:
    """Check signatures against certificates that are kept for a day, and confirm subscriptions."""

    def __init__(self, http: Get, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._certificates: dict[str, tuple[float, Any]] = {}

    def check(self, message: sns.SnsMessage) -> None:
        """Raise InvalidSignature unless AWS signed this message; Retryable without its key."""
        from cryptography.exceptions import InvalidSignature as Mismatch
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        algorithms = {"1": hashes.SHA1, "2": hashes.SHA256}
        algorithm = algorithms.get(message.signature_version)
        if algorithm is None:
            raise InvalidSignature
        signature, text = sns.signature_bytes(message), sns.signed_text(message)
        key = self._key(sns.certificate_url(message))
        try:
            key.verify(signature, text, PKCS1v15(), algorithm())
        except Mismatch:
            raise InvalidSignature from None

    def confirm(self, url: str) -> None:
        """Open the link that confirms a subscription. Raises Retryable unless SNS says 200."""
        status = self._http.get(url, _TIMEOUT_S).status
        if status != 200:
            raise Retryable(f"sns ConfirmSubscription: HTTP {status}")

    def _key(self, url: str) -> Any:
        now_s = self._clock()
        until_s, certificate = self._certificates.get(url, (now_s, None))
        if until_s <= now_s:
            answer = self._http.get(url, _TIMEOUT_S)
            certificate = _certificate(answer)
            if len(self._certificates) >= _CERTIFICATES_LIMIT:
                self._certificates.clear()
            self._certificates[url] = now_s + _KEPT_S, certificate
        return _key_of(certificate, now_s)


def _certificate(answer: HttpAnswer) -> Any:
    from cryptography.x509 import load_pem_x509_certificate

    if answer.status >= 500 or answer.status == 429:
        raise Retryable(f"sns certificate: HTTP {answer.status}")
    if answer.status != 200:
        raise InvalidSignature
    try:
        return load_pem_x509_certificate(answer.body)
    except ValueError:
        raise InvalidSignature from None


def _key_of(certificate: Any, now_s: float) -> Any:
    """Return the public key of a certificate that is valid now and made out to SNS."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509.oid import NameOID

    names = [
        str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ]
    begins_at_s = certificate.not_valid_before_utc.timestamp()
    ends_at_s = certificate.not_valid_after_utc.timestamp()
    key = certificate.public_key()
    is_sns = len(names) == 1 and _NAME.fullmatch(names[0]) is not None
    is_long = isinstance(key, RSAPublicKey) and key.key_size >= _KEY_LEAST_BITS
    if not (is_sns and is_long and begins_at_s <= now_s <= ends_at_s):
        raise InvalidSignature
    return key
