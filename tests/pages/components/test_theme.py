import re
import tomllib
from itertools import combinations

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import PROJECT_DIR
from pages.components import theme

FONTS = PROJECT_DIR / "static" / "fonts"
CONFIG = tomllib.loads((PROJECT_DIR / ".streamlit" / "config.toml").read_text())


def luminance(color: str) -> float:
    """WCAG 2.2 relative luminance."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted([luminance(first), luminance(second)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_buttons_can_be_read(scheme: str) -> None:
    colors = CONFIG["theme"][scheme]

    for ground in (colors["backgroundColor"], colors["secondaryBackgroundColor"]):
        assert contrast(colors["textColor"], ground) >= 7
        assert contrast(colors["linkColor"], ground) >= 4.5
    assert contrast("#FFFFFF", colors["primaryColor"]) >= 4.5


def test_every_strategy_has_a_color_of_its_own() -> None:
    colors = [*theme.STRATEGY_COLORS.values()]

    assert all(re.fullmatch("#[0-9A-F]{6}", color) for color in colors)
    assert all(first != second for first, second in combinations(colors, 2))
    assert theme.strategy_color("imported") == theme.OTHER_STRATEGY_COLOR


def test_neighbouring_groups_differ_and_only_letters_are_groups() -> None:
    assert theme.group_tint("A") == theme.group_tint("a")
    assert len({theme.group_tint(letter) for letter in "ABCDEFG"}) == 7
    for wrong in ("", "1", "AB", "é"):
        with pytest.raises(ValueError, match="A to Z"):
            theme.group_tint(wrong)


def test_fonts_are_local_small_and_licensed() -> None:
    sheet = (PROJECT_DIR / "pages" / "components" / "fonts.css").read_text()
    addresses = re.findall(r'url\("([^"]+)"\)', sheet)
    assert len(addresses) == sheet.count("@font-face") == 5
    assert all((PROJECT_DIR / one.removeprefix("app/")).is_file() for one in addresses)
    assert sum(file.stat().st_size for file in FONTS.iterdir()) < 400_000
    for licence in ("LICENSE-inter.txt", "LICENSE-source-serif-4.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / licence).read_text()


def test_the_theme_is_small_for_it_is_sent_with_every_answer() -> None:
    assert "fontFaces" not in CONFIG["theme"]


def test_headers_escape_what_they_are_given() -> None:
    def script() -> None:
        from pages.components import theme

        theme.inject_css()
        theme.page_header("<script>", "<img src=x>")
        theme.link_button("<b>", "/login?a=1&b=2")
        theme.sample_banner()

    page = AppTest.from_function(script).run()
    drawn = "".join(element.proto.body for element in page.main.get("html"))

    assert not page.exception
    assert "&lt;script&gt;" in drawn
    assert "&lt;img src=x&gt;" in drawn
    assert "<script>" not in drawn


@pytest.mark.parametrize("address", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_link_button_stays_on_this_server(address: str) -> None:
    with pytest.raises(ValueError, match="path on this server"):
        theme.link_button("x", address)


# Each escapes what it is given and has a test with hostile text. A page never draws markup itself.
DRAW_MARKUP = {
    "charts_plot",
    "charts_table",
    "compare_columns",
    "compare_item",
    "compare_pairs",
    "compare_toolbar",
    "compare_words",
    "people_estimate",
    "people_frame",
    "people_notes",
    "people_person",
    "people_setup",
    "people_status",
    "people_watch",
    "responses",
    "results_tables",
    "story_sections",
    "theme",
}


def test_raw_html_is_drawn_only_by_components_known_to_escape() -> None:
    raw = re.compile(r"\.html\(|unsafe_allow_html|components\.v[12]|iframe\(")
    sources = [PROJECT_DIR / "app.py", *(PROJECT_DIR / "pages").rglob("*.py")]

    users = {source for source in sources if raw.search(source.read_text())}

    folder = PROJECT_DIR / "pages" / "components"
    assert users == {folder / f"{name}.py" for name in DRAW_MARKUP}
