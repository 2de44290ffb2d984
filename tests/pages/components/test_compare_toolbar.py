from pages.components.compare_toolbar import plain_label


def test_labels_show_markdown_as_it_is_written():
    assert plain_label("![a](b) **c**\n:red[d] $e$ 1_f") == (
        r"\!\[a\]\(b\) \*\*c\*\* \:red\[d\] \$e\$ 1\_f"
    )
