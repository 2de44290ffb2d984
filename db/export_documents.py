"""What lies beside the tables of a bundle: settings, versions, templates, a word to begin with."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.annotator_texts import REFERENCE_LANGUAGE
from core.crowd import SETTINGS_KEY, read_plan
from core.crowd.plan import RETENTION_MONTHS
from core.settings import BUNDLED_PROMPTS, Settings
from core.strategies import load_strategies
from core.strategies.custom import FILE as STRATEGY_FILE
from core.taxonomy import load_taxonomy
from core.taxonomy_words import translation_file
from core.templates import find_prompt_file, read_prompt_file
from db.migrations import HEAD
from db.models import Checklist, Condition, Participation, Rater, Rating, Response, Study, now

# What the numbers depend on.
PACKAGES = (
    "taskanchor", "numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "sqlalchemy", "openai",
    "anthropic", "streamlit",
)  # fmt: skip

# Raised when a reader of older bundles would misread a newer one.
BUNDLE_VERSION = 1

_README = """\
Study {slug}{sample}, exported by Taskanchor.

study.json       the study's settings and the taxonomy it was started with; keep_until is the day
                 by which this file has to be deleted, so that withdrawn answers do not live on
versions.json    Python, packages and database schema that wrote this file
templates.json   which templates (name@hash) responses, ratings and checklists were made with
taxonomy.toml, templates/    the taxonomy and templates in use when this file was written
taxonomy.LANGUAGE.toml   the taxonomy as people of the study read it, in use when this file was
                 written; the consent in participations holds the hash of what each had before them
strategies.toml  the researcher's own strategies, where there are any

People appear under pseudonyms that are the same in every export of this study. Names, contacts,
identifiers of recruiting platforms and columns that came with imported human ratings are left
out; values of the parameters people came with are replaced by pseudonyms. Comments people wrote,
also at the end, are there as they wrote them: read them before you publish.

participations holds people's way through a crowd study; is_test marks researchers who tried it
out. gold holds the known answers, notes what people wrote about items, samples how likely each item
was to be drawn. The purpose of an assignment or rating says whether it counts: only "rating" does.

ratings holds every answer with all its revisions. ratings_long holds the answers that count, one
row per item, question, rater, repeat and, for judges, order, with the texts, as `taskanchor
ratings import` reads them: import parquet/ratings_long.parquet, whose texts are unchanged.
Verdicts derived from a grouping, practice, attention checks and adjudicated answers are in ratings
only. tags holds researchers' words for why raters part on an item.
"""


def study_documents(session: Session, settings: Settings, study: Study) -> dict[str, str | bytes]:
    """Name in the bundle -> text: what the study is, its words, and what wrote the file."""
    today = now().date()
    described = {
        "bundle_version": BUNDLE_VERSION,
        "slug": study.slug,
        "title": study.title,
        "status": study.status,
        "sample_data": study.is_sample,
        "taxonomy_version": study.taxonomy_version,
        "taxonomy_hash": study.taxonomy_hash,
        "taxonomy_hash_in_use": load_taxonomy(settings.prompts_dir).content_hash,
        "settings": _public(study.settings),
        "created_at": study.created_at.isoformat(),
        "exported_on": today.isoformat(),
        "keep_until": _keep_until(study.settings, today).isoformat(),
    }
    versions = {"python": platform.python_version(), "schema": HEAD} | {
        name: package_version(name) for name in PACKAGES
    }
    sample = " (sample data: simulated, not a finding)" if study.is_sample else ""
    documents: dict[str, str | bytes] = {
        "README.txt": _README.format(slug=study.slug, sample=sample),
        "study.json": json.dumps(described, indent=2, ensure_ascii=False),
        "versions.json": json.dumps(versions, indent=2),
        "templates.json": json.dumps(templates_used(session, study.id), indent=2),
    }
    texts = ["taxonomy.toml", *_read_by_people(session, settings.prompts_dir, study)]
    texts += [f"templates/{path.name}" for path in (BUNDLED_PROMPTS / "templates").glob("*.txt")]
    texts += _own_texts(settings.prompts_dir)
    for relative in sorted(texts):
        documents[relative] = read_prompt_file(find_prompt_file(relative, settings.prompts_dir))
    return documents


def _keep_until(settings: Mapping[str, Any], today: date) -> date:
    """The day by which the bundle has to be deleted; the 28th where a month has no such day."""
    plan = read_plan(dict(settings))
    months = today.month - 1 + (plan.retention_months if plan else RETENTION_MONTHS)
    return date(today.year + months // 12, months % 12 + 1, min(today.day, 28))


def _read_by_people(session: Session, prompts_dir: Path | None, study: Study) -> list[str]:
    """Translations of the taxonomy that people of the study read, or read from now on."""
    plan = read_plan(dict(study.settings))
    consents = session.scalars(
        select(Participation.consent).where(Participation.study_id == study.id)
    )
    languages = {str(one.get("definitions", "")).partition("@")[0] for one in consents}
    languages |= set() if plan is None else {plan.language}
    names = (translation_file(language) for language in languages - {"", REFERENCE_LANGUAGE})
    return [name for name in names if find_prompt_file(name, prompts_dir).is_file()]


def _public(settings: Mapping[str, Any]) -> dict[str, Any]:
    plan = read_plan(dict(settings))
    return {**settings, **({} if plan is None else {SETTINGS_KEY: plan.to_public()})}


def _own_texts(prompts_dir: Path | None) -> list[str]:
    """The researcher's strategies, and the templates that only those use."""
    own = [one for one in load_strategies(prompts_dir).values() if one.own]
    names = {name for one in own for name in (one.template_name, one.general_name) if name}
    bundled = {path.stem for path in (BUNDLED_PROMPTS / "templates").glob("*.txt")}
    return [STRATEGY_FILE, *(f"templates/{name}.txt" for name in names - bundled)] if own else []


def templates_used(session: Session, study_id: int) -> dict[str, list[str]]:
    """name@hash of every template that anything in the study was made with."""
    responses = session.execute(
        select(Response.template_name, Response.template_hash)
        .join(Condition, Response.condition_id == Condition.id)
        .where(Condition.study_id == study_id, Response.template_name != "")
        .distinct()
    )
    by_rater = {
        name: session.scalars(
            select(table.template)
            .join(Rater, table.rater_id == Rater.id)
            .where(Rater.study_id == study_id, table.template != "")
            .distinct()
        )
        for name, table in (("ratings", Rating), ("checklists", Checklist))
    }
    return {"responses": sorted(f"{name}@{digest}" for name, digest in responses)} | {
        name: sorted(found) for name, found in by_rater.items()
    }


def package_version(package: str) -> str:
    """The installed version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
