"""Plain text: nothing hidden, nothing to click, nobody mentioned, no markup."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.enrichment.plain import hosts_in, plain, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see http://evil.example/x?y=z now", "see now"),
        ("see h\u200bttps://evil.example now", "see now"),
        ("see \uff48ttps://evil.example now", "see now"),
        ("https:*//evil*.example", ""),
        ("https:_//evil_.example/a", ""),
        ("ht`tps:`//evil.example", ""),
        ("<b>https</b>://evil.example", "https ://evil[.]example"),
        ("javascript:alert(1) data:text/html,x mailto:a@b.example", "at b[.]example"),
        ("www.evil.example evil.example/steal?x", "evil[.]example/steal?x"),
        ("evil\u3002example and evil\uff0eexample", "evil[.]example and evil[.]example"),
        ("a.b.c.d.e.f.g.h.i.j.evil.example", "[.]".join("abcdefghij") + "[.]evil[.]example"),
        (f"{'x' * 70}.evil.example .evil.example", f"{'x' * 70}[.]evil[.]example .evil[.]example"),
        ("evil.example.5 evil.example.log", "evil[.]example[.]5 evil[.]example[.]log"),
        ("[click me](https://evil.example) ![](https://evil.example/p.png)", "click me"),
        ("<https://evil.example|click> <script>x</script> \uff1cimg src=x\uff1e", "x"),
        ("<script src=", "script src="),
        ("@here <!channel> <@U123> \uff20everyone @_@ops", "here everyone at ops"),
        ("mail bob@evil.example", "mail bob at evil[.]example"),
        ("**bold** `code` ~~gone~~ ||hidden|| _it_ __init__", "bold code gone hidden it init"),
        ("# Title\n> quoted\n- item", "Title > quoted - item"),
        ("{{ $labels.x }} {% raw %}", "$labels[.]x raw"),
        ("a\u202eb\u2066c\U000e0041d\x00\x1b[31m\ud800", "abcd[31m"),
        ("z" + "\u0301" * 50, "\u017a\u0301"),
    ],
)
def test_what_looks_like_anything_but_text_is_taken_out(text, expected):
    assert plain(text, 300) == expected


@pytest.mark.parametrize(
    "text",
    [
        "latency > 5 s, p < 0.5 and a<=3",
        "node_cpu_seconds_total{mode='idle'} of v1.2.3-rc1 at 10.0.0.1 is 99.5 %",
        "The profile: none; metadata: x; hotel: y.",
        "Kernel-5.10.0 has it. Check nginx.conf and values.yaml, then kube-proxy.service.",
        "Die Platte ist voll \u2013 \u00fcberpr\u00fcfen \u65e5\u672c",
    ],
)
def test_what_engineers_write_stays(text):
    assert plain(text, 300) == text


def test_hosts_of_the_alert_stay_as_they_are():
    hosts = hosts_in("db-1.prod.example.com is down")
    found = plain("DB-1.prod.example.com needs evil.example", 300, hosts)
    assert found == "DB-1.prod.example.com needs evil[.]example"


def test_it_is_cut():
    assert len(plain("word " * 1000, 160)) <= 160
    assert visible("a\n\tb\x0b c", 100) == "a b c"


_PIECES = """
http s : // / . evil com @ < > * _ ` [ ] ( ) ~ | { % here www - \u200b \u202e \u3002 \uff0e
"""


@given(
    st.one_of(
        st.text(max_size=80), st.lists(st.sampled_from(_PIECES.split()), max_size=25).map("".join)
    )
)
def test_no_pieces_come_together_to_a_link_or_a_mention(text):
    found = plain(text, 300)
    assert not re.search(r"[a-zA-Z]:/|(?<![a-zA-Z])www\.|@|<[a-zA-Z/!@#]", found)
    assert not re.search(r"[^\W\d]\.(?:com|evil)\b", found)
    assert not {unicodedata.category(each) for each in found} & {"Cc", "Cf", "Cs", "Co", "Cn"}


@pytest.mark.parametrize("before", ["\u8bf7\u770b", "\u043d\u0430", "1", "\u00e9", "_", "x" * 40])
@pytest.mark.parametrize("link", ["https://203.0.113.9/login", "HTTP://intranet/x"])
def test_a_link_is_taken_out_whatever_stands_right_before_it(before, link):
    found = plain(f"{before}{link} now", 300)
    assert found.split()[-1] == "now"
    assert not {"://", "203", "intranet"} & set(re.findall("://|203|intranet", found))


@pytest.mark.parametrize("link", ["www.203.0.113.9/x", "mailto:ann", "tel:+49", "data:text/html,x"])
def test_so_is_one_without_slashes_behind_letters_of_other_scripts(link):
    assert plain(f"\u8bf7\u770b{link} now", 300) == "\u8bf7\u770b now"
