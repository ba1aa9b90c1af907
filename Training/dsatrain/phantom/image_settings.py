"""What a phantom's pixels are made from besides vessels: patient, detector, processing."""

import math
from dataclasses import dataclass
from typing import Literal

Shutter = Literal["none", "round", "rectangle", "blades"]
Relationship = Literal["LOG", "LIN"]


@dataclass(frozen=True)
class PatientSettings:
    """The patient besides vessels.

    Attributes:
        bone: Factor on the bone's attenuation.
        motion_px: Typical shift of the head against the mask, pixels.
        motion_steps: Sudden movements during the run.
        turn_deg: Typical turn of the head in the image, degrees.
        jaw_px: Typical shift of jaw and neck against the skull.
        swallows: Whether the throat rises and falls once during the run.
        eyes_px: Typical shift of the eyes' contents.
        catheter: Natural-log units that the catheter attenuates, negative if it lay in the mask.
        clips: Metal clips and staples.
        coil_mm: Diameter of a coil pack, 0 for none.
        wires: ECG wires and tubes across the image.
        fillings: Metal fillings of teeth.
    """

    bone: float
    motion_px: float
    motion_steps: int
    turn_deg: float
    jaw_px: float
    swallows: bool
    eyes_px: float
    catheter: float
    clips: int
    coil_mm: float
    wires: int
    fillings: int


@dataclass(frozen=True)
class ImageSettings:
    """What the detector and the vendor's processing add.

    Attributes:
        attenuation: Natural-log units a mm of opacified trunk at the peak of the bolus.
        venous: Iodine in veins relative to arteries.
        blush: Natural-log units of the capillary blush at its brightest.
        photons: Detected by a pixel in a frame where the dose is the nominal one; see
            `dsatrain.phantom.noise`.
        mask_frames: Frames averaged to the mask.
        electronic: Standard deviation of the electronic noise, detected photons.
        grain: Share of each neighbour in the detector's blur of the noise, 0 to 0.3.
        denoising: Share of the noise's standard deviation that the vendor's filter leaves.
        averaging: Weight of the former frame in a recursive average over time, 0 to 0.3.
        blur_px: Width (standard deviation) of the point spread function in pixels: focal spot and
            detector together.
        scatter: Scattered over primary radiation, the mean over the image.
        glare: Share of all light that veils the image evenly.
        drift: Natural-log units of low-frequency changes between frames.
        stitches: Straight seams of the detector that show.
        edge_enhancement: Strength of the vendor's unsharp mask, 0 for none.
        compression: Share of the slow changes across the image that is taken away (dynamic range
            compression).
        shutter: Shape of the collimator.
        shutter_grey: Grey value of shutter and padding as a share of full scale.
        penumbra_px: Width of the collimator's soft edge inside the field.
        padding: Constant columns at the left and right, rows at the top and bottom.
        bits: Bits stored: 8, 10, 12 or 14.
        offset: Grey value of the background as a share of full scale.
        gain: Share of full scale for one natural-log unit.
        gamma: Exponent of a display curve applied before storing; 1 for none.
        native: Store frames that are not subtracted, with the mask named in the header.
        relationship: Native frames: grey is linear in the logarithm of the X-rays, or in them.
        spacing: What the stated spacing is a distance of.
    """

    attenuation: float
    venous: float
    blush: float
    photons: float
    mask_frames: int
    electronic: float
    grain: float
    denoising: float
    averaging: float
    blur_px: float
    scatter: float
    glare: float
    drift: float
    stitches: int
    edge_enhancement: float
    compression: float
    shutter: Shutter
    shutter_grey: float
    penumbra_px: float
    padding: tuple[int, int]
    bits: int
    offset: float
    gain: float
    gamma: float
    native: bool
    relationship: Relationship
    spacing: Literal["detector", "object by magnification"]

    @property
    def noise(self) -> float:
        """Standard deviation of a subtracted pixel at the nominal dose, natural-log units."""
        variance = (self.photons + self.electronic**2) / self.photons**2
        return self.denoising * math.sqrt((1 + 1 / self.mask_frames) * variance)
