"""`dsatrain train`: settings from the command line, progress on the terminal."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from dsanet.cli.interrupt import ctrl_c_asks
from dsanet.cli.streams import tell
from dsanet.errors import CancelledError
from dsanet.model import DSANetConfig
from dsanet.packages import ModelPackage, find_package
from dsatrain.train.config import RECIPES, TrainConfig, Watch
from dsatrain.train.data import cases_of, phantoms
from dsatrain.train.loop import OnStep, Stop, train

STOPPING = "\nstopping after this step; press Ctrl-C again to stop at once\n"


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsatrain train`.

    Raises:
        DSAError: The parent cannot be used or a file not be written.
        ValueError: The settings do not fit those of the training in the folder.
        KeyboardInterrupt: It was stopped; the same command goes on.
    """
    parent = find_package(arguments.parent) if arguments.parent else None
    config = config_of(arguments, parent)
    data = cases_of(arguments.data, arguments.fold) if arguments.data else phantoms()
    watch = Watch(
        validation_runs=arguments.validation_runs,
        validate_every=arguments.validate_every,
        tensorboard=arguments.tensorboard,
    )
    with ExitStack() as shown, stoppable() as asked:
        train(
            config,
            arguments.output,
            parent,
            data=data,
            watch=watch,
            device=arguments.device,
            on_step=_progress(config.steps, shown),
            stop=asked,
        )


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Let Ctrl-C or SIGTERM stop a training after its step, with a checkpoint to go on from.

    Yields:
        Whether to stop.

    Raises:
        KeyboardInterrupt: It was stopped.
    """
    with ctrl_c_asks(lambda: tell(STOPPING)) as asked:
        try:
            yield asked
        except CancelledError as error:
            msg = f"{error}; the same command goes on"
            raise KeyboardInterrupt(msg) from error


SPOILT = ("temporal_former", "time_code", "fusion")
"""Parts whose weights are of no use to a network that is normalised otherwise."""


def config_of(arguments: argparse.Namespace, parent: ModelPackage | None) -> TrainConfig:
    """Change a recipe by what was asked for.

    Args:
        arguments: Each value None where nothing was asked for.
        parent: The model to start from; its network is kept, or renewed.
    """
    recipe = RECIPES[arguments.recipe]
    asked = {key: getattr(arguments, key) for key in ("width", "heads", "temporal")}
    chosen = {key: value for key, value in asked.items() if value is not None}
    network = parent.config if parent else DSANetConfig(**(recipe.network.as_dict() | chosen))
    if arguments.renew:
        network = replace(network, steady=DSANetConfig.steady, norm=DSANetConfig.norm)
    names = (
        "steps",
        "batch_size",
        "crop_px",
        "look_px",
        "most_noise",
        "max_frames",
        "learning_rate",
        "warmup",
        "ema_decay",
        "seed",
        "loaders",
        "skeleton_recall",
        "cl_dice",
    )
    values = {name: getattr(arguments, name) for name in names}
    steps = arguments.steps or recipe.steps
    shortened = {"warmup": min(recipe.warmup, max(1, steps // 10))}
    return replace(
        recipe,
        network=network,
        parent=parent.weights_sha256 if parent else None,
        restart=(*arguments.restart, *(SPOILT if arguments.renew else ())),
        **shortened | {name: value for name, value in values.items() if value is not None},
    )


def _progress(steps: int, shown: ExitStack) -> OnStep:
    """A bar with the time left on a terminal of the first process; else nothing."""
    if not sys.stderr.isatty() or os.environ.get("RANK", "0") != "0":
        return lambda _step, _loss: None
    from rich.console import Console
    from rich.progress import Progress

    bar = shown.enter_context(Progress(console=Console(stderr=True), transient=True))
    task = bar.add_task("training", total=steps)

    def on_step(step: int, loss: float) -> None:
        bar.update(task, completed=step, description=f"training, loss {loss:.3f}")

    return on_step
