"""Leaving fields out of a JSON body: those that are named, or all others."""

from typing import Any

from tocsin.domain.paths import Path, Step, parse_path, places

# What to keep below each step; nothing below: everything.
_Tree = dict[Step, Any]


def without_fields(payload: Any, drop: tuple[str, ...], keep: tuple[str, ...]) -> Any:
    """Return a payload without the fields at `drop`, and of the rest only those at `keep`.

    An empty `keep` keeps all. The payload that is given may be changed.
    """
    for text in drop:
        for container, key in reversed(list(places(payload, parse_path(text)))):
            del container[key]
    return _kept(payload, _tree([parse_path(text) for text in keep]))


def _tree(paths: list[Path]) -> _Tree:
    tree: _Tree = {}
    # Shorter ones first: what is kept as a whole is kept whatever else is said of its parts.
    for path in sorted(paths, key=len):
        below = tree
        for place, step in enumerate(path):
            if step in below and not below[step]:
                break
            below = below.setdefault(step, {})
            if place == len(path) - 1:
                below.clear()
    return tree


def _kept(value: Any, tree: _Tree) -> Any:
    if not tree:
        return value
    if type(value) is dict:
        return {name: _kept(value[name], tree[name]) for name in value if name in tree}
    if type(value) is list:
        if None in tree:
            return [_kept(each, tree[None]) for each in value]
        return [_kept(each, tree[place]) for place, each in enumerate(value) if place in tree]
    return value
