"""The six prompt sets of the paper: where they come from, and how it drew from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core.errors import UserError
from core.importing import prompt_set_rows as rows

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PromptSet:
    """A published set of prompts.

    Attributes:
        origin: where the original lies.
        columns: those it must have.
        convert: a row of it as a row of prompts; raises CellError.
        rule: how the paper drew from it, in words.
        n: rows the paper drew; None: all.
        category: of every prompt; "" where people labelled them one by one, so that the truth
            stays open here.
        keep: rows the paper drew from.
        per: what a row is drawn by, with the same number from each group.
        damage: why a row shows that the whole copy is damaged; "" if it does not.
        repeats: whether one prompt may have several rows, of which the first counts.
        wanted: columns the rule needs that some copies lack, with what follows.
        caution: what its publishers ask users to heed.
    """

    id: str
    label: str
    citation: str
    licence: str
    origin: str
    columns: tuple[str, ...]
    convert: Callable[[Values], dict[str, Any]]
    rule: str
    n: int | None
    category: str = ""
    keep: Callable[[Values], bool] = lambda _values: True
    per: Callable[[Values], int] | None = None
    n_groups: int = 1
    damage: Callable[[Values], str] = lambda _values: ""
    repeats: bool = False
    wanted: Mapping[str, str] = field(default_factory=dict)
    caution: str = ""


def get_prompt_set(name: str) -> PromptSet:
    """The set of that id.

    Raises:
        UserError: there is none.
    """
    if name not in PROMPT_SETS:
        raise UserError(
            f"There is no prompt set {name!r}; expected one of {', '.join(PROMPT_SETS)}."
        )
    return PROMPT_SETS[name]


_ALL = (
    PromptSet(
        id="simpleqa",
        label="SimpleQA",
        citation="Wei et al. 2024, arXiv 2411.04368",
        licence="MIT (openai/simple-evals)",
        origin="openaipublic.blob.core.windows.net/simple-evals/simple_qa_test_set.csv",
        columns=("problem", "answer"),
        convert=rows.simpleqa,
        rule="shuffled with the seed, the first 50; all are category A",
        n=50,
        category="A",
        damage=rows.simpleqa_damage,
    ),
    PromptSet(
        id="math500",
        label="MATH-500",
        citation="Hendrycks et al. 2021, arXiv 2103.03874; Lightman et al. 2023, arXiv 2305.20050",
        licence="MIT (hendrycks/math, openai/prm800k)",
        origin="github.com/openai/prm800k, prm800k/math_splits/test.jsonl",
        columns=("problem", "answer", "level"),
        convert=rows.math500,
        rule="shuffled with the seed, the first 10 of each of the five levels; all are category D",
        n=50,
        category="D",
        per=rows.math_level,
        n_groups=5,
        caution="the problems come from competitions whose owners have objected to some "
        "redistributions; do not publish the texts.",
    ),
    PromptSet(
        id="macgyver",
        label="MacGyver",
        citation="Tian et al. 2024, arXiv 2311.09682",
        licence="Apache-2.0 (allenai/MacGyver)",
        origin="github.com/allenai/MacGyver, data/MacGyver/problem_solution_pair.xlsx",
        columns=("Problem", "Solvable?", "Unconventional?"),
        convert=rows.macgyver,
        rule="the solvable, unconventional ones, shuffled with the seed, the first 50; all are "
        "category E",
        n=50,
        category="E",
        keep=rows.is_solvable_and_unconventional,
    ),
    PromptSet(
        id="noveltybench",
        label="NoveltyBench",
        citation="Zhang et al. 2025, arXiv 2504.05228",
        licence="MIT, (c) 2025 Yiming Zhang (novelty-bench/novelty-bench)",
        origin="github.com/novelty-bench/novelty-bench, data/curated.jsonl",
        columns=("prompt", "id"),
        convert=rows.noveltybench,
        rule="all 100 curated prompts; the paper's two authors labelled them one by one",
        n=None,
    ),
    PromptSet(
        id="community-alignment",
        label="Community Alignment",
        citation="Zhang et al. 2025, arXiv 2507.09650",
        licence="CC BY 4.0 (facebook/community-alignment-dataset)",
        origin="huggingface.co/datasets/facebook/community-alignment-dataset",
        columns=("first_turn_prompt", "assigned_lang"),
        convert=rows.community_alignment,
        rule="English first turns that users wrote themselves, each text once, shuffled with the "
        "seed, the first 50; the paper's authors labelled them one by one",
        n=50,
        keep=rows.is_english_and_written_by_a_user,
        repeats=True,
        wanted={
            "is_pregenerated_first_prompt": "This file has no column "
            "is_pregenerated_first_prompt, so prompts that were given to people cannot be told "
            "from their own."
        },
        caution="prompts may hold personal information; read them before you show them to people.",
    ),
    PromptSet(
        id="wildbench",
        label="WildBench",
        citation="Lin et al. 2024, arXiv 2406.04770",
        licence="AI2 ImpACT, low risk (data, from WildChat); Apache-2.0 (code)",
        origin="huggingface.co/datasets/allenai/WildBench, configuration v2",
        columns=("conversation_input",),
        convert=rows.wildbench,
        rule="conversations with one user turn, shuffled with the seed, the first 50; the paper's "
        "authors labelled them and dropped 6 that fit no category",
        n=50,
        keep=rows.has_one_user_turn,
        caution="the licence restricts redistribution: do not pass the prompts on.",
    ),
)
PROMPT_SETS: Mapping[str, PromptSet] = MappingProxyType({one.id: one for one in _ALL})
