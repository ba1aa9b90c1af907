"""Phantoms as cases, so that one format serves training and evaluation."""

from dsanet.cases import Case, CaseFacts, make_case, patient_key
from dsanet.prepare import PrepareChoices, PreparedRun, prepare
from dsatrain.phantom import Phantom

SOURCE = "phantom"
NO_SECRET = b"phantoms of dsatrain"
"""Salt of their patient keys: each is a patient of its own, and nobody."""


def prepared_phantom(phantom: Phantom) -> PreparedRun:
    """Prepare a phantom as the subtracted run that it is, with its true arterial window."""
    choices = PrepareChoices(arterial_window=phantom.arterial_window, subtract="never")
    return prepare(phantom.run, choices)


def phantom_case(phantom: Phantom) -> Case:
    """Make a case of a phantom, with its exact labels and arterial window.

    Args:
        phantom: The phantom.
    """
    facts = CaseFacts(
        SOURCE,
        patient_key(NO_SECRET, phantom.run.name),
        phantom.run.pixel_hash,
        status="accepted",
    )
    return make_case(phantom.run, prepared_phantom(phantom), phantom.labels, facts)
