"""How every command ends: what a user can act on is one sentence on standard error, with the exit code that says whose it is
to mend."""

import sys
from importlib.metadata import version

import click

from geodata.records import DefinitionError
from pipelines.commands.say import say
from pipelines.commands.stop import stoppable
from pipelines.core.near import near
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings


class Commands(click.Group):
    """Turns what a user can act on into one sentence and an exit code."""

    def make_context(self, *words, **more) -> click.Context:
        """As click does; words it cannot read, in one sentence and with 2."""
        try:
            return super().make_context(*words, **more)
        except click.UsageError as error:
            raise _ended(error) from error

    def invoke(self, context: click.Context):
        """Run a command; a Problem is one sentence on standard error, exit 2 where the question was wrong, else 1; a stop is one too."""
        with stoppable("stopped; the last good release stands.") as stop:
            try:
                return super().invoke(context)
            except click.UsageError as error:
                raise _ended(error) from error
            except Problem as problem:
                say(f"commonground: {problem}", err=True)
                sys.exit(2 if problem.usage else 1)
            except DefinitionError as error:
                say(f"commonground: a definition file is wrong.\n{error}", err=True)
                sys.exit(1)
            except KeyboardInterrupt:
                say(str(stop), err=True)
                sys.exit(stop.exit_code)


def _ended(error: click.UsageError) -> BaseException:
    """What click found wrong with the words, said as we say it; help that was asked for by no words at all stays."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error
    path, command = (error.ctx.command_path, error.ctx.command) if error.ctx else ("commonground", None)
    where, remedy, known = path.partition(" ")[2] or "usage", f"see `{path} --help`", []
    if isinstance(error, click.NoSuchOption):
        where, what = ascii(error.option_name)[1:-1], f"is no option of `{path}`"
        known = _options(command) if command else []
    elif isinstance(error, click.exceptions.NoSuchCommand):
        where, what = ascii(error.command_name)[1:-1], "is no command"
        known = list(command.commands) if isinstance(command, click.Group) else []
    else:
        what = error.format_message().strip().rstrip(".")
        if "extra argument" in what and command and "--area" in _options(command):
            remedy = f"put a name of several words in quotes, and {remedy}"
    if found := near(where, known):
        remedy = f"do you mean {' or '.join(found)}?"
    say(f"commonground: {Problem(where, what, remedy)}", err=True)
    return SystemExit(error.exit_code)


def _options(command: click.Command) -> list[str]:
    return [name for parameter in command.params for name in parameter.opts if name.startswith("--")]


def print_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """The version of the program, and of the latest release of ./data or COMMONGROUND_DATA where there is one."""
    if not wanted:
        return
    from pipelines.release.version import latest_version

    say(f"commonground {version('commonground')}")
    try:
        data = Settings.read().data
        if held := latest_version(data / "releases"):
            say(f"release {held} in {data}")
    except Problem as problem:
        say(f"commonground: {problem}", err=True)
        context.exit(2 if problem.usage else 1)
    context.exit()
