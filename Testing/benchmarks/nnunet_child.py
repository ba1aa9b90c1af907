"""nnU-Net's predictor at its defaults, for a Python that has nnunetv2; nothing of this project.

`python nnunet_child.py RUN.npy PARAMETERS REPEATS` takes float32 (T, H, W) as T channels, gives a
plain 2-D U-Net of about that many parameters random weights (the answer's cost does not depend on
them), and writes {"parameters", "seconds"} as the last line.
"""

import json
import sys
import time

import numpy as np
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

STAGES = 8
"""What nnU-Net's planner gives images of 512: down to 4 x 4."""

PATCH = (512, 512)
CLASSES = 3
UNET = "dynamic_network_architectures.architectures.unet.PlainConvUNet"
RESAMPLING = {"is_seg": False, "order": 3, "order_z": 0, "force_separate_z": None}


def main() -> None:
    """Time single predictions of one run."""
    path, wanted, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    run = np.load(path)
    width = fitting_width(len(run), wanted)
    predictor, parameters = make_predictor(len(run), width)
    image = run[:, None]
    seconds = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        answer = predictor.predict_single_npy_array(image, {"spacing": [999.0, 1.0, 1.0]})
        seconds.append(time.perf_counter() - started)
    if answer.shape != (1, *run.shape[1:]):
        msg = f"nnU-Net answered {answer.shape} for {run.shape}"
        raise RuntimeError(msg)
    result = {"parameters": parameters, "seconds": seconds[1:]}  # the first warms up
    sys.stdout.write(json.dumps(result) + "\n")


def fitting_width(channels: int, parameters: int, stages: int = STAGES) -> int:
    """Give the first stage's features with which a plain U-Net comes closest to a size."""
    sizes = {width: size_of(unet(channels, width, stages)) for width in range(2, 33, 2)}
    return min(sizes, key=lambda width: abs(sizes[width] - parameters))


def size_of(network: torch.nn.Module) -> int:
    """Count the parameters."""
    return sum(parameter.numel() for parameter in network.parameters())


def architecture(width: int, stages: int = STAGES) -> dict:
    """nnU-Net's plain 2-D U-Net; features double until 16 times the first stage's."""
    return {
        "n_stages": stages,
        "features_per_stage": [width * min(2**stage, 16) for stage in range(stages)],
        "conv_op": "torch.nn.modules.conv.Conv2d",
        "kernel_sizes": [[3, 3]] * stages,
        "strides": [[1, 1]] + [[2, 2]] * (stages - 1),
        "n_conv_per_stage": [2] * stages,
        "n_conv_per_stage_decoder": [2] * (stages - 1),
        "conv_bias": True,
        "norm_op": "torch.nn.modules.instancenorm.InstanceNorm2d",
        "norm_op_kwargs": {"eps": 1e-5, "affine": True},
        "dropout_op": None,
        "dropout_op_kwargs": None,
        "nonlin": "torch.nn.LeakyReLU",
        "nonlin_kwargs": {"inplace": True},
    }


def unet(channels: int, width: int, stages: int = STAGES) -> torch.nn.Module:
    """Build it."""
    kwargs = dict(architecture(width, stages))
    kwargs["conv_op"], kwargs["norm_op"] = torch.nn.Conv2d, torch.nn.InstanceNorm2d
    kwargs["nonlin"] = torch.nn.LeakyReLU
    return PlainConvUNet(input_channels=channels, num_classes=CLASSES, **kwargs)


def make_predictor(channels: int, width: int) -> tuple[nnUNetPredictor, int]:
    """Set nnU-Net's predictor up without a training folder: its own defaults, on the processor."""
    network = unet(channels, width).eval()
    plans = PlansManager(plans_of(channels, width))
    predictor = nnUNetPredictor(device=torch.device("cpu"), allow_tqdm=False)
    predictor.manual_initialization(
        network,
        plans,
        plans.get_configuration("2d"),
        [network.state_dict()],
        dataset_of(channels),
        "nnUNetTrainer",
        (0, 1),
    )
    return predictor, size_of(network)


def dataset_of(channels: int) -> dict:
    """The data set as nnU-Net describes one."""
    return {
        "channel_names": {str(number): f"frame {number}" for number in range(channels)},
        "labels": {"background": 0, "BV": 1, "MAT": 2},
        "numTraining": 1,
        "file_ending": ".nii.gz",
    }


def plans_of(
    channels: int, width: int, stages: int = STAGES, side: int = PATCH[0], batch_size: int = 12
) -> dict:
    """The plans that nnU-Net's planner writes for square images."""
    configuration = {
        "data_identifier": "nnUNetPlans_2d",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": batch_size,
        "patch_size": [side, side],
        "median_image_size_in_voxels": [float(side), float(side)],
        "spacing": [1.0, 1.0],
        "normalization_schemes": ["ZScoreNormalization"] * channels,
        "use_mask_for_norm": [False] * channels,
        "resampling_fn_data": "resample_data_or_seg_to_shape",
        "resampling_fn_seg": "resample_data_or_seg_to_shape",
        "resampling_fn_data_kwargs": RESAMPLING,
        "resampling_fn_seg_kwargs": {**RESAMPLING, "is_seg": True, "order": 1},
        "resampling_fn_probabilities": "resample_data_or_seg_to_shape",
        "resampling_fn_probabilities_kwargs": {**RESAMPLING, "order": 1},
        "architecture": {
            "network_class_name": UNET,
            "arch_kwargs": architecture(width, stages),
            "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
        },
        "batch_dice": True,
    }
    return {
        "dataset_name": "Dataset001_DSA",
        "plans_name": "nnUNetPlans",
        "original_median_spacing_after_transp": [999.0, 1.0, 1.0],
        "original_median_shape_after_transp": [1, side, side],
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {"2d": configuration},
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {str(c): {} for c in range(channels)},
    }


if __name__ == "__main__":
    main()
