"""Preparation: a run as stored becomes frames with dark vessels, arterial window and MinIP."""

from dsanet.prepare.choices import PrepareChoices
from dsanet.prepare.pipeline import prepare
from dsanet.prepare.prepared import PreparedRun
from dsanet.prepare.rewindow import with_window
from dsanet.prepare.thin import network_frames

__all__ = ["PrepareChoices", "PreparedRun", "network_frames", "prepare", "with_window"]
