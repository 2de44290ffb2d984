"""Drawing prompts from a file of a published set.

    drawn = read_prompt_set(path.name, path, PROMPT_SETS["simpleqa"])
    parsed = parse_prompts(drawn.table, taxonomy.keys())

The paper shuffles with seed 38 and takes the first rows. The shuffle here is NumPy's
`default_rng(38).permutation`, which is what `datasets.Dataset.shuffle(seed=38)` does, over the rows
that pass the set's filter, in the order of the file. The authors' own lists are not public, so a
sample drawn here follows their rule and need not be theirs.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import UserError
from core.importing.fields import CellError
from core.importing.prompt_sets import PromptSet
from core.importing.tables import Problem, Row, Table, read_table

PAPER_SEED = 38
_SPREADSHEETS = frozenset({".xlsx", ".xls", ".ods"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was taken from a file, as a table of prompts, and how.

    notices: remarks that stop nothing.
    """

    table: Table
    provenance: Provenance
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where prompts came from; kept with the study and exported.

    Attributes:
        sha256: of the file, "" where it is not known.
        n_rows, n_eligible, n_drawn: rows of the file, those that pass the rule's filter (each
            prompt once), and those taken.
        seed: of the shuffle; None: all rows were taken in their order.
    """

    id: str
    label: str
    citation: str
    licence: str
    origin: str
    caution: str
    file: str
    sha256: str
    rule: str
    n_rows: int
    n_eligible: int
    n_drawn: int
    seed: int | None

    def as_dict(self) -> dict[str, Any]:
        """A JSON value."""
        return asdict(self)


def read_prompt_set(
    name: str,
    data: bytes | Path,
    prompt_set: PromptSet,
    *,
    everything: bool = False,
    n: int | None = None,
    seed: int = PAPER_SEED,
) -> Drawn:
    """Reads a file of a published set and draws from it; see `draw`.

    Raises:
        UserError: the file cannot be read, is no copy of this set, or n does not fit.
    """
    if Path(name).suffix.lower() in _SPREADSHEETS:
        raise UserError(
            f"{name} is a spreadsheet. Expected CSV, JSONL or Parquet: save the sheet as "
            f"'CSV UTF-8', or let `taskanchor prompts fetch {prompt_set.id} --out FILE` convert "
            "the original."
        )
    table = read_table(name, data)
    drawn = draw(table, prompt_set, everything=everything, n=n, seed=seed)
    content = data.read_bytes() if isinstance(data, Path) else data
    digest = hashlib.sha256(content).hexdigest()
    return replace(drawn, provenance=replace(drawn.provenance, sha256=digest))


def draw(
    table: Table,
    prompt_set: PromptSet,
    *,
    everything: bool = False,
    n: int | None = None,
    seed: int = PAPER_SEED,
) -> Drawn:
    """Draws prompts by the paper's rule.

    Args:
        everything: all rows of the file in their order; no filter, no shuffle.
        n: rows to draw in place of the paper's number; of a set drawn by groups, the total.

    Raises:
        UserError: a column is missing, or n cannot be shared among the groups.
    """
    _check_columns(table, prompt_set)
    problems = list(table.problems)
    sound, n_damaged = _sound_rows(table, prompt_set, problems, everything=everything)
    limit = None if everything else _limit(prompt_set, n)
    order = range(len(sound))
    if limit is not None:
        order = np.random.default_rng(seed).permutation(len(sound)).tolist()
    taken: list[Row] = []
    n_of_group: Counter[int] = Counter()
    for position in order:
        row = sound[position]
        try:
            group = prompt_set.per(row.values) if prompt_set.per else 0
            if limit is not None and n_of_group[group] >= limit:
                continue
            values = _described(prompt_set, prompt_set.convert(row.values))
        except CellError as error:
            problems.append((row.line, str(error)))
            continue
        n_of_group[group] += 1
        taken.append(Row(row.line, values))
    columns = tuple(dict.fromkeys(column for row in taken for column in row.values))
    drawn = Table(table.name, columns or ("prompt",), taken, sorted(problems))
    provenance = Provenance(
        id=prompt_set.id,
        label=prompt_set.label,
        citation=prompt_set.citation,
        licence=prompt_set.licence,
        origin=prompt_set.origin,
        caution=prompt_set.caution,
        file=table.name,
        sha256="",
        rule="all rows" if everything else prompt_set.rule,
        n_rows=len(table.rows) + len(table.problems),
        n_eligible=len(sound),
        n_drawn=len(taken),
        seed=None if limit is None else seed,
    )
    return Drawn(
        drawn, provenance, _notices(table, prompt_set, drawn, limit, n_of_group, n_damaged)
    )


def _check_columns(table: Table, prompt_set: PromptSet) -> None:
    missing = [column for column in prompt_set.columns if column not in table.columns]
    if table.rows and missing:
        raise UserError(
            f"{table.name} is not {prompt_set.label}: column '{missing[0]}' is missing; found: "
            f"{', '.join(table.columns)}. The original lies at {prompt_set.origin}."
        )


def _sound_rows(
    table: Table, prompt_set: PromptSet, problems: list[Problem], *, everything: bool
) -> tuple[list[Row], int]:
    """Rows the rule draws from, each prompt once, and how many are damaged: those are problems."""
    sound: dict[Any, Row] = {}
    n_damaged = 0
    for row in table.rows:
        try:
            if damage := prompt_set.damage(row.values):
                n_damaged += 1
                raise CellError(damage)
            if not everything and not prompt_set.keep(row.values):
                continue
        except CellError as error:
            problems.append((row.line, str(error)))
            continue
        text = str(row.values.get(prompt_set.columns[0], "")).strip()
        sound.setdefault(text if prompt_set.repeats else row.line, row)
    return list(sound.values()), n_damaged


def _limit(prompt_set: PromptSet, n: int | None) -> int | None:
    """Rows to take, of each group where there are groups; None: all."""
    wanted = prompt_set.n if n is None else n
    if wanted is None:
        return None
    if wanted < 1 or wanted % prompt_set.n_groups:
        groups = f" a multiple of {prompt_set.n_groups}" if prompt_set.n_groups > 1 else ""
        raise UserError(
            f"{wanted} rows cannot be drawn from {prompt_set.label}; expected{groups} at least "
            f"{prompt_set.n_groups}."
        )
    return wanted // prompt_set.n_groups


def _described(prompt_set: PromptSet, values: dict[str, Any]) -> dict[str, Any]:
    """A row with what is the same for all of its set; the set's words for a category are kept."""
    category = {"category": prompt_set.category} if prompt_set.category else {}
    about = {
        "source": prompt_set.label,
        "prompt_set": prompt_set.id,
        "licence": prompt_set.licence,
    }
    return {name: value for name, value in values.items() if value is not None} | category | about


def _notices(
    table: Table,
    prompt_set: PromptSet,
    drawn: Table,
    limit: int | None,
    groups: Counter[int],
    n_damaged: int,
) -> tuple[str, ...]:
    said = []
    wanted = None if limit is None else limit * prompt_set.n_groups
    if wanted is not None and len(drawn.rows) < wanted:
        short = [f"{group}: {n}" for group, n in sorted(groups.items()) if n < (limit or 0)]
        by_group = f" ({', '.join(short)})" if prompt_set.per and short else ""
        said.append(
            f"The rule takes {wanted} prompts, and this file gives {len(drawn.rows)}{by_group}; "
            "all of them are taken."
        )
    if n_damaged:
        said.append(
            f"{n_damaged} of {len(table.rows)} rows show that this copy is damaged. Others may "
            "have been changed in ways that do not show. Import the original: "
            f"{prompt_set.origin}."
        )
    said += [why for column, why in prompt_set.wanted.items() if column not in table.columns]
    if prompt_set.caution:
        said.append(f"{prompt_set.label}: {prompt_set.caution}")
    return tuple(said)
