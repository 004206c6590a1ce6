"""How many messages a person gets from one receiver, and when more of them become a digest.

All workers share one record a receiver, written on condition that it has not changed: when
messages were let go, and when groups last wanted to say something. It follows:

- In a storm, that is `storm` groups that want to speak within `storm_s`, they are told together,
  and never are more than `storm` messages let go within that time.
- Half of `limit` in `window_s` is free. The other half is spread over the window, so that nobody
  waits for the whole of it: a message every `window_s` divided by half of `limit`.
- As long as anything waits for the digest, or the receiver is left alone, what comes later stands
  behind it.

Each try counts, since a receiver may have what it did not answer for. What was written down to be
sent under a key of its own can not join the digest any more. It waits for its turn, and takes turns
with the digest once half of `limit` is used.

What is not news, a repeat or an update, counts in no storm: so many of them would keep each other
waiting for ever. It waits for its turn by the limit, and for `every_s` while there is a storm.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec.structs import replace

# What wants to speak in a storm changes nothing by saying so again within this time.
_NOTED_S = 1.0
# Who finds a try let go this short ago has done it, and the answer was lost.
_ANSWER_S = 10.0


class PacePolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """At most `limit` messages in any `window_s`; from `storm` groups in `storm_s` on, a digest.

    A digest speaks every `every_s` at most.
    """

    limit: int = 50
    window_s: float = 3600.0
    storm: int = 10
    storm_s: float = 60.0
    every_s: float = 60.0


class Sent(msgspec.Struct, frozen=True, array_like=True):
    """A try that was let go: when, under which key, and whether the digest spoke."""

    at_s: float
    key: str
    is_digest: bool = False


class Pace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all workers know of one receiver. `version` 0: nothing is stored."""

    key: str
    version: int = 0
    sent: tuple[Sent, ...] = ()
    wanted_at_s: tuple[float, ...] = ()
    # Whether something was handed to the digest that it may not have said yet.
    owes: bool = False
    # Until when which endpoint is left alone, as its breaker says.
    held_until_s: float = 0.0
    held_at: str = ""


class Turn(msgspec.Struct, frozen=True):
    """What a group may do: "go" and speak, or leave it to the digest, or "wait" until `at_s`."""

    kind: Literal["go", "digest", "wait"]
    at_s: float = 0.0


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was to be sent before: its key, and when it was last tried; 0: never."""

    key: str
    tried_at_s: float = 0.0
    is_digest: bool = False


GO = Turn("go")


def pace_key(tenant: str, receiver: str) -> str:
    """Return the key of a receiver's record; no breaker has the same."""
    digest = blake2b(msgspec.json.encode(("pace", tenant, receiver)), digest_size=16)
    return f"{tenant}#{digest.hexdigest()}"


def _owes() -> bool:
    return True


def ask(
    pace: Pace, policy: PacePolicy, key: str, now_s: float, owes: Callable[[], bool] = _owes
) -> tuple[Turn, Pace]:
    """Say what a group may do that wants to send the message `key`, and what is known then.

    `owes` looks whether the digest has anything to say, and is asked only if all hangs on that:
    what was handed over may have ended unheard, and who was to hand over may have died.
    """
    if _is_let_go(pace, key, now_s):
        return GO, pace
    wanting = _wanting(pace, policy, now_s)
    noted = _noted(pace, policy, wanting, now_s)
    at_s = _free_at_s(pace, policy, now_s)
    is_calm = len(wanting) + 1 < policy.storm and at_s <= now_s
    if is_calm and not (pace.owes and owes()):
        return GO, let_go(replace(noted, owes=False), policy, key, now_s)
    at_s = max(at_s, _last_at_s(pace) + policy.every_s, now_s)
    return Turn("digest", at_s), replace(noted, owes=True) if not noted.owes else noted


def ask_again(
    pace: Pace, policy: PacePolicy, key: str, now_s: float, owes: Callable[[], bool] = _owes
) -> tuple[Turn, Pace]:
    """Say what a group may do whose message `key` is not news: to go, or to wait."""
    if _is_let_go(pace, key, now_s):
        return GO, pace
    at_s = _free_at_s(pace, policy, now_s)
    if len(_wanting(pace, policy, now_s)) + 1 >= policy.storm:
        at_s = max(at_s, _last_at_s(pace) + policy.every_s)
    if at_s > now_s:
        return Turn("wait", at_s), pace
    if pace.owes and owes():
        return Turn("wait", now_s + policy.every_s), pace
    return GO, let_go(replace(pace, owes=False), policy, key, now_s)


def ask_for_digest(
    pace: Pace, policy: PacePolicy, key: str, now_s: float, *, more: bool
) -> tuple[Turn, Pace]:
    """Say when the digest may send the message `key`; `more` is to follow it.

    While it waits the others stand behind it, or each of them would make it wait anew.
    """
    if _is_let_go(pace, key, now_s):
        return GO, pace
    at_s = _free_at_s(pace, policy, now_s)
    if pace.sent:
        at_s = max(at_s, _last_at_s(pace) + policy.every_s)
    if at_s > now_s:
        return Turn("wait", at_s), pace if pace.owes else replace(pace, owes=True)
    return GO, let_go(replace(pace, owes=more), policy, key, now_s, is_digest=True)


def ask_for_written(
    pace: Pace, policy: PacePolicy, what: Written, now_s: float, owes: Callable[[], bool] = _owes
) -> tuple[Turn, Pace]:
    """Say when what is written down may be sent.

    It may be tried though its receiver is left alone: somebody has to find out.
    """
    if _is_let_go(pace, what.key, now_s, what.tried_at_s):
        return GO, pace
    at_s = next_at_s(pace, policy, now_s)
    if at_s > now_s:
        return Turn("wait", at_s), pace
    is_for_digest = _is_scarce(pace, policy, now_s) and not pace.sent[-1].is_digest
    if is_for_digest and not what.is_digest and pace.owes and owes():
        return Turn("wait", now_s + policy.every_s), pace
    return GO, let_go(pace, policy, what.key, now_s, is_digest=what.is_digest)


def let_go(
    pace: Pace, policy: PacePolicy, key: str, now_s: float, *, is_digest: bool = False
) -> Pace:
    """Note a try. No more of them are kept than can matter, whoever does not ask."""
    kept = (*_within(pace, policy, now_s), Sent(now_s, key, is_digest))
    return replace(pace, sent=kept[-max(policy.limit, policy.storm) :])


def leave_alone(pace: Pace, key: str, endpoint: str, until_s: float, *, was_sent: bool) -> Pace:
    """Note that nobody calls an endpoint until then; what was not sent to it gives its turn back.

    So what is new joins the digest meanwhile, and does not all come by itself when it is over.
    """
    unsent = () if was_sent else [each for each in pace.sent if each.key == key][-1:]
    until_s = max(until_s, pace.held_until_s if pace.held_at == endpoint else 0.0)
    if not unsent and (pace.held_at, pace.held_until_s) == (endpoint, until_s):
        return pace
    kept = tuple(each for each in pace.sent if each not in unsent)
    return replace(pace, sent=kept, held_at=endpoint, held_until_s=until_s)


def seen_from(pace: Pace, endpoint: str) -> Pace:
    """Return what is known where the receiver has this endpoint; of another one it does not hold.

    The address may have been mended.
    """
    if pace.held_at in ("", endpoint):
        return pace
    return replace(pace, held_at="", held_until_s=0.0)


def next_at_s(pace: Pace, policy: PacePolicy, now_s: float) -> float:
    """Return when the next message may go, as far as the limit says."""
    within = list(_within(pace, policy, now_s))
    at_s = now_s
    if len(within) >= policy.limit:
        at_s = within[-policy.limit].at_s + policy.window_s
    elif 2 * len(within) >= policy.limit:
        at_s = within[-1].at_s + 2 * policy.window_s / policy.limit
    if len(within) >= policy.storm:
        at_s = max(at_s, within[-policy.storm].at_s + policy.storm_s)
    return at_s


def _free_at_s(pace: Pace, policy: PacePolicy, now_s: float) -> float:
    """Return when what is not written down yet may go: not while its receiver is left alone."""
    return max(next_at_s(pace, policy, now_s), pace.held_until_s)


def _is_scarce(pace: Pace, policy: PacePolicy, now_s: float) -> bool:
    return 2 * sum(1 for _ in _within(pace, policy, now_s)) >= policy.limit


def _within(pace: Pace, policy: PacePolicy, now_s: float) -> Iterator[Sent]:
    return (each for each in pace.sent if each.at_s > now_s - policy.window_s)


def _wanting(pace: Pace, policy: PacePolicy, now_s: float) -> tuple[float, ...]:
    return tuple(at_s for at_s in pace.wanted_at_s if at_s > now_s - policy.storm_s)


def _noted(pace: Pace, policy: PacePolicy, wanting: tuple[float, ...], now_s: float) -> Pace:
    """Note that somebody wants to speak; not where the record says as much already."""
    is_full = len(wanting) >= policy.storm
    if is_full and wanting[-1] > now_s - _NOTED_S:
        return pace
    return replace(pace, wanted_at_s=(*wanting, now_s)[-policy.storm :])


def _is_let_go(pace: Pace, key: str, now_s: float, tried_at_s: float = 0.0) -> bool:
    """Tell whether this very try was let go, and only the answer to that was lost."""
    since_s = max(tried_at_s, now_s - _ANSWER_S)
    return any(each.key == key and each.at_s > since_s for each in pace.sent)


def _last_at_s(pace: Pace) -> float:
    return pace.sent[-1].at_s if pace.sent else 0.0
