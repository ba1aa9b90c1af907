"""Runs dsatrain as the host starts it, only smaller: `python quick_training.py BOOT ARGUMENTS ...`.

One small frozen phantom, small crops and phantoms to replay, no conversion to IR, one thread. All
else is what a user has.
"""

import runpy
import sys


def main() -> None:
    """Make dsatrain small, then start it."""
    import torch

    from dsatrain import crops
    from dsatrain.finetune import plan, run
    from dsatrain.gate import judging, phantoms
    from dsatrain.phantom import sample_settings

    torch.set_num_threads(1)
    write = run.write_package
    run.write_package = lambda *given: write(*given, with_ir=False)
    recipe = plan.recipe
    quick = {"crop_px": 32, "max_frames": 2, "bf16": False}
    plan.recipe = lambda *given, **more: recipe(*given, **{**more, **quick})
    phantoms.SIZES = ((48, 56),)
    judging.COUNT = 1
    crops.sample_settings = lambda seed, **_: sample_settings(seed, size=(56, 48), frame_count=3)
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
