"""Clients of the emulator take nothing from the user's shell."""

from cli.localcloud.clients import Clients


def test_a_profile_an_endpoint_and_a_proxy_of_the_shell_do_not_count(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://elsewhere.example")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-real-one")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    clients = Clients("http://127.0.0.1:1")

    client = clients.client("sqs")

    assert client.meta.endpoint_url == "http://127.0.0.1:1"
    assert client.meta.config.proxies == {}
    assert client._request_signer._credentials.access_key == "test"
    assert clients.client("sqs") is client
