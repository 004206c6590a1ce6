import pytest

from cli.onemachine.options import Address, read_address, read_duration_s
from tocsin.domain.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9093", Address("127.0.0.1", 9093)),
        (":9093", Address("", 9093)),
        ("[::1]:9093", Address("::1", 9093)),
    ],
)
def test_addresses(text, address):
    assert read_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize("text", ["", "9093", "host:", "host:port", "host:99999"])
def test_what_is_no_address_is_said(text):
    with pytest.raises(ConfigurationError, match="write host:port"):
        read_address(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120h", 432_000.0), ("1d12h", 129_600.0), ("500ms", 0.5), ("0", 0.0), ("1m30s", 90.0)],
)
def test_durations(text, seconds):
    assert read_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "12", "1.5h", "-1h"])
def test_what_is_no_duration_is_said(text):
    with pytest.raises(ConfigurationError, match="no duration"):
        read_duration_s(text)
