"""SNS as a sender: a certificate of its own making, and messages signed with its key."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.builders import T0
from tocsin.adapters.http import HttpAnswer
from tocsin.domain.signatures import sns

TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
HOST = "https://sns.eu-central-1.amazonaws.com"
CERTIFICATE_URL = f"{HOST}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
CONFIRMATION_URL = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37fb"
_HASHES: dict[str, Any] = {"1": hashes.SHA1, "2": hashes.SHA256}

# Making keys takes a second, so there is one for all tests.
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(
    key: Any = KEY, name: str = "sns.amazonaws.com", from_s: float = T0 - 1000.0, days: int = 300
) -> bytes:
    """Return a certificate in PEM."""
    begins = datetime.fromtimestamp(from_s, UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


ELLIPTIC = ec.generate_private_key(ec.SECP256R1())


def message(kind: str = "Notification", version: str = "2", **fields: Any) -> dict[str, Any]:
    """Return a message as SNS would sign it; a field that is None is left out."""
    at = datetime.fromtimestamp(T0, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    values = {
        "Type": kind,
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": "{}",
        "Timestamp": at,
        "SignatureVersion": version,
        "Signature": "",
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": f"{HOST}/?Action=Unsubscribe",
        **({} if kind == "Notification" else handshake()),
        **fields,
    }
    given = {name: value for name, value in values.items() if value is not None}
    text = sns.signed_text(sns.read(msgspec.json.encode(given)))
    signed = KEY.sign(text, padding.PKCS1v15(), _HASHES[version]())
    return {**given, "Signature": b64encode(signed).decode()}


def handshake() -> dict[str, str]:
    """Return what a message about a subscription has in addition."""
    return {"Token": "2336412f37fb", "SubscribeURL": CONFIRMATION_URL}


class Web:
    """The addresses of SNS."""

    def __init__(self) -> None:
        self.answers: dict[str, HttpAnswer | Exception] = {
            CERTIFICATE_URL: HttpAnswer(200, {}, certificate()),
            CONFIRMATION_URL: HttpAnswer(200, {}, b"<ConfirmSubscriptionResponse/>"),
        }
        self.asked: list[str] = []

    def get(self, url: str, timeout_s: float) -> HttpAnswer:
        """Answer as a server would."""
        assert timeout_s > 0
        self.asked.append(url)
        found = self.answers[url]
        if isinstance(found, Exception):
            raise found
        return found
