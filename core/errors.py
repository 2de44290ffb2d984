"""One small tree of errors.

A message says what failed, the value, what was expected and what to do about it. It never holds
a key. Pages and the command line catch `UserError` and show it; anything else is a bug.
"""

from __future__ import annotations


class AppError(Exception):
    """Root of everything this project raises on purpose."""


class UserError(AppError):
    """The reader can put this right; the message says how."""


class AnswerRefusedError(UserError):
    """What a person sent cannot be stored.

    Attributes:
        key: why, as annotators' texts know it under `errors`; the message is for researchers.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class TemplateError(UserError):
    """A template's placeholders are not the ones its caller fills."""


class InvalidRatingsError(UserError):
    """Ratings that cannot be analysed as asked: wrong shape, level or values."""


class StoppedError(AppError):
    """Work was told to stop while it waited. Nothing failed; the same work goes on later."""


class ImportFileError(UserError):
    """Rows of an imported file that cannot be read.

    Attributes:
        problems: (line number, what is wrong), in file order.
    """

    def __init__(self, name: str, problems: list[tuple[int, str]]) -> None:
        self.problems = problems
        shown = "; ".join(f"line {line}: {text}" for line, text in problems[:5])
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        super().__init__(
            f"{name}: {len(problems)} bad row(s), nothing was imported. {shown}{more}. "
            "Mend the file, or leave bad rows out with --skip-bad."
        )


class ProviderError(AppError):
    """A model call that ended without a usable reply, after the retries.

    Attributes:
        model: `provider:model` as asked for.
        reason: short machine-readable kind, stored with the failure:
            rate_limited, server_error, timeout, connection, malformed_reply,
            refused_parameter, bad_request, auth, no_recording.
        status_code: HTTP status, if there was one.
        retry_after: seconds the server asked us to wait, if it did.
        attempts: HTTP attempts made.
    """

    def __init__(
        self,
        model: str,
        reason: str,
        detail: str,
        *,
        status_code: int | None = None,
        retry_after: float | None = None,
        attempts: int = 1,
    ) -> None:
        self.model = model
        self.reason = reason
        self.detail = detail
        self.status_code = status_code
        self.retry_after = retry_after
        self.attempts = attempts
        code = f" (HTTP {status_code})" if status_code else ""
        super().__init__(f"{model}: {reason}{code}: {detail}")
