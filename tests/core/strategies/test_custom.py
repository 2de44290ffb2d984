"""Strategies a researcher adds: a table and a template, no code."""

from __future__ import annotations

import pytest

from core.errors import TemplateError, UserError
from core.strategies import find_strategy, load_strategies, make_condition, strategy_kind
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Completion, Message


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "persona.txt").write_text("{{instruction}} Write {{n}} responses, one per persona.")
    (tmp_path / "strategies.toml").write_text(
        '[strategies.persona]\nlabel = "Personas"\nkind = "set"\nanchored = true\n'
    )
    return tmp_path


def add(folder, table: str, **templates: str):
    (folder / "strategies.toml").write_text(table)
    for name, text in templates.items():
        (folder / f"{name}.txt").write_text(text)
    return load_strategies(folder)


def ask(strategy, folder, *, category="G", earlier=()):
    return strategy.messages(
        "Say hi.",
        n=3,
        category=load_taxonomy()[category],
        earlier=earlier,
        templates=TemplateSource(folder),
    )


def test_a_table_and_a_template_are_a_strategy(folder):
    strategy = load_strategies(folder)["persona"]
    assert (strategy.label, strategy.kind, strategy.anchored, strategy.own) == (
        "Personas", "set", True, True,
    )  # fmt: skip
    system, user = ask(strategy, folder)
    assert system.content.startswith(load_taxonomy()["G"].system_instruction)
    assert system.content.endswith("Write 3 responses, one per persona.")
    assert user == Message("user", "Say hi.")
    reply = Completion("# Response 1:\na\n# Response 2:\nb\n# Response 3:\nc")
    assert [slot.text for slot in strategy.read(reply, n=3)] == ["a", "b", "c"]


def test_those_that_come_with_the_project_stay(folder):
    assert list(load_strategies(folder))[:2] == ["temperature", "system-general"]
    assert list(load_strategies(folder))[-1] == "persona"
    assert find_strategy("persona") is None
    assert "persona" not in load_strategies(None)


def test_without_the_file_there_are_no_others(tmp_path):
    assert load_strategies(tmp_path) == load_strategies(None)


def test_for_a_prompt_that_fits_no_category_the_general_text_of_the_kind_stands_in(folder):
    system, _ = ask(load_strategies(folder)["persona"], folder, category="N")
    assert system.content.startswith("Write 3 different responses")
    own = add(
        folder,
        '[strategies.persona]\nkind = "set"\nanchored = true\ngeneral = "plain"\n',
        plain="Give {{n}}.",
    )
    assert ask(own["persona"], folder, category="N")[0].content == "Give 3."


def test_independent_calls_send_the_template_as_system_prompt_or_in_the_prompts_place(folder):
    both = add(
        folder,
        '[strategies.before]\nkind = "independent"\n[strategies.instead]\nkind = "independent"\n',
        before="Be bold.",
        instead="Be bold about: {{prompt}}",
    )
    assert ask(both["before"], folder) == (
        Message("system", "Be bold."),
        Message("user", "Say hi."),
    )
    assert ask(both["instead"], folder) == (Message("user", "Be bold about: Say hi."),)


@pytest.mark.parametrize(
    ("kind", "text", "reply", "said"),
    [
        ("verbalized", "Give {{n}}.", "# Response 1:\nProbability: 0.5\na", {"probability": 0.5}),
        ("seeded", "Seed!", "<random_string>x</random_string><answer>a</answer>", {"seed": "x"}),
        (
            "reasoned",
            "Give {{n}}.",
            "<reasoning>r</reasoning>\n# Response 1:\na",
            {"reasoning": "r"},
        ),
    ],
)
def test_every_kind_reads_its_replies(folder, kind, text, reply, said):
    own = add(folder, f'[strategies.mine]\nkind = "{kind}"\n', mine=text)["mine"]
    slot = own.read(Completion(reply), n=1)[0]
    assert slot.text == "a"
    assert said.items() <= slot.meta.items()


def test_a_chain_says_its_template_after_each_answer(folder):
    own = add(folder, '[strategies.more]\nkind = "chain"\n', more="Once more: {{prompt}}")["more"]
    asked = ask(own, folder, earlier=["hi"])
    assert [one.content for one in asked] == ["Say hi.", "hi", "Once more: Say hi."]


def test_a_paraphrase_strategy_needs_paraphrases_first(folder):
    own = add(folder, '[strategies.again]\nkind = "paraphrase"\n', again="{{n}} × {{prompt}}")
    said = own["again"].preparation("Say hi.", n=3, templates=TemplateSource(folder))
    assert said == (Message("user", "3 × Say hi."),)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('[strategies.persona]\nkind = "sets"', "kind is 'sets'; expected one of chain, indep"),
        ("[strategies.persona]", "kind is missing"),
        ('[strategies.Persona]\nkind = "set"', "the id is 'Persona'"),
        ('[strategies.ssot]\nkind = "set"', "the id is 'ssot'; expected one that is not taken"),
        ('[strategies.imported]\nkind = "set"', "the id is 'imported'"),
        ('[strategies.persona]\nkind = "set"\nn = 3', "n is 3; expected only anchored, general"),
        (
            '[strategies.persona]\nkind = "set"\nanchored = "yes"',
            "anchored is 'yes'; expected true",
        ),
        ('[strategies.persona]\nkind = "set"\nlabel = " "', "label is ' '"),
        ('[strategies.persona]\nkind = "set"\ntemplate = "../x"', "template is '../x'"),
        ('[strategies.persona]\nkind = "paraphrase"\nanchored = true', "cannot be anchored"),
        ("strategies = 3", "expected only tables"),
        ("[persona]\nkind = 1", "holds persona; expected only tables"),
        ("[strategies.persona\n", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_what_was_expected(folder, table, message):
    with pytest.raises(UserError, match=r"strategies\.toml") as error:
        add(folder, table)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("set", "Write some.", r"lacks \{\{n\}\}"),
        ("chain", "Again, {{name}}.", r"unknown \{\{name\}\}"),
        ("paraphrase", "Rewrite {{prompt}}.", r"lacks \{\{n\}\}"),
    ],
)
def test_a_template_that_does_not_fit_its_kind_is_refused(folder, kind, text, message):
    with pytest.raises(TemplateError, match=message):
        add(folder, f'[strategies.persona]\nkind = "{kind}"', persona=text)


def test_a_missing_template_is_named(folder):
    with pytest.raises(TemplateError, match=r"no file .*absent\.txt"):
        add(folder, '[strategies.persona]\nkind = "set"\ntemplate = "absent"')


def test_its_condition_names_the_form_so_that_results_survive_the_file(folder):
    condition = make_condition(
        "openai:m", "", "persona", n=3, taxonomy=load_taxonomy(), templates=TemplateSource(folder)
    )
    assert condition.label.startswith("openai:m/persona/t=1/n=3#")
    assert strategy_kind("persona", condition.as_dict()) == "set"
    (folder / "persona.txt").write_text("{{instruction}} {{n}} others.")
    changed = make_condition(
        "openai:m", "", "persona", n=3, taxonomy=load_taxonomy(), templates=TemplateSource(folder)
    )
    assert changed.hash != condition.hash
