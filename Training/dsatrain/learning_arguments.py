"""The arguments of `dsatrain finetune`, `gate` and `rank`, without importing what they run."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import TypeAlias

from dsanet.cli.arguments import path

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
DEVICES = ["auto", "cuda", "mps", "cpu"]


def add_learning(commands: Commands, positive: Callable[[str], int]) -> None:
    """Add the commands that turn corrected cases into a better model.

    Args:
        commands: What `add_subparsers` gave.
        positive: Reads a whole number from 1.
    """
    _add_finetune(commands, positive)
    _add_gate(commands)
    _add_rank(commands, positive)


def _add_finetune(commands: Commands, positive: Callable[[str], int]) -> None:
    tune = commands.add_parser("finetune", help="make a child of a model from corrected cases")
    tune.add_argument("--data", type=path, required=True, metavar="DATASET")
    tune.add_argument("--parent", metavar="MODEL", help="the active model if not given")
    tune.add_argument("--name", help="of the child")
    tune.add_argument("--output", type=path, metavar="DIR", help="of checkpoints and package")
    for name in ("steps", "batch-size", "crop-px", "loaders", "seed"):
        tune.add_argument(f"--{name}", type=positive)
    tune.add_argument("--learning-rate", type=float)
    tune.add_argument("--no-replay", action="store_true", help="forgets; for comparisons")
    tune.add_argument("--device", choices=DEVICES, default="auto")
    tune.add_argument("--dry-run", action="store_true", help="only say what would be done")
    _add_progress(tune)
    tune.set_defaults(command=_running("dsatrain.finetune.command"))


def _add_gate(commands: Commands) -> None:
    gate = commands.add_parser("gate", help="judge whether a model may replace another")
    gate.add_argument("child", metavar="CHILD", help="name or folder of a model package")
    gate.add_argument("parent", nargs="?", metavar="PARENT", help="the active model if not given")
    gate.add_argument("--data", type=path, required=True, metavar="DATASET")
    gate.add_argument("--split", choices=["train", "test"], default="test", help="of the cases")
    gate.add_argument("--output", type=path, required=True, metavar="DIR", help="of the report")
    gate.add_argument("--device", default="auto")
    gate.add_argument("--json", action="store_true", help="print JSON")
    _add_progress(gate)
    gate.set_defaults(command=_running("dsatrain.gate.command"))


def _add_rank(commands: Commands, positive: Callable[[str], int]) -> None:
    rank = commands.add_parser("rank", help="say which unlabelled runs teach most when corrected")
    rank.add_argument("folder", type=path, metavar="FOLDER", help="of runs, or a data set")
    rank.add_argument("--model", metavar="MODEL", help="the active model if not given")
    rank.add_argument("--count", type=positive, metavar="N", help="only the first ones")
    rank.add_argument("--output", type=path, metavar="DIR", help="also write rank.csv, rank.json")
    rank.add_argument("--device", default="auto")
    rank.add_argument("--json", action="store_true", help="print JSON")
    _add_progress(rank)
    rank.set_defaults(command=_running("dsatrain.rank.command"))


def _add_progress(command: argparse.ArgumentParser) -> None:
    command.add_argument("--progress-json", action="store_true", help="tell events as JSON lines")


def _running(module: str) -> Callable[[argparse.Namespace], None]:
    """The command of a module, imported when it runs: `--help` answers at once."""

    def run(arguments: argparse.Namespace) -> None:
        import_module(module).run_command(arguments)

    return run
