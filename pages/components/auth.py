"""Who is looking: a researcher, or a stranger.

Asked anew on every rerun, because a page module can be reached without the navigation that
would have hidden it, and because a browser can come back with another cookie.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st
from streamlit import config

from core.errors import UserError
from core.security import (
    SESSION_COOKIE,
    is_loopback,
    is_researcher_token,
    is_sign_in_configured,
    load_secret_key,
)
from core.settings import Settings
from pages.components.theme import link_button

Role = Literal["researcher", "stranger"]

# A proxy says so in one of these. Behind one, every stranger comes from loopback.
_FORWARDING_HEADERS = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"}
)
_FORWARDING_PREFIXES = ("x-forwarded-", "x-original-", "x-envoy-", "cf-", "fly-", "fastly-")


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known about the connection behind the running script.

    Attributes:
        bind_address: address the server listens on; None when it was not set, which means all.
        peer_is_local: the connection comes from this machine.
        host: Host header; None without a browser connection.
        header_names: lower-case names of the handshake's headers.
        session_cookie: value of the session cookie, or None.
        signed_in_email: address of a person signed in through OIDC; "" when the provider gave
            none; None when nobody is.
    """

    bind_address: str | None
    peer_is_local: bool
    host: str | None
    header_names: frozenset[str]
    session_cookie: str | None
    signed_in_email: str | None


def current_visit() -> Visit:
    """The connection of the running script, read from Streamlit."""
    headers = st.context.headers
    address = st.context.ip_address
    return Visit(
        bind_address=config.get_option("server.address"),
        # Streamlit reports loopback peers as None; without a connection there is no Host either.
        peer_is_local=address is None or is_loopback(address),
        host=headers.get("Host"),
        header_names=frozenset(name.lower() for name in headers),
        session_cookie=st.context.cookies.get(SESSION_COOKIE),
        signed_in_email=_signed_in_email(),
    )


def is_local(visit: Visit) -> bool:
    """Whether this can only be somebody sitting at this machine.

    All of: bound to loopback, a loopback peer, a loopback Host (a rebound DNS name has another),
    and no header by which a proxy passes on a stranger.
    """
    return (
        is_loopback(visit.bind_address)
        and visit.peer_is_local
        and is_loopback(_host_name(visit.host))
        and not any(_is_forwarding(name) for name in visit.header_names)
    )


def role_of(visit: Visit, settings: Settings) -> Role:
    """The role a visit has under these settings.

    Raises:
        UserError: sign-in is configured but the secret key cannot be had.
    """
    if not is_sign_in_configured(settings):
        return "researcher" if is_local(visit) else "stranger"
    if settings.oidc and _may_sign_in(visit.signed_in_email, settings.oidc):
        return "researcher"
    if settings.password_hash and visit.session_cookie:
        key = load_secret_key(
            settings.secret_key,
            settings.data_dir,
            bound_to_loopback=is_loopback(visit.bind_address),
        )
        if is_researcher_token(visit.session_cookie, key, settings.password_hash):
            return "researcher"
    return "stranger"


def current_role() -> Role:
    """Who is looking at the running page. Cheap: one signature check at most."""
    return role_of(current_visit(), Settings.from_environment())


def require_researcher() -> None:
    """Lets researchers through; shows anybody else a calm refusal and ends the script.

    Every researcher page calls this first, whatever the navigation says.
    """
    try:
        role = current_role()
    except UserError as error:
        st.error(str(error))
        st.stop()
    if role != "researcher":
        draw_refusal()
        st.stop()


def draw_refusal() -> None:
    """Says why there is nothing here, and what to do for those who may come in."""
    settings = Settings.from_environment()
    visit = current_visit()
    st.header("This page is for researchers")
    if not is_sign_in_configured(settings):
        st.write(
            "It opens only on the computer the app runs on, because nobody has set up sign-in. "
            "If you came to rate responses, please use the link you were given."
        )
        return
    st.write("Please sign in. If you came to rate responses, use the link you were given.")
    if settings.oidc:
        _draw_provider_sign_in(visit.signed_in_email)
    if settings.password_hash:
        link_button("Sign in with the password", _login_address())
        if is_local(visit):
            st.caption("Signing in needs an app started by `taskanchor serve`.")


def draw_sign_out() -> None:
    """A sign-out control for the researcher pages; nothing where nobody had to sign in."""
    settings = Settings.from_environment()
    visit = current_visit()
    if settings.oidc and visit.signed_in_email is not None:
        if st.button("Sign out", key="sign-out"):
            st.logout()
    elif settings.password_hash and visit.session_cookie:
        link_button("Sign out", "/logout")


def secret_key() -> bytes:
    """The key that signs annotator links and makes pseudonyms.

    Raises:
        UserError: none is configured and the app is not bound to loopback.
    """
    settings = Settings.from_environment()
    bound_to_loopback = is_loopback(config.get_option("server.address"))
    return load_secret_key(
        settings.secret_key, settings.data_dir, bound_to_loopback=bound_to_loopback
    )


def _host_name(host: str | None) -> str | None:
    if host is None:
        return None
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_forwarding(header_name: str) -> bool:
    return header_name in _FORWARDING_HEADERS or header_name.startswith(_FORWARDING_PREFIXES)


def _signed_in_email() -> str | None:
    if not st.user.get("is_logged_in", False):
        return None
    # An address its owner has not confirmed proves nothing, but the sign-in itself stands.
    if st.user.get("email_verified") is False:
        return ""
    return str(st.user.get("email") or "")


def _may_sign_in(email: str | None, oidc: Mapping[str, str]) -> bool:
    """`allowed` lists addresses and @domains; without it the provider alone decides."""
    if email is None:
        return False
    allowed = {entry.strip().lower() for entry in oidc.get("allowed", "").split(",")} - {""}
    if not allowed:
        return True
    address = email.lower()
    return address in allowed or f"@{address.rpartition('@')[2]}" in allowed


def _login_address() -> str:
    path = urlsplit(st.context.url or "").path or "/"
    query = urlencode(st.query_params.to_dict())
    return "/login?next=" + quote(f"{path}?{query}" if query else path)


def _draw_provider_sign_in(signed_in_email: str | None) -> None:
    if signed_in_email is None:
        if st.button("Sign in", key="sign-in", type="primary"):
            st.login()
        return
    st.write(f"You are signed in as {signed_in_email or 'somebody else'}, who is not on the list.")
    if st.button("Sign out", key="sign-out"):
        st.logout()
