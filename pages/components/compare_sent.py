"""What was sent for a set of responses: the words, the parameters, and what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from core.errors import UserError
from core.pipeline.anchors import MISMATCHED
from core.strategies import Strategy, find_strategy
from core.taxonomy import Category, Taxonomy
from core.templates import TemplateSource
from core.types import Message
from db.queries.compare import PromptText, ResponseSet, Slot
from pages.components.compare_words import category_text, caution_html, facts_html


def sent_html(
    one: ResponseSet, prompt: PromptText, taxonomy: Taxonomy, templates: TemplateSource
) -> str:
    """Folded evidence of one set. Messages are rebuilt from the texts in use now."""
    slots = [*one.slots, *one.surplus]
    if not slots:
        return ""
    strategy = find_strategy(one.condition.strategy, templates.overrides)
    parts = [facts_html(_facts(one, slots, prompt, taxonomy))]
    if strategy is None:
        parts.append("<p>These responses were imported; what was sent is not known.</p>")
    else:
        parts += _messages(one, strategy, prompt, taxonomy, templates)
    parts += [*_beside(slots), _calls(slots)]
    parts += [
        "<details><summary>The whole reply, as it came</summary>"
        f'<pre class="ta-raw">{escape(slot.raw_reply)}</pre></details>'
        for slot in slots
        if slot.raw_reply
    ]
    return f'<details class="ta-sent"><summary>What was sent</summary>{"".join(parts)}</details>'


def categories_used(one: ResponseSet) -> list[str]:
    """Categories whose instruction was sent, each once."""
    return list(dict.fromkeys(slot.category_used for slot in one.slots if slot.category_used))


def _facts(
    one: ResponseSet, slots: Sequence[Slot], prompt: PromptText, taxonomy: Taxonomy
) -> list[tuple[str, str]]:
    used = [
        f"{category_text(slot.category_used, taxonomy)}{_source(slot.category_source)}"
        for slot in slots
        if slot.category_used
    ]
    facts = [("Condition", one.condition.label)]
    if used:
        facts += [
            ("Instruction of", _each(used)),
            ("True category", category_text(prompt.truth, taxonomy) if prompt.truth else "not set"),
        ]
    return [
        *facts,
        ("Template", _each([_short(slot.template) for slot in slots if slot.template])),
        ("Parameters sent", _each([_pairs(slot.parameters_sent) for slot in slots])),
        ("Refused, so left out", _each([_pairs(slot.parameters_dropped, ": ") for slot in slots])),
        ("Served by", _each([slot.served_model for slot in slots])),
    ]


def _source(source: str) -> str:
    if not source:
        return ""
    said = {"truth": ", the truth", MISMATCHED: ", wrong on purpose"}
    return said.get(source, f", as classified by {source}")


def _messages(
    one: ResponseSet,
    strategy: Strategy,
    prompt: PromptText,
    taxonomy: Taxonomy,
    templates: TemplateSource,
) -> list[str]:
    """Roles and texts of the set's call, of the last turn of a chain."""
    key = next(iter(categories_used(one)), None)
    if key is not None and key not in taxonomy:
        gone = f"The taxonomy no longer has category {key}, so its instruction cannot be shown."
        return [caution_html(gone)]
    category = taxonomy[key] if key else None
    if strategy.anchored and category is None:
        return ["<p>Nothing was sent: no category was known.</p>"]
    earlier = [slot.text for slot in one.answered][:-1] if strategy.kind == "chain" else []
    try:
        messages = strategy.messages(
            prompt.text, n=one.condition.n, category=category, earlier=earlier, templates=templates
        )
        changed = _changed(one, strategy, category, taxonomy, templates)
    except UserError as error:
        return [caution_html(str(error))]
    notes = [caution_html(changed)] if changed else []
    if strategy.paraphrases:
        return [*notes, *_paraphrases(one)]
    if strategy.kind == "independent":
        alone = "" if strategy.template_name else " with the request alone"
        notes.append(f"<p>Each response is a call of its own{alone}.</p>")
    return [*notes, *_message_rows(messages, prompt.text)]


def _message_rows(messages: Sequence[Message], prompt: str) -> list[str]:
    """The request and the responses stand on the page already, so they are named only."""
    rows = []
    n_answers = 0
    for message in messages:
        if message.role == "assistant":
            n_answers += 1
            text = f"<i>response {n_answers}</i>"
        elif message.content == prompt:
            text = "<i>the request</i>"
        else:
            text = f"<pre>{escape(message.content)}</pre>"
        rows.append(f'<div class="ta-message"><span>{escape(message.role)}</span>{text}</div>')
    return rows


def _changed(
    one: ResponseSet,
    strategy: Strategy,
    category: Category | None,
    taxonomy: Taxonomy,
    templates: TemplateSource,
) -> str:
    """Why the words shown may not be the words sent; "" if they are."""
    template = strategy.template(category, templates)
    stored = {slot.template for slot in one.slots if slot.template}
    if template is not None and stored - {f"{template.name}@{template.content_hash}"}:
        now = _short(f"{template.name}@{template.content_hash}")
        return (
            f"Asked with {_short(sorted(stored)[0])}. The template has changed since; "
            f"below are the present words, {now}."
        )
    if one.texts_hash and one.texts_hash != strategy.texts_hash(taxonomy, templates):
        return "The instructions of the taxonomy have changed since; below are the present words."
    return ""


def _paraphrases(one: ResponseSet) -> list[str]:
    asked = [str(slot.meta["paraphrase"]) for slot in one.slots if slot.meta.get("paraphrase")]
    listed = "".join(f"<li>{escape(text)}</li>" for text in asked)
    return [
        "<p>Each response is a call of its own with a paraphrase alone:</p>",
        f"<ol>{listed}</ol>",
    ]


def _beside(slots: Sequence[Slot]) -> list[str]:
    """What the model wrote beside its responses; people and judges never see it."""
    rows = [
        f"<tr><td>{slot.index + 1}</td><td>{label}</td><td>{escape(str(slot.meta[name]))}</td></tr>"
        for slot in slots
        for name, label in _BESIDE.items()
        if slot.meta.get(name)
    ]
    if not rows:
        return []
    head = "<thead><tr><th>#</th><th>beside the response</th><th>said</th></tr></thead>"
    return [f'<table class="ta-calls">{head}<tbody>{"".join(rows)}</tbody></table>']


_BESIDE = {
    "probability_said": "probability, by its own account",
    "seed": "random string",
    "derivation": "how it chose",
    "reasoning": "reasoning",
}


def _calls(slots: Sequence[Slot]) -> str:
    rows = "".join(
        f"<tr><td>{slot.index + 1}</td><td>{escape(slot.finish_reason or slot.reason or '–')}</td>"
        f"<td>{slot.latency_ms / 1000:.1f} s</td><td>{_count(slot.tokens[0])}</td>"
        f"<td>{_count(slot.tokens[1])}</td></tr>"
        for slot in slots
    )
    head = "<th>#</th><th>ended</th><th>took</th><th>tokens in</th><th>out</th>"
    return f'<table class="ta-calls"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _count(tokens: int | None) -> str:
    return "–" if tokens is None else f"{tokens:,}"


def _each(values: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(value for value in values if value))


def _short(template: str) -> str:
    name, _, digest = template.partition("@")
    return f"{name}@{digest[:8]}" if digest else name


def _pairs(values: Mapping[str, Any], between: str = " ") -> str:
    return ", ".join(f"{name}{between}{_value(value)}" for name, value in values.items())


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
