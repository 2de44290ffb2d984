import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from core.diversity import cosine_similarities, embedding_distance
from core.diversity.embedders import open_embedder, text_key, tfidf_vectors
from core.errors import UserError


@pytest.fixture
def endpoint(monkeypatch):
    """A server that speaks the embeddings API: a text's vector is (its length, 1)."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append((self.path, body))
            status = 404 if body["model"] == "unknown" else 200
            reply = {
                "object": "list",
                "model": body["model"],
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
                # Out of order on purpose: `index` says which text a vector belongs to.
                "data": [
                    {"object": "embedding", "index": place, "embedding": [float(len(text)), 1.0]}
                    for place, text in reversed(list(enumerate(body["input"])))
                ],
            }
            data = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments):
            """Keeps the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_an_endpoint_gets_texts_in_batches_and_vectors_keep_their_order(endpoint):
    texts = ["x" * length for length in range(1, 201)]
    vectors = open_embedder("openai:e5")(texts)
    assert [len(body["input"]) for _, body in endpoint] == [128, 72]
    assert {path for path, _ in endpoint} == {"/v1/embeddings"}
    assert list(vectors[:, 0]) == [float(length) for length in range(1, 201)]
    assert vectors.dtype == np.float32


@pytest.mark.usefixtures("endpoint")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_refusal_names_the_model_and_the_remedy():
    with pytest.raises(UserError, match=r"openai:unknown.*tfidf"):
        open_embedder("openai:unknown")(["a"])


def test_without_key_or_server_the_error_says_what_to_set():
    with pytest.raises(UserError, match="OPENAI_API_KEY"):
        open_embedder("openai:e5")


@pytest.mark.parametrize("name", ["e5", "openai:", "elsewhere:e5"])
def test_an_unknown_embedder_is_refused(name):
    with pytest.raises(UserError, match="expected tfidf, openai:MODEL"):
        open_embedder(name)


def test_tfidf_weighs_rare_words_more():
    vectors = tfidf_vectors(["the cat", "the dog", "the cat", "the bird"])
    similar = cosine_similarities(vectors)
    assert similar[0, 2] == pytest.approx(1)
    assert similar[0, 1] == pytest.approx(similar[0, 3])
    # Only "the" is shared, and everybody has it.
    assert similar[0, 1] < 0.5


def test_tfidf_of_texts_without_words_has_rows_of_zeros():
    assert tfidf_vectors(["…", "!"]).nnz == 0
    assert embedding_distance(cosine_similarities(tfidf_vectors(["…", "!"]))).value == 1


def test_tfidf_knows_words_of_scripts_without_spaces():
    similar = cosine_similarities(tfidf_vectors(["我们在北京大学", "我们在上海大学", "完全不同"]))
    assert similar[0, 1] > similar[0, 2] == 0


def test_a_text_is_named_by_its_hash():
    assert text_key("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
