"""serve"""

from __future__ import annotations

import click
from sqlalchemy import text

from core.settings import Settings
from db.engine import open_database


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8501, show_default=True)
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
@click.option("--no-worker", is_flag=True, help="Serve pages only; workers run elsewhere.")
def serve(host: str, port: int, no_browser: bool, no_worker: bool) -> None:
    """Run the web app and one worker, until Ctrl-C."""
    from web.serve import serve as run_server

    settings = Settings.from_environment()
    database = open_database(settings)

    def ping() -> None:
        with database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    run_server(host, port, not no_browser, settings, not no_worker, ping=ping)
