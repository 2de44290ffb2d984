"""Sign-in through an identity provider: what `st.login` needs, from the environment."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from core.errors import UserError

_REQUIRED = ("client_id", "client_secret", "server_metadata_url", "redirect_uri")
# Read by pages.components.auth: addresses and @domains that may come in.
_OURS = ("allowed",)


def oidc_secrets(oidc: Mapping[str, str], key: bytes) -> dict[str, Any]:
    """The `auth` section Streamlit would otherwise read from a secrets file.

    Args:
        oidc: what follows `TASKANCHOR_OIDC_` in lower case -> value.
        key: the secret key; Streamlit's cookie secret is derived from it.

    Returns:
        Empty when `oidc` is.

    Raises:
        UserError: a variable is missing or unknown, or the redirect address does not fit.
    """
    if not oidc:
        return {}
    missing = [name for name in _REQUIRED if not oidc.get(name)]
    unknown = sorted(set(oidc) - set(_REQUIRED) - set(_OURS))
    if missing or unknown:
        problem = f"{_names(missing)} not set" if missing else f"{_names(unknown)} not known"
        raise UserError(
            f"Sign-in through a provider: {problem}. Expected {_names(_REQUIRED)} and, "
            f"if not everybody there may come in, {_names(_OURS)}."
        )
    if not oidc["redirect_uri"].endswith("/oauth2callback"):
        raise UserError(
            f"TASKANCHOR_OIDC_REDIRECT_URI is {oidc['redirect_uri']!r}; expected the app's public "
            "address followed by /oauth2callback."
        )
    auth = {name: oidc[name] for name in _REQUIRED}
    auth["cookie_secret"] = hmac.new(key, b"oidc-cookie", "sha256").hexdigest()
    return {"auth": auth}


def _names(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"TASKANCHOR_OIDC_{name.upper()}" for name in names)
