from time import process_time

import pytest

from tests.builders import alert
from tocsin.domain.enrichment.template import LIMIT_CHARS, masked, template_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("93.4% used, 512 MB free, 1,000.5 and 1e5", "# used, # free, # and #"),
        ("at -5 C for 300s, 5m, 10 minutes, 3.5ms", "at -# for #, #, #, #"),
        ("since 2025-11-22T06:31:00.123Z", "since #"),
        ("on 2025-11-22 at 06:31, 22/11/25 06:32:00", "on # at #, # #"),
        ("epoch 1763793185 or 1763793185123", "epoch # or #"),
        ("took 00:41:07", "took #"),
        ("from 10.0.4.11:9100 to 192.0.2.7", "from #:# to #"),
        ("request 6a0f9a52-2c1b-4c6e-9d6b-2b7f0f6d2c11", "request #"),
        ("request b07d11e4 of 0xDEADBEEF", "request # of #"),
        ("job 20251122T020000Z-3f2a9c81", "job #-#"),
        ("pod api-7d9f8b6c5d-x2x4q failed", "pod api# failed"),
        ("268435456.0 and 80.0", "# and #"),
        ("12/50 nodes", "#/50 nodes"),
    ],
)
def test_what_changes_from_one_telling_to_the_next_is_masked(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "db-1 and db-2 on eth0, sda3, gi1/0/24",
        "fan 2, shard=7, partition 12, disk:3",
        "p99, 99th percentile, 5xx, v1.2.3",
        "a facade, defaced and effaced",
        "api-server-down, my-basic-group, host-24568",
    ],
)
def test_what_tells_two_things_apart_is_kept(text):
    assert masked(text) == text


def test_of_an_http_status_the_class_is_kept():
    assert masked("status 503") == masked("Status 500") == "status 5#"
    assert masked("status 404") != masked("status 503")
    assert masked("status code 404") != masked("status code 503")
    assert masked("HTTP 404") != masked("HTTP 503")
    assert masked("a status of 404") != masked("a status of 503")


def said(name="DiskFull", **annotations):
    return template_of(alert(name=name, annotations=annotations))


def test_the_same_words_with_other_numbers_are_one_template():
    one = said(summary="Disk /var of db-1 is 93.2 % full", value="93.2")
    other = said(summary="Disk /var of db-1 is 97 % full", value="97")
    assert one == other
    assert len(one.digest) == 24


@pytest.mark.parametrize(
    "other",
    [
        said("DiskFull", summary="writes are slow"),
        said("DiskFull", summary="reads are slow", description="more"),
        said("InodesFull", summary="reads are slow"),
        said("DiskFull", description="reads are slow", summary=""),
    ],
)
def test_other_words_are_another_template(other):
    assert said("DiskFull", summary="reads are slow").digest != other.digest


def test_an_alert_that_says_nothing_has_the_template_of_its_name():
    assert said("Disk 1").text == "disk 1"


def test_what_is_said_twice_counts_once():
    assert said("Login", summary="Login", description="Login") == said("Login")


def test_half_a_surrogate_pair_can_be_stored():
    assert said("a\ud800b").text.encode()


def test_of_a_long_text_the_begin_counts():
    assert len(said(summary="word " * 20_000).text) <= LIMIT_CHARS
    assert said(summary="x" * 2000 + "1") == said(summary="x" * 2000 + "y")


@pytest.mark.parametrize(
    "piece", ["1", "a", "-", "a1", "1:", "1.", "1,", "0x", "e1", "status 5", "f-", "1e+", "- ", "́1"]
)
def test_hostile_texts_take_no_time(piece):
    text = piece * (65_536 // len(piece))
    began_s = process_time()
    for _ in range(20):
        said(summary=text)
    ordinary_s = process_time() - began_s
    assert ordinary_s < 1.0
