"""The entry point of `tocsin`: finds a command's module only when that command is asked for."""

from importlib import import_module

import click

from tocsin import __version__

# name -> (module, first line of help). The help stands here so that `tocsin --help` imports
# no command.
COMMANDS = {
    "demo": ("cli.commands.demo", "Run the main job on the local cloud and balance the books."),
    "up": ("cli.commands.up", "Start the local cloud and keep it up until Ctrl-C."),
    "alertmanager": ("cli.commands.alertmanager", "Run as an Alertmanager on this machine."),
    "alert": ("cli.commands.alert", "Show an alert, and acknowledge, assign or resolve it."),
    "deliveries": ("cli.commands.deliveries", "List what receivers were told, and how it went."),
    "receivers": ("cli.commands.receivers", "List receivers, and send them a test."),
    "oncall": ("cli.commands.oncall", "Show who is on call."),
    "config": ("cli.commands.config", "Check, plan, apply, show and import tocsin.yaml."),
    "rules": ("cli.commands.rules", "Check, test, list and apply rules over metrics and alerts."),
    "flags": ("cli.commands.flags", "List feature flags: what is on for whom, and why."),
    "template": ("cli.commands.template", "Look at what receivers are told."),
    "keys": ("cli.commands.keys", "Create, list and revoke API keys."),
    "normalize": ("cli.commands.normalize", "Print the canonical alerts of a payload."),
    "fingerprint": ("cli.commands.fingerprint", "Explain fingerprints, and propose rules."),
    "balance": ("cli.commands.balance", "Add up what became of every accepted alert."),
    "dlq": ("cli.commands.dlq", "List, show, redrive and purge dead letters."),
    "enrich": ("cli.commands.enrich", "Run stages over alerts that fire, and retry what failed."),
    "summarize": ("cli.commands.summarize", "Summarise the alerts that fire."),
    "migrate": ("cli.commands.migrate", "Rewrite what is stored in an older format."),
    "check": ("cli.commands.check", "Check that a deployed stack has the right shape."),
    "docs": ("cli.commands.docs", "Write the generated pages of docs/."),
}


class Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tocsin")
def main() -> None:
    """Run, configure and look into tocsin, a serverless alert pipeline.

    Start with `tocsin demo`. Every command explains itself with --help.
    """
