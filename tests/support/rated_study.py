"""A small study built row by row: sets with chosen verdicts, failures and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.settings import Settings
from core.taxonomy import load_taxonomy
from core.templates import text_hash
from core.types import Question
from db.models import Condition, Item, Prompt, Rater, Rating, Response, Study
from db.queries.studies import add_study
from db.reports import default_template

SLUG = "rated"


class RatedStudy:
    """Adds rows to one study."""

    def __init__(self, session: Session, settings: Settings, slug: str = SLUG) -> None:
        self.session = session
        self.template = default_template(Question.EQUIVALENCE, settings)
        self.study: Study = add_study(session, slug, slug, load_taxonomy())
        self._raters: dict[str, Rater] = {}

    def prompt(self, external_id: str, text: str = "Say hi.", category: str | None = "G") -> Prompt:
        return self._add(
            Prompt(study_id=self.study.id, external_id=external_id, text=text, category=category)
        )

    def condition(self, strategy: str, *, n: int = 3, model: str = "openai:m") -> Condition:
        digest = text_hash(strategy, model)
        label = f"{model}/{strategy}#{digest[:4]}"
        return self._add(
            Condition(
                study_id=self.study.id,
                hash=digest,
                label=label,
                model=model,
                strategy=strategy,
                n=n,
            )
        )

    def responses(
        self, prompt: Prompt, condition: Condition, texts: Sequence[str], **columns: Any
    ) -> list[Response]:
        """Answered slots 0, 1, …; an empty text is a slot that failed."""
        return [
            self._add(
                Response(
                    prompt_id=prompt.id,
                    condition_id=condition.id,
                    sample_index=index,
                    **{
                        "status": "ok" if text else "failed",
                        "reason": None if text else "short_set",
                        "text": text,
                        **columns,
                    },
                )
            )
            for index, text in enumerate(texts)
        ]

    def pair(self, first: Response, second: Response) -> Item:
        return self._add(
            Item(
                study_id=self.study.id,
                kind="pair",
                key=f"pair:{first.id}:{second.id}",
                cluster="p",
                prompt_id=first.prompt_id,
                response_a_id=first.id,
                response_b_id=second.id,
                category="G",
                category_source="truth",
            )
        )

    def external(self, key: str, content: Mapping[str, str]) -> Item:
        return self._add(
            Item(
                study_id=self.study.id, kind="external", key=key, cluster=key, content=dict(content)
            )
        )

    def say(self, rater: str, item: Item, value: str | None, **columns: Any) -> Rating:
        """A verdict; raters named `…:…` are judges, others people."""
        is_judge = ":" in rater
        if rater not in self._raters:
            kind = "judge" if is_judge else "human"
            self._raters[rater] = self._add(
                Rater(study_id=self.study.id, kind=kind, identity=rater, name=rater.title())
            )
        return self._add(
            Rating(
                rater_id=self._raters[rater].id,
                item_id=item.id,
                **{
                    "question": Question.EQUIVALENCE.value,
                    "value": value,
                    "template": self.template if is_judge else "",
                    **columns,
                },
            )
        )

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row
