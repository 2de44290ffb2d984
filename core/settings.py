"""Settings come from `TASKANCHOR_*` environment variables and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import UserError

PROJECT_DIR = Path(__file__).resolve().parent.parent
BUNDLED_PROMPTS = PROJECT_DIR / "prompts"
BUNDLED_RECORDINGS = BUNDLED_PROMPTS / "sample" / "recordings"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment asks for.

    Attributes:
        database_url: SQLAlchemy address; the default is a SQLite file in `data_dir`.
        data_dir: folder for everything the app writes.
        concurrency: model calls in flight per process.
        prompts_dir: folder whose files override bundled templates by name, or None.
        replay_dir: folder of recordings for `replay:NAME`.
        password_hash: scrypt hash of the researcher password, or None.
        secret_key: signs links and cookies; None means the key file in `data_dir` (loopback only).
        batch_poll_s: seconds between two looks at a batch under way.
        oidc: what follows `TASKANCHOR_OIDC_`, in lower case -> value.
    """

    database_url: str
    data_dir: Path
    concurrency: int = 20
    prompts_dir: Path | None = None
    replay_dir: Path = BUNDLED_RECORDINGS
    password_hash: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    oidc: Mapping[str, str] = field(default_factory=dict, repr=False)
    batch_poll_s: float = 30.0

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Reads and checks `TASKANCHOR_*`.

        Raises:
            UserError: a value that cannot be used, with what was expected.
        """
        env = os.environ if environ is None else environ
        data_dir = Path(env.get("TASKANCHOR_DATA_DIR") or PROJECT_DIR / "data").resolve()
        return cls(
            database_url=_database_url(env.get("TASKANCHOR_DATABASE_URL"), data_dir),
            data_dir=data_dir,
            concurrency=_concurrency(env.get("TASKANCHOR_CONCURRENCY", "20")),
            prompts_dir=_folder("TASKANCHOR_PROMPTS", env.get("TASKANCHOR_PROMPTS")),
            replay_dir=_folder("TASKANCHOR_REPLAY_DIR", env.get("TASKANCHOR_REPLAY_DIR"))
            or BUNDLED_RECORDINGS,
            password_hash=env.get("TASKANCHOR_PASSWORD_HASH") or None,
            secret_key=env.get("TASKANCHOR_SECRET_KEY") or None,
            oidc={
                name.removeprefix("TASKANCHOR_OIDC_").lower(): value
                for name, value in env.items()
                if name.startswith("TASKANCHOR_OIDC_") and value
            },
            batch_poll_s=_seconds(env.get("TASKANCHOR_BATCH_POLL_S", "30")),
        )


def _database_url(value: str | None, data_dir: Path) -> str:
    if not value:
        return f"sqlite:///{data_dir / 'taskanchor.sqlite3'}"
    scheme = value.partition(":")[0]
    if scheme.startswith("sqlite"):
        return value
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        # SQLAlchemy would pick a driver that is not installed here unless it is named.
        return "postgresql+psycopg" + value[len(scheme) :]
    raise UserError(
        f"TASKANCHOR_DATABASE_URL starts with {scheme!r}; expected sqlite:///FILE or "
        "postgresql://USER@HOST/DATABASE."
    )


def _concurrency(value: str) -> int:
    if value.isascii() and value.isdigit() and 1 <= int(value) <= 10_000:
        return int(value)
    raise UserError(
        f"TASKANCHOR_CONCURRENCY is {value!r}; expected a whole number from 1 to 10000 "
        "(model calls in flight)."
    )


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if 0.05 <= seconds <= 3600:
        return seconds
    raise UserError(
        f"TASKANCHOR_BATCH_POLL_S is {value!r}; expected seconds from 0.05 to 3600 (between two "
        "looks at a batch)."
    )


def _folder(name: str, value: str | None) -> Path | None:
    if not value:
        return None
    path = Path(value).expanduser().resolve()
    if not path.is_dir():
        raise UserError(f"{name} is {value!r}, which is no folder. Create it or unset {name}.")
    return path
