import random
from math import sqrt
from time import process_time

import pytest

from tests.builders import alert
from tocsin.domain.enrichment.gist import gist_of
from tocsin.domain.enrichment.likeness import cosine, is_one_wording, pack, veto
from tocsin.domain.enrichment.template import masked


def said(text, name="Rule", **labels):
    return gist_of(
        alert(name=name, labels={"alertname": name, **labels}, annotations={"summary": text})
    )


def test_a_packed_vector_is_a_byte_a_dimension_and_keeps_its_direction():
    source = random.Random(7)
    one, other = ([source.gauss(0, 1) for _ in range(256)] for _ in range(2))
    exact = sum(a * b for a, b in zip(one, other, strict=True)) / sqrt(
        sum(a * a for a in one) * sum(b * b for b in other)
    )
    assert len(pack(one)) == 260
    assert cosine(pack(one), pack(one)) == pytest.approx(1.0)
    assert cosine(pack(one), pack(other)) == pytest.approx(max(0.0, exact), abs=0.01)


def test_vectors_of_nothing_or_of_other_lengths_are_not_alike():
    assert cosine(pack([0.0, 0.0]), pack([1.0, 0.0])) == 0.0
    assert cosine(b"", b"") == cosine(pack([]), pack([])) == 0.0
    assert cosine(pack([1.0]), pack([1.0, 1.0])) == 0.0
    assert cosine(pack([1.0, 0.0]), pack([-1.0, 0.0])) == 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Disk reads are slow", "Disk writes are slow"),
        ("Inbound traffic is high", "Outbound traffic is high"),
        ("Orders decreased", "Orders increased"),
        ("The host is down", "The host is up again"),
        ("The primary is slow", "The replica is slow"),
        ("CPU usage of prod is high", "CPU usage of staging is high"),
        ("Too many 5xx responses", "Too many 4xx responses"),
        ("HTTP status 503", "HTTP status 404"),
        ("Fan 2 has failed", "Fan 3 has failed"),
        ("Memory is nearly full", "CPU is nearly full"),
        ("CPU is too high", "CPU is underutilized"),
        ("Health is red", "Health is yellow"),
        ("The certificate has expired", "The certificate expires soon"),
    ],
)
def test_opposite_words_and_other_subjects_are_a_veto(one, other):
    assert veto(said(one), said(other))
    assert veto(said(other), said(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Disk reads are slow", "Reads of the disk wait too long"),
        ("CPU load is > 80%", "High CPU utilization (over 90% for 5m)"),
        ("Host is down", "The agent is not available"),
        ("Postgres replica is behind its primary", "Replication lag with primary is too high"),
        ("Something broke", "Orders decreased"),
    ],
)
def test_other_wordings_of_one_problem_are_no_veto(one, other):
    assert not veto(said(one), said(other))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("disk sdb of the host is slow", "disk sdc of the host is slow", True),
        ("volume /var is 91 % full", "volume /home is 95 % full", True),
        ("the link of the switch is down", "the link of the switch is down now", True),
        ("volume /var is 91 % full", "volume /var is 95 % full", False),
        ("high cpu", "memory full", False),
        ("the disk of the host is full", "no space is left on the volume of the machine", False),
    ],
)
def test_texts_that_differ_in_a_word_or_two_are_of_one_wording(one, other, expected):
    assert is_one_wording(masked(one), masked(other)) is expected


def test_the_gist_is_in_the_same_words_whoever_tells_it():
    prometheus = said(
        "Host high CPU load (instance web-1:9100)", "HostHighCpuLoad", instance="web-1:9100"
    )
    zabbix = said("", "Linux: High CPU utilization (over 90% for 5m)", host="web-1")
    assert prometheus.text == zabbix.text
    assert prometheus.subjects == zabbix.subjects == ("cpu",)


def test_what_is_down_and_says_no_more_is_about_availability():
    assert said("mail-1 is unreachable").subjects == ("availability",)


def test_cloudwatch_says_what_it_is_about_in_the_description():
    told = gist_of(
        alert(
            name="alarm-1",
            annotations={
                "summary": "Threshold Crossed: 1 datapoint",
                "description": "Writes are slow",
            },
        )
    )
    assert told.subjects == ("latency",)
    assert "access=writes" in told.sides


def test_an_alert_without_words_has_no_gist():
    assert said("", "123").text == ""


@pytest.mark.parametrize(
    "piece", ["a", "A", "aB", "disk ", "receive ", "no ", "too ", "out of ", "x_", "1", "status 5"]
)
def test_the_gist_of_a_hostile_text_takes_no_time(piece):
    text = piece * (65_536 // len(piece))
    began_s = process_time()
    for _ in range(20):
        told = said(text)
    assert process_time() - began_s < 1.0
    assert len(told.text.split()) <= 120
