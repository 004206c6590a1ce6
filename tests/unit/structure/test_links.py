"""Every relative link and anchor of the documentation leads somewhere."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCED = re.compile(r"^( *)(```|~~~).*?^\1\2", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
_HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)
_ID = re.compile(r'<a (?:id|name)="([^"]+)"')
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def links(text: str) -> list[str]:
    """Return where a page leads to within the repository."""
    found = _LINK.findall(_CODE.sub("`", _FENCED.sub("", text)))
    return [link for link in found if not _ELSEWHERE.match(link)]


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    counts: dict[str, int] = {}
    found = set(_ID.findall(text))
    for heading in _HEADING.findall(_FENCED.sub("", text)):
        shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        count = counts.get(name, 0)
        counts[name] = count + 1
        found.add(f"{name}-{count}" if count else name)
    return found


@cache
def _anchors_of(path: Path) -> set[str]:
    return anchors(path.read_text(encoding="utf-8"))


def broken(page: Path, text: str) -> Iterator[str]:
    """Yield the links of a page that lead nowhere."""
    for link in links(text):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        is_there = target.is_relative_to(ROOT) and target.exists()
        # Anchors of other files, such as lines of code, are made by who shows them.
        if is_there and anchor and target.suffix == ".md":
            is_there = anchor in _anchors_of(target)
        if not is_there:
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_anchor_of_a_page_is_there(page: Path) -> None:
    assert list(broken(page, page.read_text(encoding="utf-8"))) == []


def test_there_are_pages_and_links_to_look_at() -> None:
    assert {ROOT / "README.md", ROOT / "docs" / "receivers.md"} <= set(PAGES)
    assert len(links((ROOT / "README.md").read_text(encoding="utf-8"))) > 50


def test_what_leads_nowhere_is_found() -> None:
    text = (
        "[a](docs/nothing.md) [b](docs/receivers.md#nothing) [c](#nothing) [d](../../outside.md)\n"
        "[e](docs/receivers.md#a-kind-more) [f](https://example.com/x.md) `[g](code.md)`\n"
        "```\n[h](fenced.md)\n```\n![i](docs/images/nothing.png)"
    )
    assert list(broken(ROOT / "README.md", text)) == [
        "docs/nothing.md",
        "docs/receivers.md#nothing",
        "#nothing",
        "../../outside.md",
        "docs/images/nothing.png",
    ]


def test_anchors_are_those_of_github() -> None:
    text = '# A `b_c` [d](e.md), f!\n## Twice\n## Twice\n```\n# none\n```\n<a id="own"></a>\n'
    assert anchors(text) == {"a-b_c-d-f", "twice", "twice-1", "own"}
