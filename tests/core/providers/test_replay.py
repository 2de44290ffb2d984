import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ProviderError, UserError
from core.providers.base import open_provider, request_hash
from core.settings import Settings
from core.types import CompletionRequest, Message, RecordingKey, SamplingParameters, Usage

KEY = RecordingKey("judge", "Name a colour.", "temperature", "0,3", "equivalence")
ROW = {
    "kind": "judge",
    "prompt": " Name a colour.\n",
    "strategy": "temperature",
    "index": "0,3",
    "question": "equivalence",
    "reply": "YES",
    "usage": {"input_tokens": 12, "output_tokens": 1},
}


def request(key: RecordingKey = KEY, model: str = "tape") -> CompletionRequest:
    return CompletionRequest(model, (Message("user", "q"),), SamplingParameters(top_p=0.9), key)


@pytest.fixture
def tape(tmp_path: Path):
    """Writes rows to tape.jsonl and asks for a reply."""

    class Tape:
        path = tmp_path / "tape.jsonl"

        def write(self, *rows: object) -> None:
            lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
            self.path.write_text("\n".join(lines), encoding="utf-8")

        def ask(self, asked: CompletionRequest):
            settings = Settings(database_url="", data_dir=tmp_path, replay_dir=tmp_path)
            provider = open_provider("replay:tape", settings)
            assert provider.endpoint == ""
            return asyncio.run(provider.complete(asked))

    return Tape()


def test_a_reply_is_found_by_what_was_asked(tape):
    tape.write(ROW, {"kind": "generate", "prompt": "p", "reply": "other"})
    done = tape.ask(request())
    assert (done.text, done.finish_reason, done.usage) == ("YES", "stop", Usage(12, 1))
    assert done.parameters_sent == {"top_p": 0.9}
    assert done.attempts == 0


def test_a_reply_is_found_by_request_hash(tape):
    asked = request()
    row = {"kind": "judge", "request_hash": request_hash(asked), "reply": "NO"}
    tape.write(row, {**row, "kind": "classify", "reply": "A"})
    done = tape.ask(asked)
    assert done.text == "NO"
    assert done.usage == Usage(None, None)


def test_the_exact_request_goes_before_its_description(tape):
    tape.write(ROW, {"kind": "judge", "request_hash": request_hash(request()), "reply": "NO"})
    assert tape.ask(request()).text == "NO"


def test_missing_key_fields_are_empty(tape):
    tape.write({"kind": "classify", "prompt": "p", "question": "category", "reply": "B"})
    assert tape.ask(request(RecordingKey("classify", "p", question="category"))).text == "B"


def test_a_recorded_finish_reason_is_kept(tape):
    tape.write({**ROW, "finish_reason": "length"})
    assert tape.ask(request()).finish_reason == "length"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "generate"},
        {"prompt": "Name a color."},
        {"strategy": "system-general"},
        {"index": "3,0"},
        {"question": "quality"},
    ],
)
def test_any_other_request_is_not_answered(tape, change):
    tape.write(ROW)
    with pytest.raises(ProviderError) as caught:
        tape.ask(request(replace(KEY, **change)))
    assert caught.value.reason == "no_recording"
    assert caught.value.model == "replay:tape"
    assert caught.value.attempts == 0


def test_two_rows_for_one_request_are_refused_with_both_lines(tape):
    tape.write({**ROW, "index": "1,2"}, ROW, "", {**ROW, "reply": "NO"})
    with pytest.raises(UserError, match="lines 2 and 4"):
        tape.ask(request())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{", "Expecting property name"),
        ("[]", "expected a JSON object"),
        ({**ROW, "reply": None}, "reply is None"),
        ({**ROW, "kind": "guess"}, "kind is 'guess'"),
        ({**ROW, "index": 3}, "must be text"),
        ({**ROW, "prompt": " "}, "a request_hash or a prompt"),
        ({**ROW, "usage": 7}, "usage is 7"),
        ({**ROW, "usage": {"input_tokens": -1}}, "whole numbers"),
        ({**ROW, "finish_reason": "done"}, "finish_reason is 'done'"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tape, row, words):
    tape.write({**ROW, "index": "other"}, row)
    with pytest.raises(UserError, match=words) as caught:
        tape.ask(request())
    assert "tape.jsonl, line 2" in str(caught.value)


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(tape):
    tape.write(ROW)
    assert tape.ask(request()).text == "YES"
    stamp = tape.path.stat()
    tape.write({**ROW, "reply": "SIX"})
    os.utime(tape.path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert tape.ask(request()).text == "YES"
    os.utime(tape.path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    assert tape.ask(request()).text == "SIX"


@pytest.mark.parametrize("name", ["../secret", "a/b", "a\\b", "..", ".hidden", "a\x00b"])
def test_a_name_cannot_leave_the_folder(tape, name):
    with pytest.raises(UserError, match="without path separators"):
        tape.ask(request(model=name))


def test_a_missing_recording_says_where_it_was_looked_for(tape):
    with pytest.raises(UserError, match=r"tape\.jsonl"):
        tape.ask(request())
