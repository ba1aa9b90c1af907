"""The truth of a phantom: what was put in, to compare with what is measured."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsatrain.phantom.fields import Map
from dsatrain.phantom.flow import peak_times
from dsatrain.phantom.head import Head
from dsatrain.phantom.layers import Layers, summed
from dsatrain.phantom.lesions import Lesion
from dsatrain.phantom.motion import Motion, follow
from dsatrain.phantom.projection import Samples, project
from dsatrain.phantom.settings import PhantomSettings
from dsatrain.phantom.thickness import earliest
from dsatrain.phantom.tree import Tree
from dsatrain.phantom.vessels import Floats


@dataclass(frozen=True, eq=False)
class Centrelines:
    """Courses of all arteries that fill, whether visible or not; one row a node.

    Attributes:
        vessel: int64 (N,), number of the artery; its nodes are neighbours, in the blood's way.
        names: Name of each artery by its number, empty for side branches.
        label: uint8 (N,), class by `dsatrain.phantom.rule`.
        points_mm: float64 (N, 3), x to the left, y to the back, z up.
        row: float64 (N,), pixels from the centre of the top left one, in the reference frame.
        column: float64 (N,), the same.
        radius_mm: float64 (N,).
        radius_px: float64 (N,), in the image.
        arrival_s: float64 (N,), when contrast arrives, on the run's clock.
        peak_s: float64 (N,), when it peaks there but for the heart's ripple.
        fill: float64 (N,), share of the contrast that gets there, 0 to 1.
    """

    vessel: NDArray[np.int64]
    names: tuple[str, ...]
    label: NDArray[np.uint8]
    points_mm: Floats
    row: Floats
    column: Floats
    radius_mm: Floats
    radius_px: Floats
    arrival_s: Floats
    peak_s: Floats
    fill: Floats


@dataclass(frozen=True, eq=False)
class Truth:
    """What a phantom's run shows, exactly.

    Attributes:
        settings: What the phantom was made from.
        tree: The arteries.
        middle: float64 (3,), mm, the isocentre.
        labelled: The pieces of arteries that the labels show.
        contrast: Contrast medium alone, in the reference frame's pose.
        head: The head in the mask's pose.
        motion: The patient's motion against the mask.
        reference_frame: The frame in whose pose labels and centrelines lie.
    """

    settings: PhantomSettings
    tree: Tree
    middle: Floats
    labelled: Samples
    contrast: Layers
    head: Head
    motion: Motion
    reference_frame: int

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """What is ill."""
        return self.tree.lesions

    def place_px(self, lesion: Lesion) -> tuple[float, float]:
        """Row and column of a lesion in the image; they may lie outside it."""
        row, column, _ = project(np.array([lesion.place_mm]), self.middle, self.settings.view)
        return float(row[0]), float(column[0])

    def centrelines(self) -> Centrelines:
        """Compute the courses of all arteries."""
        vessels, flow = self.tree.vessels, self.settings.flow
        row, column, per_mm = project(vessels.points, self.middle, self.settings.view)
        return Centrelines(
            vessel=vessels.vessel,
            names=self.tree.names,
            label=vessels.label,
            points_mm=vessels.points,
            row=row,
            column=column,
            radius_mm=vessels.radius,
            radius_px=vessels.radius * per_mm,
            arrival_s=vessels.arrival + flow.injection_s,
            peak_s=peak_times(flow, vessels.arrival),
            fill=vessels.fill,
        )

    def arrival_map(self) -> NDArray[np.float32]:
        """When contrast arrives in each labelled pixel, (H, W), s on the run's clock, else nan.

        Where arteries cross it is the earliest of them. Sacs of aneurysms are left out.
        """
        values = self.labelled.arrival + self.settings.flow.injection_s
        return earliest(self.labelled, values, self.settings.view.size)

    def peak_map(self) -> NDArray[np.float32]:
        """When contrast peaks in each labelled pixel but for the heart's ripple, as above."""
        values = peak_times(self.settings.flow, self.labelled.arrival)
        return earliest(self.labelled, values, self.settings.view.size)

    def frames(self) -> NDArray[np.float32]:
        """Compute the true subtracted run, without noise, motion edges, scatter or processing.

        Returns:
            float32 (T, H, W), natural-log units of contrast (arteries, blush, veins), positive, in
            each frame's pose.
        """
        still = summed(self.contrast)
        for frame, image in enumerate(still):
            still[frame] = follow(image, self.motion, frame, self.reference_frame)
        return still

    def motion_field(self, frame: int) -> Map:
        """How far each pixel's content has moved against the mask, float32 (2, H, W), pixels."""
        return self.motion.field(frame, self.head)
