"""What a phantom run is made from: every sampled value, in one frozen record."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Anatomy = Literal["ICA", "VA", "ECA", "random"]
MatRule = Literal["trunk", "trunk and first continuation", "none"]
Shutter = Literal["none", "round", "rectangle", "blades"]


@dataclass(frozen=True)
class VesselSettings:
    """The arterial tree.

    Attributes:
        anatomy: Which artery was injected.
        side: -1 right, 1 left.
        mat_rule: What the main artery trunk is: the catheterised artery (`trunk`; the ICA up to its
            terminus, the vertebral artery and the basilar artery, the ECA up to its last branch),
            the same with M1, or nothing. The annotators' written rule is not published, so it is a
            choice.
        scale: Factor on all diameters.
        branch_scale: Further factor on the diameters of named branches.
        density: Side branches relative to a usual run.
        tortuosity: Factor on the wobble of all vessels.
        exponent: x of r0^x = r1^x + r2^x (2.3 to 2.7, https://pmc.ncbi.nlm.nih.gov/articles/PMC3966250).
        thinnest_mm: Radius at which growth stops.
        joined: ICA: the injection is in the common carotid, so the ECA fills too. VA: both
            posterior cerebral arteries fill.
    """

    anatomy: Anatomy
    side: int
    mat_rule: MatRule
    scale: float
    branch_scale: float
    density: float
    tortuosity: float
    exponent: float
    thinnest_mm: float
    joined: bool


@dataclass(frozen=True)
class ViewSettings:
    """How the head is projected.

    Attributes:
        size: Rows and columns.
        angles_deg: Primary angle (0 AP, 90 lateral), secondary angle, roll in the image.
        pixel_mm: Distance between pixel centres in the plane of the isocentre.
        centre_mm: Right and up from the middle of the anatomy to the middle of the image.
        source_mm: X-ray source to isocentre.
        magnification: Isocentre to detector.
        mirrored: Left and right swapped.
    """

    size: tuple[int, int]
    angles_deg: tuple[float, float, float]
    pixel_mm: float
    centre_mm: tuple[float, float]
    source_mm: float
    magnification: float
    mirrored: bool


@dataclass(frozen=True)
class FlowSettings:
    """When contrast is where.

    Attributes:
        times: Seconds from the first frame, strictly increasing.
        injection_s: When contrast enters the trunk on the same clock (may be negative).
        bolus_s: Time from arrival to peak in the trunk.
        dispersion: How fast the bolus widens: relative width squared a second of delay.
        speed: Factor on blood speed.
        capillary_s: Delay from the trunk to the parenchyma.
        venous_s: Delay from the trunk to the large veins.
        pulse: Relative depth of the pulsation, 0 to 0.3.
    """

    times: tuple[float, ...]
    injection_s: float
    bolus_s: float
    dispersion: float
    speed: float
    capillary_s: float
    venous_s: float
    pulse: float


@dataclass(frozen=True)
class ImageSettings:
    """What the detector and the vendor's processing add.

    Attributes:
        attenuation: Natural-log units a mm of opacified trunk at the peak of the bolus.
        venous: Iodine in veins relative to arteries.
        blush: Natural-log units of the capillary blush at its brightest.
        motion_px: Typical shift of the patient against the mask, in pixels.
        motion_steps: Sudden shifts during the run.
        bone: Factor on the bone's attenuation.
        catheter: Natural-log units left over from the catheter.
        noise: Standard deviation of one subtracted pixel in the open field, natural-log units.
        mask_noise: Share of the noise's variance that comes from the mask, the same in all frames.
        blur_px: Width (standard deviation) of the point spread function in pixels.
        scatter: Scattered over primary radiation.
        drift: Natural-log units of low-frequency changes between frames.
        edge_enhancement: Strength of the vendor's unsharp mask, 0 for none.
        shutter: Shape of the collimator.
        shutter_grey: Grey value of shutter and padding as a share of full scale.
        padding: Constant columns at the left and right, rows at the top and bottom.
        bits: Bits stored, 8 or 12.
        offset: Grey value of the background as a share of full scale.
        gain: Share of full scale for one natural-log unit.
        gamma: Exponent of a display curve applied before storing; 1 for none.
        spacing: What the stated spacing is a distance of.
    """

    attenuation: float
    venous: float
    blush: float
    motion_px: float
    motion_steps: int
    bone: float
    catheter: float
    noise: float
    mask_noise: float
    blur_px: float
    scatter: float
    drift: float
    edge_enhancement: float
    shutter: Shutter
    shutter_grey: float
    padding: tuple[int, int]
    bits: int
    offset: float
    gain: float
    gamma: float
    spacing: Literal["detector", "object by magnification"]


@dataclass(frozen=True)
class PhantomSettings:
    """All that a phantom depends on: the same settings give the same phantom.

    Attributes:
        seed: Start of the random streams that fill in shapes and noise.
        vessels: The arterial tree.
        view: The projection.
        flow: Times and bolus.
        image: Detector and processing.
    """

    seed: int
    vessels: VesselSettings
    view: ViewSettings
    flow: FlowSettings
    image: ImageSettings

    def stream(self, name: str) -> np.random.Generator:
        """Give one part of the phantom its own random stream, whatever other parts draw.

        Args:
            name: The part.

        Returns:
            A generator that depends on the seed and the name alone.
        """
        return np.random.default_rng([self.seed, *name.encode()])
