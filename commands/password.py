"""hash-password"""

from __future__ import annotations

import click

from core.security import hash_password as make_hash


@click.command()
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def hash_password(password: str) -> None:
    """Ask for a password and print the value for TASKANCHOR_PASSWORD_HASH."""
    click.echo(make_hash(password))
