import subprocess
import sys

import pytest

import cli
from core.settings import PROJECT_DIR

HEAVY = [
    "openai", "anthropic", "pandas", "scipy", "sklearn", "plotly", "pyarrow", "dbos", "streamlit",
    "alembic", "numpy",
]  # fmt: skip


def modules_after(code):
    """Names of the heavy packages a fresh process has imported after `code`."""
    script = f"{code}\nimport sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_help_imports_nothing_but_click():
    code = """
import contextlib, io, cli
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    cli.main(["--help"])
import sys; assert "sqlalchemy" not in sys.modules"""
    assert modules_after(code) == []


@pytest.mark.parametrize(
    "module",
    ["work", "study", "prompts", "responses", "ratings", "worker", "serve", "demo", "analysis"],
)
def test_a_command_module_imports_nothing_heavy(module):
    # numpy belongs to the statistics that the demo's drawing and the analysis are about.
    assert set(modules_after(f"import commands.{module}")) <= {"numpy"}


@pytest.mark.parametrize("name", list(cli._COMMANDS))
def test_every_command_listed_exists_and_has_help(name, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert "Usage: taskanchor" in capsys.readouterr().out


def test_a_bug_is_not_dressed_up_as_a_users_mistake(monkeypatch):
    import commands.study

    def broken():
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(commands.study, "open_all", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main(["study", "list"])


def test_a_setting_that_cannot_be_used_is_named(monkeypatch, capsys):
    monkeypatch.setenv("TASKANCHOR_CONCURRENCY", "many")
    with pytest.raises(SystemExit) as ended:
        cli.main(["study", "list"])
    assert ended.value.code == 2
    assert "TASKANCHOR_CONCURRENCY is 'many'" in capsys.readouterr().err
