"""The reference page of the command line, generated from the commands themselves."""

from collections.abc import Iterator

import click

from exporter.stack.markdown import page, table


def cli_page(program: click.Group, name: str) -> str:
    """All commands with their arguments and options."""
    intro = f"Every command also answers `{name} COMMAND --help`."
    sections = [_section(context) for context in _commands(click.Context(program, info_name=name))]
    return page("Command line", "`exporter/cli`", [intro, *sections])


def _commands(context: click.Context) -> Iterator[click.Context]:
    """Each command that can be run, those of groups in groups too."""
    group = context.command
    if not isinstance(group, click.Group):
        yield context
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command and not command.hidden:
            yield from _commands(click.Context(command, info_name=name, parent=context))


def _section(context: click.Context) -> str:
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    parts = [f"## {context.command_path}", f"`{usage}`", _help(context.command)]
    shown = [option.get_help_record(context) for option in context.command.get_params(context)]
    rows = [(f"`{names}`", meaning) for names, meaning in filter(None, shown)]
    return "\n\n".join([*parts, table(("Option", "Meaning"), rows)])


def _help(command: click.Command) -> str:
    paragraphs = (command.help or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
