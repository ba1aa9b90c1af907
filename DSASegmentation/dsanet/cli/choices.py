"""From the arguments of a command to the choices about the preparation."""

import argparse

from dsanet.cli.options import INVERT
from dsanet.errors import PrepareError
from dsanet.prepare import PrepareChoices


def choices_from(arguments: argparse.Namespace) -> PrepareChoices:
    """Read the choices that `dsanet.cli.options.add_preparation` lets a command take.

    Args:
        arguments: Of the command.

    Raises:
        PrepareError: Two of them contradict each other.
    """
    of_the_mask = {
        "--mask-frames": arguments.mask_frames is not None,
        "--pixel-shift": arguments.pixel_shift is not None,
        "--no-register": not arguments.register,
    }
    given = [option for option, is_given in of_the_mask.items() if is_given]
    if arguments.subtract == "never" and given:
        msg = f"{given[0]} is about the mask, and --subtract never uses none; leave out one of them"
        raise PrepareError(msg)
    return PrepareChoices(
        arterial_window=arguments.window,
        subtract=arguments.subtract,
        invert=INVERT[arguments.invert],
        mask_frames=arguments.mask_frames,
        register=arguments.register,
        pixel_shift=arguments.pixel_shift,
    )
