"""Every scheme that signs with a shared secret: right, forged, cut off, doubled, stale."""

import hmac

import pytest

from tests.unit.signatures.vectors import T_STANDARD, VECTORS, Vector
from tocsin.domain.config import Signature
from tocsin.domain.errors import ConfigurationError, InvalidSignature
from tocsin.domain.signatures import proof, registry, standard
from tocsin.domain.signatures.proof import Proof, check_fresh

OTHER = b"whsec_b3RoZXIgc2VjcmV0IG9mIG5vYm9keQ=="


@pytest.fixture(params=VECTORS)
def vector(request: pytest.FixtureRequest) -> Vector:
    return VECTORS[request.param]


def verify(vector: Vector, *secrets: bytes, body: bytes | None = None, **headers: str) -> Proof:
    given = {**vector.headers, **{name.replace("_", "-"): text for name, text in headers.items()}}
    content = vector.body if body is None else body
    return registry.verify(vector.signature, given, content, secrets or [vector.secret])


def refused(vector: Vector, *secrets: bytes, body: bytes | None = None, **headers: str) -> None:
    with pytest.raises(InvalidSignature) as raised:
        verify(vector, *secrets, body=body, **headers)
    assert (raised.value.status, raised.value.message) == (401, "no valid signature")


def test_every_scheme_has_a_vector() -> None:
    assert set(VECTORS) == set(registry.SHARED)


def test_what_the_vendor_signed_is_right_and_names_the_request(vector: Vector) -> None:
    assert verify(vector) == Proof(id=vector.id, signed_at_s=vector.at_s)


def test_any_of_several_secrets_may_have_signed(vector: Vector) -> None:
    assert verify(vector, OTHER, vector.secret) == verify(vector, vector.secret, OTHER)


def test_another_secret_is_refused(vector: Vector) -> None:
    refused(vector, OTHER)


def test_one_changed_byte_of_the_body_is_refused(vector: Vector) -> None:
    refused(vector, body=vector.body + b" ")
    refused(vector, body=vector.body[:-1])
    refused(vector, body=b"")


def test_what_is_needed_must_be_there(vector: Vector) -> None:
    for name in vector.names:
        refused(vector, **{name.replace("-", "_"): ""})


@pytest.mark.parametrize("length", [1, 8, 64])
def test_a_signature_that_is_cut_off_is_refused(vector: Vector, length: int) -> None:
    name = vector.names[-1]
    refused(vector, **{name.replace("-", "_"): vector.headers[name][:-length]})


def test_a_header_that_came_twice_is_refused(vector: Vector) -> None:
    if vector.scheme == "pagerduty":
        pytest.skip("PagerDuty separates signatures by commas")
    for name in vector.names:
        value = vector.headers[name]
        refused(vector, **{name.replace("-", "_"): f"{value}, {value}"})
        refused(vector, **{name.replace("-", "_"): f"forged, {value}"})


@pytest.mark.parametrize("value", ["é" * 64, "\ud800", "\x00", "v1=", "sha256=", " , ", "v1," * 99])
def test_no_nonsense_in_a_header_is_more_than_refused(vector: Vector, value: str) -> None:
    for name in vector.names:
        refused(vector, **{name.replace("-", "_"): value})


def test_a_time_that_was_not_signed_is_refused(vector: Vector) -> None:
    for name in vector.names:
        if "timestamp" in name:
            for text in (str(int(vector.headers[name]) + 1), "1e9", "-5", "١٢٣", "9" * 13):
                refused(vector, **{name.replace("-", "_"): text})


def test_upper_case_is_another_signature(vector: Vector) -> None:
    name = vector.names[-1]
    refused(vector, **{name.replace("-", "_"): vector.headers[name].upper()})


def test_a_request_is_signed_if_it_has_the_header_whatever_is_in_it(vector: Vector) -> None:
    assert registry.is_signed(vector.signature, vector.headers)
    assert not registry.is_signed(vector.signature, {"content-type": "application/json"})


def test_the_header_can_have_another_name() -> None:
    github = VECTORS["github"]
    signature = Signature(provider="generic", scheme="github", header="x-own")
    headers = {"x-own": github.headers["x-hub-signature-256"]}
    assert registry.verify(signature, headers, github.body, [github.secret]) == Proof()
    with pytest.raises(InvalidSignature):
        registry.verify(signature, github.headers, github.body, [github.secret])


def test_grafana_without_a_time_is_refused_though_its_body_is_signed() -> None:
    grafana = VECTORS["grafana"]
    signed = hmac.new(grafana.secret, grafana.body, "sha256").hexdigest()
    headers = {"x-grafana-alerting-signature": signed}
    with pytest.raises(InvalidSignature):
        registry.verify(grafana.signature, headers, grafana.body, [grafana.secret])


def test_pagerduty_may_send_a_body_that_is_no_event() -> None:
    vector = VECTORS["pagerduty"]
    for body in (b"[]", b"{", b'{"event":5}', b'{"event":{"id":7}}'):
        signed = "v1=" + hmac.new(vector.secret, body, "sha256").hexdigest()
        assert verify(vector, body=body, x_pagerduty_signature=signed) == Proof()


def test_standard_webhooks_skips_versions_that_it_does_not_know() -> None:
    vector = VECTORS["standard"]
    right = vector.headers["webhook-signature"]
    assert verify(vector, webhook_signature=f"v1a,AAAA v2,BBBB {right}").id == vector.id
    refused(vector, webhook_signature=right.replace("v1,", "v2,"))


def test_a_secret_of_the_wrong_form_is_the_operators_fault_unless_another_is_right() -> None:
    vector = VECTORS["standard"]
    assert verify(vector, b"not base64!", vector.secret).id == vector.id
    with pytest.raises(ConfigurationError) as raised:
        verify(vector, b"s3cret not base64!")
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("off_s", "is_fresh"), [(0, True), (300, True), (-300, True), (301, False)]
)
def test_a_signed_time_counts_for_the_tolerance_both_ways(off_s: int, is_fresh: bool) -> None:
    signed = Proof(id="x", signed_at_s=float(T_STANDARD))
    if is_fresh:
        check_fresh(signed, 300.0, T_STANDARD + off_s)
    else:
        for now_s in (T_STANDARD + off_s, T_STANDARD - off_s):
            with pytest.raises(InvalidSignature):
                check_fresh(signed, 300.0, now_s)


def test_what_signs_no_time_is_always_fresh() -> None:
    check_fresh(Proof(id="x"), 1.0, 1e10)


def test_every_signature_is_compared_in_constant_time(
    vector: Vector, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(proof.hmac, "compare_digest", compare)
    secrets = [vector.secret, OTHER, vector.secret]
    registry.verify(vector.signature, vector.headers, vector.body, secrets)
    # All of them, though the first is right.
    assert len(compared) == 3 * (2 if vector.scheme == "pagerduty" else 1)


def test_the_key_of_standard_webhooks_is_what_base64_says() -> None:
    assert standard._key_of(b"whsec_AAEC\n") == b"\x00\x01\x02"
