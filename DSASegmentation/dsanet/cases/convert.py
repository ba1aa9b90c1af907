"""Between prepared runs and cases."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.cases.case import PROPOSAL_KEYS, Case, CaseFacts
from dsanet.io import DSARun
from dsanet.prepare import PreparedRun
from dsanet.prepare.rewindow import seen_in_window


def make_case(
    run: DSARun,
    prepared: PreparedRun,
    labels: NDArray[np.uint8],
    facts: CaseFacts,
    provenance: Mapping[str, Any] | None = None,
) -> Case:
    """Make a case of a run and its labels.

    The frames are those of the preparation, which the reader saw and the network sees: another
    arterial window needs no more than them (`dsanet.prepare.with_window`), and a later version of
    the preparation cannot move them away from under the labels. Pixels outside the exposed field,
    where scanners burn in names, become the background's grey value.

    Args:
        run: The run as read; its header facts go no further than `CaseFacts` lets them.
        prepared: The same run, prepared.
        labels: uint8 (H, W), values of the facts' label kind.
        facts: Source, patient key, `run.pixel_hash`, kind, status, split, reader and note; the
            rest is filled in.
        provenance: Of the prediction that the labels began as, None if they began empty.

    Raises:
        CaseError: The labels do not fit the run or hold other values.
    """
    given = provenance or {}
    hidden = np.float32(prepared.center)
    return Case(
        frames=np.where(prepared.field, prepared.frames, hidden).astype(np.float32),
        times=np.array(prepared.times),
        field=np.array(prepared.field),
        arterial_window=prepared.arterial_window,
        labels=np.array(labels),
        facts=replace(
            facts,
            proposal={key: str(given[key]) for key in PROPOSAL_KEYS if key in given},
            spacing=run.spacing,
            times_stated=run.facts.times_stated,
            subtraction=prepared.subtraction,
            warnings=prepared.warnings,
            equipment=run.facts.equipment,
        ),
    )


def prepared_run(case: Case) -> PreparedRun:
    """Give the prepared run that a case was made of, for `network_frames` and `with_window`.

    Args:
        case: The case.

    Returns:
        The prepared run; outside the field its frames hold the background's grey value.
    """
    minip, center, scale = seen_in_window(case.frames, case.field, case.arterial_window)
    return PreparedRun(
        frames=case.frames,
        times=case.times,
        field=case.field,
        arterial_window=case.arterial_window,
        minip=minip,
        center=center,
        scale=scale,
        subtraction=case.facts.subtraction,
        warnings=case.facts.warnings,
    )
