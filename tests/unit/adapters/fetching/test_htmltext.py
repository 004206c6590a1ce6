"""The words of HTML pages, ordinary and hostile."""

import random

import pytest

from tocsin.adapters.fetching.htmltext import Words, read

PAGE = """<!doctype html><html><head><title> How to
 restart &amp; why</title><style>p {}</style><script>alert("no")</script></head>
<body><nav><a href=/>Home</a></nav><header><h1>Restart</h1></header>
<div>First <b>drain</b> <a href="https://evil.example/">it</a>.<br>Then&nbsp;wait.</div>
<ul><li>One</li><li>Two<!-- no --></li></ul><table><tr><td>Owner<td>Ann</table>
<svg><title>icon</title></svg><form><input value=x><button>Go</button></form>
<noscript>no</noscript><template><p>no</p></template><footer>Imprint</footer></body></html>"""


def test_words_are_read_block_by_block_without_what_surrounds_them():
    assert read(PAGE) == Words(
        "How to restart & why",
        "Restart\nFirst drain it.\nThen wait.\nOne\nTwo\nOwner\nAnn",
    )


def test_where_a_page_says_what_is_its_content_that_is_read():
    assert read("<body>Menu<main><p>Text<nav>no</nav></main>End").text == "Text"
    assert read("<body>Menu<div role=main>Text</div>End").text == "Text"
    assert read("<body>Words<main><script>no</script></main>").text == "Words"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("only words", "only words"),
        ("<p>a<p>b</i></div>c", "a\nbc"),
        ("<b><i>a</b>b</i>", "ab"),
        ("a<script>b", "a"),
        ("a<!-- b", "a"),
        ("a<b c='", "a"),
        ("a<nav>b<nav>c</nav>d</nav>e", "a\ne"),
        ("<frameset><frame src=x></frameset>", ""),
        ("a\0b&#0;c&#xD800;&bogus;", "ab\ufffdc\ufffd&bogus;"),
        ("<title>t</title><body><svg><title>no</title></svg>a", "a"),
    ],
)
def test_broken_markup_is_read_as_browsers_do(html, text):
    assert read(html).text == text


# Tracing would double the time, and other tests go through nearly all of these lines.
@pytest.mark.no_cover
@pytest.mark.parametrize(
    "piece",
    ["<div>", "<div>a", "<b>", "<a>x", "<b><i>x</b>", "<table><td>", "<table><a>", "<a ", "<!--",
     "<![CDATA[", "&", "<", "</", "<svg><desc>", "<template>", "<script>", "<nav>", "<main>",
     "<button>", "<ul><li>", "<ruby><rt>", "<select><option>", "\0", "&amp;", "<p></b>", "<x-y>"],
)  # fmt: skip
@pytest.mark.timeout(30)
def test_64_kb_of_anything_are_read_in_time_however_deep(piece):
    read(piece * (65_536 // len(piece)))
    closing = piece * 2000 + piece.replace("<", "</") * 2000
    read(closing)


def test_a_thousand_levels_have_words():
    assert read("<div>" * 1000 + "deep" + "</div>" * 1000).text == "deep"


TAGS = [
    "div", "p", "b", "i", "a", "table", "tr", "td", "template", "svg", "math", "select", "option",
    "frameset", "script", "style", "nav", "title", "main", "textarea", "html", "body", "head",
    "form", "button", "iframe", "noscript", "plaintext", "article", "ruby", "rt", "br", "img",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_any_soup_of_tags_is_read(seed):
    chosen = random.Random(seed)
    others = ["x ", "&#0;", "<!--", "-->", "<![CDATA[", "]]>", '<a b="', "\0", "\x80", "</", "\n"]
    for _ in range(10):
        tags = [f"<{chosen.choice(('', '/'))}{chosen.choice(TAGS)}>" for _ in range(200)]
        words = read("".join(chosen.choice([tag, tag, chosen.choice(others)]) for tag in tags))
        assert "\0" not in words.text
        assert all(line == line.strip() != "" for line in words.text.split("\n")) or not words.text
