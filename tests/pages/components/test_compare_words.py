from pages.components.compare_words import clamped_html


def test_long_texts_are_cut_with_their_length_and_short_ones_are_not():
    assert "Show all 2,000 words" in clamped_html("word " * 2000)
    assert "Show all 3,000 characters" in clamped_html("海" * 3000)
    assert "<details" not in clamped_html("A poem.\n\nOf two lines.")
