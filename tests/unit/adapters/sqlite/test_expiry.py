from tests.builders import T0
from tests.contract.test_fingerprints import mark
from tocsin.adapters.sqlite import (
    SqliteArchive,
    SqliteBlobs,
    SqliteFingerprints,
    SqliteJournal,
    SqliteSilences,
)
from tocsin.adapters.sqlite.expiry import expire
from tocsin.domain.matchers import Matcher
from tocsin.domain.silence import Silence

DAY_S = 86_400.0


def test_what_is_over_is_deleted_and_the_rest_is_not(database):
    marks, silences = SqliteFingerprints(database), SqliteSilences(database)
    journal, archive = SqliteJournal(database), SqliteArchive(database, kept_s=DAY_S)
    marks.write([mark("old", expires_at_s=T0), mark("new", expires_at_s=T0 + 1)])
    for name, delete_at_s in (("old", T0), ("new", T0 + 1)):
        silences.write("acme", [silence(name)], delete_at_s)
    journal.write("acme", T0 - 5 * DAY_S, "old", [])
    old, new = (archive.store("acme", T0 - age, "x", b"x") for age in (DAY_S, DAY_S - 3600))
    SqliteBlobs(database, lambda: T0 - 16 * DAY_S).put("old", b"x")
    SqliteBlobs(database, lambda: T0).put("new", b"x")

    expire(database, T0, journal_kept_s=5 * DAY_S, archive_kept_s=DAY_S)
    silences.forget(T0)

    assert list(marks.read(["old", "new"], 0.0)) == ["new"]
    for known in (silences, SqliteSilences(database)):
        assert [each.id for each in known.all("acme")] == ["new"]
    assert (archive.read(old), archive.read(new)) == (None, b"x")
    assert list(SqliteBlobs(database, lambda: T0).keys("")) == ["new"]


def silence(name):
    return Silence(
        id=name,
        matchers=(Matcher("a", "=", "b"),),
        starts_at_s=T0,
        ends_at_s=T0 + 60,
        updated_at_s=T0,
    )
