"""A small study written row by row, for tests of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.taxonomy import load_taxonomy
from db.models import Condition, Item, Prompt, Rater, Rating, Response, Study
from db.queries.studies import add_study


@dataclass
class StudyRows:
    """Adds rows to one study; everything is flushed, nothing committed."""

    session: Session
    study: Study

    @classmethod
    def new(cls, session: Session, slug: str = "pilot") -> StudyRows:
        return cls(session, add_study(session, slug, slug.capitalize(), load_taxonomy()))

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def prompt(self, external_id: str, category: str | None = None) -> Prompt:
        return self._add(
            Prompt(
                study_id=self.study.id,
                external_id=external_id,
                text=f"Text of {external_id}",
                category=category,
            )
        )

    def condition(self, strategy: str = "temperature", n: int = 2, model: str = "openai:m") -> Any:
        label = f"{model}/{strategy}"
        return self._add(
            Condition(
                study_id=self.study.id,
                hash=label,
                label=label,
                model=model,
                strategy=strategy,
                n=n,
            )
        )

    def response(self, prompt: Prompt, condition: Condition, index: int, **values: Any) -> Response:
        given = {"status": "ok", "text": "A text", "finish_reason": "stop"} | values
        return self._add(
            Response(prompt_id=prompt.id, condition_id=condition.id, sample_index=index, **given)
        )

    def item(self, key: str, kind: str = "pair", prompt: Prompt | None = None) -> Item:
        return self._add(
            Item(
                study_id=self.study.id,
                kind=kind,
                key=key,
                cluster=key,
                prompt_id=prompt.id if prompt else None,
            )
        )

    def rater(self, identity: str, kind: str = "judge") -> Rater:
        return self._add(Rater(study_id=self.study.id, kind=kind, identity=identity))

    def rating(
        self,
        rater: Rater,
        item: Item,
        value: str | None,
        question: str = "equivalence",
        **values: Any,
    ) -> Rating:
        return self._add(
            Rating(rater_id=rater.id, item_id=item.id, question=question, value=value, **values)
        )
