"""The launcher runs the emulator with the patches that fit, and says which do not."""

import os

import pytest

from cli.localcloud import launcher, leash


@pytest.fixture
def emulator_runs(monkeypatch):
    runs = []
    monkeypatch.setattr("ministack.app.main", lambda: runs.append(True))
    monkeypatch.setattr(leash, "hold", lambda: None)
    return runs


def test_what_does_not_fit_is_printed_and_the_emulator_runs_all_the_same(
    emulator_runs, monkeypatch, capsys
):
    monkeypatch.setattr(launcher.patches, "apply", lambda: ["sqs._receive does not exist"])

    launcher.main()

    assert emulator_runs == [True]
    expected = "tocsin: the emulator is used as it comes: sqs._receive does not exist\n"
    assert capsys.readouterr().out == expected


def test_nothing_is_printed_when_all_fits(emulator_runs, monkeypatch, capsys):
    monkeypatch.setattr(launcher.patches, "apply", list)

    launcher.main()

    assert capsys.readouterr().out == ""


def test_a_process_that_leads_no_group_takes_no_leash(monkeypatch):
    started = []
    monkeypatch.setattr(os, "getpgrp", lambda: os.getpid() + 1)
    monkeypatch.setattr(leash.Thread, "start", started.append)

    leash.hold()

    assert started == []
