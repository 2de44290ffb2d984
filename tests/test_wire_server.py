"""The replies other tests build on, asked for in the words of the bundled templates."""

import re

import pytest

from core.settings import BUNDLED_PROMPTS
from tests.wire_server import respond


def asked(template: str, role: str = "user", prompt: str = "Name a colour.") -> dict:
    text = (BUNDLED_PROMPTS / "templates" / f"{template}.txt").read_text(encoding="utf-8")
    text = text.replace("{{n}}", "4").replace("{{prompt}}", prompt)
    return {"model": "m", "messages": [{"role": role, "content": text}]}


@pytest.mark.parametrize("template", ["system-general", "system-anchored"])
def test_a_request_for_n_responses_is_answered_with_n_headers(template):
    body = asked(template, "system")
    body["messages"].append({"role": "user", "content": "Name a colour."})
    assert re.findall(r"(?m)^# Response (\d+):$", respond(body)) == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("template", "shape"),
    [
        ("equivalence", r"YES|NO"),
        ("classification", r"[A-H]"),
        ("checklist", r"(\d\. .+\?\n?){3,5}"),
        ("quality", r"(?s)1\. .*\nScore: [1-5]"),
        ("regenerate-general", r"Answer .*"),
    ],
)
def test_each_template_gets_a_reply_of_its_shape(template, shape):
    assert re.fullmatch(shape, respond(asked(template)), re.DOTALL)


def test_replies_repeat_for_the_same_request_and_differ_between_requests():
    replies = {respond(asked("equivalence", prompt=f"p{i}")) for i in range(20)}
    assert replies == {"YES", "NO"}
    assert respond(asked("quality")) == respond(asked("quality"))
