"""What every question to a judge shares: parameters, named words, fences around foreign text."""

from __future__ import annotations

from collections.abc import Mapping

from core.templates import Template, text_hash
from core.types import CompletionRequest, Message, RecordingKey, SamplingParameters

# One word is enough for a verdict, but reasoning models spend output tokens before they write it.
DEFAULT_MAX_OUTPUT_TOKENS = 1024


def template_key(template: Template, *taxonomy_hashes: str) -> str:
    """`name@hash`, stored with ratings: answers given to different words never mix.

    Args:
        taxonomy_hashes: over the taxonomy's texts that fill the template, if any do.
    """
    content_hash = template.content_hash
    if taxonomy_hashes:
        content_hash = text_hash(content_hash, *taxonomy_hashes)
    return f"{template.name}@{content_hash}"


def judge_request(
    model: str,
    template: Template,
    *,
    trusted: Mapping[str, str],
    untrusted: Mapping[str, str],
    key: RecordingKey,
    max_output_tokens: int,
) -> CompletionRequest:
    """Fills the template and asks at temperature 0, so that a repeated question tends to agree.

    Args:
        model: name after the colon of `provider:model`.
        trusted: our own words by placeholder; those the template does not use are left out.
        untrusted: texts of other origin by placeholder; `{{boundary}}` is derived from them.
    """
    boundary = boundary_for(*untrusted.values())
    text = template.fill_from({**trusted, **untrusted, "boundary": boundary})
    return CompletionRequest(
        model=model,
        messages=(Message("user", text),),
        parameters=SamplingParameters(temperature=0, max_output_tokens=max_output_tokens),
        key=key,
    )


def boundary_for(*contents: str) -> str:
    """A token that occurs in none of the contents and that their authors cannot foresee.

    It is derived from all of them together: whoever wrote one response does not know the other,
    and a text that guesses the token changes it. The same contents give the same token, so a
    question can be put again word for word.
    """
    token = text_hash("boundary", *contents)
    while any(token in content for content in contents):
        token = text_hash("boundary", token, *contents)
    return token
