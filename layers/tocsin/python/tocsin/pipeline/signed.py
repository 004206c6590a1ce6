"""Signed requests: is the signature right, is it fresh, and was the request accepted before?

A request is remembered only after the queue has its alerts, so a sender whose first attempt
failed half-way can send again and loses nothing. Until it is remembered, a repeat travels under
the same envelope id, which later stages recognise as they do a redelivery.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b

import msgspec

from tocsin.domain.config import Signature
from tocsin.domain.errors import InvalidInput, InvalidSignature, Permanent, TocsinError
from tocsin.domain.signatures import registry, sns
from tocsin.domain.signatures.proof import Headers, Proof, check_fresh
from tocsin.ports import Accepted, Secrets, Seen, SnsAuthority

# Senders deliver again for up to three days, GitHub when somebody asks it to.
REMEMBERED_S = 3 * 86_400.0


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a request before it is accepted.

    `envelope_id` is "" where nothing names the request. `is_unsure` says that the memory of
    former requests did not answer. `topic` is set where an SNS subscription was confirmed.
    """

    name: str = ""
    digest: str = ""
    envelope_id: str = ""
    is_repeat: bool = False
    is_unsure: bool = False
    topic: str = ""


class SignedRequests:
    """Checks what senders sign, and remembers what was accepted."""

    def __init__(
        self, secrets: Secrets, seen: Callable[[], Seen], authority: Callable[[], SnsAuthority]
    ) -> None:
        self._secrets = secrets
        self._seen = seen
        self._authority = authority

    def check(
        self, tenant: str, signature: Signature, headers: Headers, body: bytes, now_s: float
    ) -> Checked:
        """Look at a request as it was received, before its body is parsed.

        Raises InvalidSignature, and InvalidInput with status 409 for a name that was used for
        another body. Raises Permanent or Retryable where a secret or a certificate that would
        decide it cannot be read.
        """
        is_sns = signature.scheme == "sns"
        is_signed = sns.is_signed(body) if is_sns else registry.is_signed(signature, headers)
        if not is_signed and not signature.required:
            return Checked()
        if is_sns:
            return self._check_sns(tenant, signature, sns.read(body), now_s)
        proof = self._proof(signature, headers, body)
        check_fresh(proof, signature.tolerance_s, now_s)
        return self._look_back(tenant, signature, proof, body, now_s)

    def remember(self, tenant: str, checked: Checked, now_s: float) -> bool:
        """Remember a request that the queue has; return whether that worked."""
        if not checked.name or checked.is_repeat:
            return True
        try:
            accepted = Accepted(checked.digest)
            self._seen().remember(tenant, checked.name, accepted, now_s + REMEMBERED_S)
        except TocsinError:
            # The alerts are safe. To refuse them now would only make the sender repeat them.
            return False
        return True

    def _proof(self, signature: Signature, headers: Headers, body: bytes) -> Proof:
        secrets, problem = self._read(signature)
        try:
            return registry.verify(signature, headers, body, secrets)
        except InvalidSignature:
            if problem is not None:
                raise problem from None
            raise

    def _read(self, signature: Signature) -> tuple[Sequence[bytes], TocsinError | None]:
        """Return the secrets that can be read: one that cannot must not stop the others."""
        found: list[bytes] = []
        problem: TocsinError | None = None
        for secret in signature.secrets:
            try:
                value = self._secrets.get(secret.name) if secret.name else secret.value
            except Permanent as error:
                problem = Permanent(f"signing secret {secret.name}: {error.reason}")
            except TocsinError as error:
                problem = error
            else:
                found.append(value.encode())
        return found, problem

    def _check_sns(
        self, tenant: str, signature: Signature, message: sns.SnsMessage, now_s: float
    ) -> Checked:
        # Anybody can have AWS sign a message of a topic of their own.
        if message.topic_arn not in signature.topics:
            raise InvalidSignature
        self._authority().check(message)
        proof = sns.proof_of(message)
        check_fresh(proof, signature.tolerance_s, now_s)
        # Two subscriptions of one topic differ in what is not signed.
        text = sns.signed_text(message)
        checked = self._look_back(tenant, signature, proof, text, now_s)
        if message.type != "SubscriptionConfirmation" or checked.is_repeat:
            return checked
        url = sns.confirmation_url(message)
        if url is None:
            raise InvalidSignature
        self._authority().confirm(url)
        return msgspec.structs.replace(checked, topic=message.topic_arn)

    def _look_back(
        self, tenant: str, signature: Signature, proof: Proof, content: bytes, now_s: float
    ) -> Checked:
        if not proof.id:
            return Checked()
        name = _hash(f"{signature.provider}#{signature.scheme}#{proof.id}".encode(errors="replace"))
        digest = _hash(content)
        known = Checked(
            name=name, digest=digest, envelope_id=f"signed-{_hash(f'{name}#{digest}'.encode())}"
        )
        try:
            before = self._seen().find(tenant, name, now_s)
        except TocsinError:
            return msgspec.structs.replace(known, is_unsure=True)
        if before is None:
            return known
        if before.digest != digest:
            message = "a request of this id had another body"
            raise InvalidInput(message, status=409, code="replayed")
        return msgspec.structs.replace(known, is_repeat=True)


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
