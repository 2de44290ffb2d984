import re
import string
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.responses import RENDERER_VERSION, response_html

ALLOWED = {
    "div": {"class", "dir"},
    "p": {"class", "dir"},
    "ul": {"dir"},
    "ol": {"dir", "start"},
    "li": {"dir"},
    "blockquote": {"dir"},
    "strong": set(),
    "em": set(),
    "code": set(),
    "pre": {"class", "dir"},
    "br": set(),
    "hr": set(),
    "span": {"class", "dir"},
}
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HOSTILE = [
    "![x](http://evil.example/a.png)",
    "![x][r]\n\n[r]: http://evil.example/b.png",
    "<img src=http://evil.example/c.png>",
    "<iframe src='http://evil.example/'></iframe>",
    "<style>body{background:url(http://evil.example/d.png)}</style>",
    '<p style="background:url(http://evil.example/e.png)">x</p>',
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "<link rel=stylesheet href=http://evil.example/f.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<base href=http://evil.example/>",
    "<form action=http://evil.example/><button>ok</button></form>",
    "[click](javascript:alert(1))",
    "[click](http://evil.example/)",
    "<http://evil.example/>",
    "http://evil.example/bare",
    "&lt;img src=http://evil.example/g.png&gt;",
    "&#60;img src=http://evil.example/h.png&#62;",
    "`<img src=http://evil.example/i.png>`",
    "```\n<img src=http://evil.example/j.png>\n```",
    "```<img/src=http://evil.example/k.png>\nx\n```",
    "    <img src=http://evil.example/l.png>",
    "</div></div><img src=http://evil.example/m.png>",
    "1. <b onclick=alert(1)>x</b>",
    "# <img src=http://evil.example/n.png>",
    "> <video src=http://evil.example/o.mp4>",
    "<!--><img src=http://evil.example/p.png>-->",
    "<![CDATA[<img src=http://evil.example/q.png>]]>",
]


class Elements(HTMLParser):
    """Elements with their attributes, the visible text, and whether tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.balanced = True
        self.feed(html)
        self.close()
        self.balanced &= not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.balanced &= bool(self.open) and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(html: str) -> None:
    parsed = Elements(html)
    for tag, attributes in parsed.elements:
        assert tag in ALLOWED, html
        assert set(attributes) <= ALLOWED[tag], html
    assert parsed.balanced, html
    assert not set(html) & set(BIDI)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_becomes_harmless_visible_text(text: str) -> None:
    html = response_html(text)

    assert_harmless(html)
    for address in re.findall(r"http://[\w./]+|javascript:\w+", unescape(text)):
        assert address in Elements(html).text


@given(st.text() | st.text(alphabet="<>&\"'`*_[]()!#-+.:=~\\/ \n\tab1\u202e"))
def test_any_text_becomes_harmless(text: str) -> None:
    assert_harmless(response_html(text))


WORDS = st.text(string.ascii_lowercase, min_size=3, max_size=8)
MARKS = st.sampled_from(
    ["\n", "\n\n", "# ", "- ", "1. ", "> ", "**", "_", "`", "```\n", "~~~ ", "    ", "| ", "["]
) | st.sampled_from(["](", ")", "![", "<", ">", "---\n", "===\n", ": ", " "])


@given(st.lists(WORDS | MARKS, max_size=40))
def test_no_word_of_a_response_is_hidden(parts: list[str]) -> None:
    text = "".join(parts)
    shown = Elements(response_html(text)).text

    for word in re.findall("[a-z]{3,}", text):
        assert word in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** and *italic*", "<strong>bold</strong> and <em>italic</em>"),
        ("first\nsecond", "first<br>second"),
        ("one\n\ntwo", '<p dir="auto">one</p><p dir="auto">two</p>'),
        ("- a\n- b", '<ul dir="auto"><li dir="auto">a</li><li dir="auto">b</li></ul>'),
        ("3. c", '<ol dir="auto" start="3"><li dir="auto">c</li></ol>'),
        ("## Title", '<p dir="auto"><strong>Title</strong></p>'),
        ("`x < y`", "<code>x &lt; y</code>"),
        ("```\na < b\n```", '<pre dir="ltr"><code>a &lt; b\n</code></pre>'),
        ("> said", '<blockquote dir="auto"><p dir="auto">said</p></blockquote>'),
    ],
)
def test_plain_formatting_is_given_back(text: str, expected: str) -> None:
    assert expected in response_html(text)


def test_backslashes_of_formulas_stay() -> None:
    assert r"\(x_1 \{a\}\)" in response_html(r"\(x_1 \{a\}\)")


def test_indented_verse_is_not_code() -> None:
    assert "<code>" not in response_html("the lake\n\n    forgets")


def test_words_after_a_code_fence_are_shown() -> None:
    assert "the answer is 42" in Elements(response_html("```the answer is 42\nx\n```")).text


@pytest.mark.parametrize("control", BIDI)
@pytest.mark.parametrize("text", ["a{}b", "`a{}b`", "```\na{}b\n```", "```a{}\nb\n```"])
def test_direction_controls_are_named_instead_of_acting(control: str, text: str) -> None:
    html = response_html(text.format(control))

    assert control not in html
    assert '<span class="ta-bidi" dir="ltr">' in html


def test_direction_control_written_as_an_entity_is_named_too() -> None:
    assert ">RLO<" in response_html("a&#x202e;b")


def test_each_paragraph_finds_its_own_direction_unless_told() -> None:
    text = "مرحبا\n\nhello"

    assert response_html(text).count('<p dir="auto">') == 2
    assert response_html(text, dir="rtl").count('<p dir="rtl">') == 2


def test_absurd_nesting_is_shown_as_written() -> None:
    text = "> " * 500 + "deep"

    html = response_html(text)

    assert_harmless(html)
    assert "deep" in html


@pytest.mark.parametrize("text", ["", " \n ", "\n"])
def test_empty_response_says_so(text: str) -> None:
    assert "(empty response)" in response_html(text)


def test_renderer_version_changes_with_the_rendering() -> None:
    """Ratings record it: when this fails, raise RENDERER_VERSION and take the new text."""
    sample = "# H\n**b** *i* `c`\n\n- l\n\n1. n\n\n> q\n\n```py\nx\n```\n"
    sample += "![i](u) <b> \u202e\n\n---\n\\(m\\)"

    assert RENDERER_VERSION == "responses-3"
    assert response_html(sample) == (
        '<div class="ta-response" dir="auto"><p dir="auto"><strong>H</strong></p>'
        '<p dir="auto"><strong>b</strong> <em>i</em> <code>c</code></p>'
        '<ul dir="auto"><li dir="auto">l</li></ul><ol dir="auto"><li dir="auto">n</li></ol>'
        '<blockquote dir="auto"><p dir="auto">q</p></blockquote>'
        '<pre dir="ltr"><span class="ta-code-info">py</span><code>x\n</code></pre>'
        '<p dir="auto">![i](u) &lt;b&gt; <span class="ta-bidi" dir="ltr">RLO</span></p>'
        '<hr><p dir="auto">\\(m\\)</p></div>'
    )
