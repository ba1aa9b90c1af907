"""Phantoms: synthetic DSA runs made from physics, with exact labels."""

from dsatrain.phantom.exact import Truth
from dsatrain.phantom.make import Phantom, make_phantom
from dsatrain.phantom.sampling import TRAINING_SHARES, sample_settings
from dsatrain.phantom.settings import PhantomSettings

__all__ = [
    "TRAINING_SHARES",
    "Phantom",
    "PhantomSettings",
    "Truth",
    "make_phantom",
    "sample_settings",
]
