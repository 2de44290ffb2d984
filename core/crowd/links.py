"""The recruiting link as a platform wants it: with places for what the platform fills in."""

from __future__ import annotations

from core.crowd.plan import Recruiting
from core.security import join_link


def recruiting_link(base_url: str, study_id: int, key: bytes, recruiting: Recruiting) -> str:
    """The address to hand to the platform, for an app at `base_url`.

    Prolific replaces `{{%NAME%}}` by what it knows of a person; of other platforms the writing is
    not known, so the names stand in braces for the researcher to replace.
    """
    names = dict.fromkeys((recruiting.id_parameter, *recruiting.captured))
    form = "{{{{%{0}%}}}}" if recruiting.platform == "prolific" else "{{{0}}}"
    filled = "".join(f"&{name}={form.format(name)}" for name in names)
    return join_link(base_url, study_id, key) + filled
