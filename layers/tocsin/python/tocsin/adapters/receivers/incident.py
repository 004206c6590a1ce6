"""What kinds of receivers share that keep one incident for all that is said of a group."""

from hashlib import sha256

from tocsin.domain.group import GroupKey


def incident_key(group: GroupKey) -> str:
    """Return the name of a group's incident: 64 hexadecimal digits, the same for ever.

    Its receiver is a part of it: a step of an escalation that tells the same service again must
    page anew, and not vanish in the incident of the step before it.
    """
    return sha256(group.id.encode()).hexdigest()
