from core.diversity import DEFINITIONS


def test_every_measure_says_how_it_is_computed_and_where_it_comes_from():
    for key, one in DEFINITIONS.items():
        assert one.key == key
        assert len(one.text) > 60
        assert one.source
        assert one.text.endswith(".")


def test_tfidf_is_named_in_the_definition_of_embedding_distance():
    assert "TF-IDF" in DEFINITIONS["embedding"].text
