"""alignment"""

from __future__ import annotations

import json
from pathlib import Path

import click

from commands.common import json_option, open_all, print_json, slug_argument
from core.alignment import Floor, dpo_rows, grpo_rows
from core.errors import UserError
from core.taxonomy import load_taxonomy
from db.alignment import load_candidate_sets
from db.queries.studies import get_study


@click.command()
@slug_argument
@click.option("--format", "file_format", type=click.Choice(["dpo", "grpo"]), required=True)
@click.option("--out", "path", type=click.Path(path_type=Path), required=True)
@click.option("--rater", default="ensemble:majority", show_default=True)
@click.option("--condition", "conditions", multiple=True, help="Label; default: all conditions.")
@click.option("--quality-floor", type=click.FloatRange(1, 5), default=4.0, show_default=True)
@click.option("--margin", type=click.FloatRange(0, 1), default=0.25, show_default=True,
              help="DPO: least difference of the two rewards.")  # fmt: skip
@json_option
def alignment(
    slug: str,
    file_format: str,
    path: Path,
    rater: str,
    conditions: tuple[str, ...],
    quality_floor: float,
    margin: float,
    as_json: bool,
) -> None:
    """Judged responses of study SLUG as JSON lines with the columns TRL expects."""
    settings, database = open_all()
    taxonomy = load_taxonomy(settings.prompts_dir)
    floor = Floor(quality_floor)
    with database.read() as session:
        study = get_study(session, slug)
        sets, n_left_out = load_candidate_sets(session, settings, study, rater, conditions)
    rows = list(
        dpo_rows(sets, taxonomy, study=slug, rater=rater, floor=floor, margin=margin)
        if file_format == "dpo"
        else grpo_rows(sets, taxonomy, study=slug, rater=rater, floor=floor)
    )
    lines = [json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {error.strerror}. Give another file."
        ) from error
    counts = {"rows": len(rows), "sets": len(sets), "sets_left_out": n_left_out}
    if as_json:
        print_json({"file": str(path), "format": file_format, **counts})
        return
    click.echo(
        f"{len(rows)} rows from {len(sets)} judged sets in {path}; {n_left_out} sets left out "
        "(incomplete, or pairs without a verdict)."
    )
