"""What a phantom run is made from: every sampled value, in one frozen record."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dsatrain.phantom.image_settings import ImageSettings, PatientSettings

Anatomy = Literal["ICA", "VA", "ECA", "random", "forking"]
MatRule = Literal["trunk", "trunk and first continuation", "none"]
LesionKind = Literal["stenosis", "occlusion", "aneurysm", "moyamoya"]


@dataclass(frozen=True)
class LesionSettings:
    """One lesion of a named artery.

    Attributes:
        kind: `stenosis` (a narrow place), `occlusion` (contrast ends there), `aneurysm` (a saccular
            one on the artery's wall) or `moyamoya` (the end of the ICA narrow, M1 and A1 thin, a
            puff of fine collaterals).
        artery: Name in the templates of the arteries.
        at: Its place (middle, end or neck) as a share of the artery's length.
        severity: Stenosis and moyamoya: share of the diameter that is lost at the narrowest point,
            0.3 to 0.95.
        length_mm: Length of the narrow part (cosine profile), 3 to 10 mm.
        eccentric: 0: it narrows evenly round its axis; 1: one wall keeps its place.
        sac_mm: Aneurysm: diameter of the sac, 2 to 10 mm.
        stasis_s: Aneurysm: mean time that contrast stays in the sac.
    """

    kind: LesionKind
    artery: str
    at: float
    severity: float = 0.0
    length_mm: float = 0.0
    eccentric: float = 0.0
    sac_mm: float = 0.0
    stasis_s: float = 0.0


@dataclass(frozen=True)
class VesselSettings:
    """The arterial tree.

    Attributes:
        anatomy: Which artery was injected.
        side: -1 right, 1 left.
        mat_rule: What is MAT, see `dsatrain.phantom.rule`.
        scale: Factor on all diameters (children to old people).
        branch_scale: Further factor on the diameters of named branches.
        density: Side branches relative to a usual run.
        tortuosity: Factor on the wobble of all vessels.
        folding_mm: How deep cortical arteries dip into furrows.
        exponent: x of r0^x = r1^x + r2^x (2.3 to 2.7, https://pmc.ncbi.nlm.nih.gov/articles/PMC3966250).
        thinnest_mm: Radius at which growth stops.
        joined: ICA: the injection is in the common carotid, so the ECA fills too and there is a
            bulb. VA: both posterior cerebral arteries fill.
        tip: Place of the catheter's tip as a share of the first artery's length; contrast flows
            back past it for a few millimetres only.
        lesion: What is ill, or None.
    """

    anatomy: Anatomy
    side: int
    mat_rule: MatRule
    scale: float
    branch_scale: float
    density: float
    tortuosity: float
    folding_mm: float
    exponent: float
    thinnest_mm: float
    joined: bool
    tip: float
    lesion: LesionSettings | None


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
        pulse: Relative depth of the heart's ripple on the concentration, 0 to 0.3.
        heart_hz: Heart beats a second, 1 to 1.5.
        streaming: Share of the contrast that flows along one wall at the catheter's tip, 0 to 0.6.
    """

    times: tuple[float, ...]
    injection_s: float
    bolus_s: float
    dispersion: float
    speed: float
    capillary_s: float
    venous_s: float
    pulse: float
    heart_hz: float
    streaming: float


@dataclass(frozen=True)
class PhantomSettings:
    """All that a phantom depends on: the same settings give the same phantom.

    Attributes:
        seed: Start of the random streams that fill in shapes and noise.
        vessels: The arterial tree.
        view: The projection.
        flow: Times and bolus.
        patient: Bone, motion, metal.
        image: Detector and processing.
    """

    seed: int
    vessels: VesselSettings
    view: ViewSettings
    flow: FlowSettings
    patient: PatientSettings
    image: ImageSettings

    def stream(self, name: str) -> np.random.Generator:
        """Give one part of the phantom its own random stream, whatever other parts draw.

        Args:
            name: The part.

        Returns:
            A generator that depends on the seed and the name alone.
        """
        return np.random.default_rng([self.seed, *name.encode()])
