"""The terminal's door. Commands are imported only when called, so that help is instant."""

from __future__ import annotations

import importlib
import keyword
import sys
from collections.abc import Sequence

import click

from core.errors import AppError, ImportFileError, UserError

# name -> (module, one line for the overview, so that `--help` imports nothing)
_COMMANDS = {
    "serve": ("commands.serve", "Run the web app and one worker."),
    "worker": ("commands.worker", "Run a further worker, on any machine."),
    "demo": ("commands.demo", "Load the sample study (loading it twice changes nothing)."),
    "study": ("commands.study", "Create, list and show studies."),
    "prompts": ("commands.prompts", "Import prompts."),
    "classify": ("commands.work", "Ask a model for the category of every prompt."),
    "generate": ("commands.work", "Generate responses."),
    "strategies": ("commands.strategies", "List the ways of asking, and what each says."),
    "judge": ("commands.work", "Ask a judge about pairs or single responses."),
    "responses": ("commands.responses", "Import responses made elsewhere."),
    "ratings": ("commands.ratings", "Import ratings made elsewhere."),
    "people": ("commands.people", "Invite people, run a crowd study, print links."),
    "plan": ("commands.plan", "How many items and raters a study needs, and what they cost."),
    "agreement": ("commands.analysis", "How far people and judges agree."),
    "results": ("commands.analysis", "Diversity and quality per condition and category."),
    "contrast": ("commands.contrast", "Set the one comparison a study is about, or show it."),
    "embed": ("commands.embed", "Fetch vectors of responses for embedding distance and Vendi."),
    "experiment": ("commands.experiment", "A ready experiment: its plan, its runs, its analysis."),
    "alignment": ("commands.alignment", "Judged responses as DPO pairs or GRPO groups."),
    "export": ("commands.export", "Write everything of a study into one zip file."),
    "import": ("commands.bundle", "Make a study of an exported bundle."),
    "report": ("commands.report", "Write an agreement report: one HTML page, LaTeX and CSV."),
    "doctor": ("commands.upkeep", "Look whether everything the app needs is in order."),
    "backup": ("commands.upkeep", "Copy the whole database to a file."),
    "restore": ("commands.upkeep", "Put a backup in the place of the database."),
    "hash-password": ("commands.password", "Make a value for TASKANCHOR_PASSWORD_HASH."),
}
USAGE, FAILED = 2, 1


class _LazyGroup(click.Group):
    """A group that imports a command's module when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        attribute = cmd_name.replace("-", "_")
        if keyword.iskeyword(attribute):
            attribute += "_"
        command: click.Command = getattr(module, attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Taskanchor checks, with people, when language models repeat themselves."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command; exit code 0 if all was done, 1 for failures, 2 for wrong usage."""
    try:
        code = cli.main(args=arguments, prog_name="taskanchor", standalone_mode=False)
    except click.exceptions.Abort:
        _fail("Stopped. The same command again goes on from here.", FAILED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ImportFileError as error:
        _fail(str(error), FAILED)
    except UserError as error:
        _fail(str(error), USAGE)
    except AppError as error:
        _fail(str(error), FAILED)
    else:
        sys.exit(code or 0)


def _fail(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
