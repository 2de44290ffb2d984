"""Turning texts into vectors: TF-IDF offline, or a model behind any OpenAI-compatible endpoint.

An embedder is named like a model: `tfidf`, `openai:MODEL` (the endpoint is OPENAI_BASE_URL),
`local:MODEL` (sentence-transformers, the optional extra `local-embeddings`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from core.diversity.vocabulary import word_list
from core.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

TFIDF = "tfidf"
# Texts of one request: well under the limits that endpoints set.
BATCH = 128


def text_key(text: str) -> str:
    """Names a text among stored vectors: 64 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def tfidf_vectors(texts: Sequence[str]) -> Any:
    """Words weighted by how rare they are among `texts`, each row of length one.

    Counts words, not meaning: two responses that say the same in other words lie far apart. The
    weights depend on all texts given, so a study's values move as it grows.

    Args:
        texts: all responses of a study.

    Returns:
        A sparse matrix of shape (len(texts), words); a text without words is a row of zeros.
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(word_list(text) for text in texts):
        return csr_matrix((len(texts), 1))
    return TfidfVectorizer(analyzer=word_list).fit_transform(texts)


def open_embedder(embedder_id: str) -> Callable[[Sequence[str]], Vectors]:
    """A function from texts to vectors of shape (len(texts), d).

    The model stays loaded, or the connection open, as long as the function is kept.

    Raises:
        UserError: the name is malformed, or what it needs is not installed or configured. The
            returned function raises it when the endpoint refuses.
    """
    kind, _, model = embedder_id.partition(":")
    if kind == "openai" and model:
        return _openai(model)
    if kind == "local" and model:
        return _local(model)
    raise UserError(
        f"Embedder is {embedder_id!r}; expected tfidf, openai:MODEL for an OpenAI-compatible "
        "embeddings endpoint, or local:MODEL for sentence-transformers."
    )


def _openai(model: str) -> Callable[[Sequence[str]], Vectors]:
    import os

    import numpy as np
    from openai import OpenAI, OpenAIError

    base_url = os.environ.get("OPENAI_BASE_URL") or None
    key = os.environ.get("OPENAI_API_KEY") or ("not-needed" if base_url else "")
    if not key:
        raise UserError(
            f"openai:{model} needs OPENAI_API_KEY, or OPENAI_BASE_URL of a server without keys. "
            "Set one of them, or take the embedder tfidf."
        )
    client = OpenAI(base_url=base_url, api_key=key)

    def embed(texts: Sequence[str]) -> Vectors:
        rows: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            # Endpoints refuse an empty text.
            part = [text or " " for text in texts[start : start + BATCH]]
            try:
                reply = client.embeddings.create(model=model, input=part, encoding_format="float")
            except (OpenAIError, ValueError) as error:
                raise UserError(
                    f"The embeddings endpoint refused openai:{model}: {error}. Check the model's "
                    "name and OPENAI_BASE_URL, or take the embedder tfidf."
                ) from error
            by_index = sorted(reply.data, key=lambda one: one.index)
            if len(by_index) != len(part):
                raise UserError(
                    f"openai:{model} gave {len(by_index)} vectors for {len(part)} texts; expected "
                    "one each. The endpoint does not keep to the API."
                )
            rows.extend(one.embedding for one in by_index)
        return np.asarray(rows, dtype=np.float32)

    return embed


def _local(model: str) -> Callable[[Sequence[str]], Vectors]:
    import numpy as np

    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise UserError(
            f"local:{model} needs sentence-transformers, which is not installed. Install it with: "
            "pip install 'taskanchor[local-embeddings]'"
        ) from error
    try:
        encoder = SentenceTransformer(model)
    except (OSError, ValueError) as error:
        raise UserError(
            f"The embedding model {model!r} cannot be loaded: {error}. Give a folder on this "
            "machine, or a name that can be fetched from here."
        ) from error

    def embed(texts: Sequence[str]) -> Vectors:
        return np.asarray(encoder.encode(list(texts), batch_size=BATCH), dtype=np.float32)

    return embed
