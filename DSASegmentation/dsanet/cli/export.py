"""`dsanet export`: a run and its labels, for others."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.atomic import new_folder, write_all, write_bytes
from dsanet.cases.burned_in import check_burned_in
from dsanet.cases.case import PROPOSAL_KEYS, patient_key
from dsanet.cases.exporting import Correction, ExportTerms, export_case
from dsanet.cases.labels_file import LabelsFile, read_labels
from dsanet.cases.patients import identity, patient_of, user_secret
from dsanet.cli.choices import choices_from
from dsanet.cli.segment import check_output, choose_source
from dsanet.cli.streams import show
from dsanet.errors import CaseError
from dsanet.export import labels_png, segmentation_nrrd, to_json
from dsanet.export.dicom_files import dicom_files
from dsanet.export.dicom_source import anonymous_source, identified_source
from dsanet.export.nifti import labels_nifti
from dsanet.export.report import notes
from dsanet.io import DSARun, RunSource, Spacing, find_sources, read_source
from dsanet.prepare import PrepareChoices, PreparedRun, prepare


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet export`.

    Raises:
        DSAError: It failed; nothing was written.
    """
    target = arguments.dataset if arguments.kind == "case" else arguments.output
    check_output(arguments.input, target)
    source = choose_source(arguments.input, find_sources(arguments.input), arguments.run)
    run = read_source(source)
    found = read_labels(arguments.labels, run.pixels.shape[1:])
    written = KINDS[arguments.kind](arguments, source, run, found)
    values = {"written": [str(path) for path in written]}
    show(to_json(values) if arguments.json else "".join(f"{path}\n" for path in written))


def without_input(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what of a provenance leads to no patient: neither UIDs nor hashes nor times.

    Args:
        provenance: Of a prediction.
    """
    return {key: str(provenance[key]) for key in PROPOSAL_KEYS if key in provenance}


def _case(
    arguments: argparse.Namespace, source: RunSource, run: DSARun, found: LabelsFile
) -> list[Path]:
    prediction, prepared = _prediction(arguments, run)
    correction = Correction(
        labels=found.labels,
        reader=arguments.reader,
        status=arguments.status,
        note=arguments.note,
        prediction=prediction.labels if prediction else None,
        provenance=prediction.provenance if prediction else None,
    )
    terms = ExportTerms(
        patient=patient_of(source),
        source=arguments.source,
        split=arguments.split,
        burned_in_checked=arguments.burned_in_checked,
        replace=arguments.replace,
    )
    _check_burned_in(arguments, run)
    return [export_case(arguments.dataset, run, prepared, correction, terms)]


def _dicom(
    arguments: argparse.Namespace, source: RunSource, run: DSARun, found: LabelsFile
) -> list[Path]:
    if arguments.no_identity:
        _check_burned_in(arguments, run)
        key = patient_key(user_secret(), identity(run, patient_of(source)))
    prediction, prepared = _prediction(arguments, run)
    files = dicom_files(
        run,
        prepared,
        found.labels,
        anonymous_source(key) if arguments.no_identity else identified_source(source),
        prediction=prediction.labels if prediction else None,
        provenance=without_input(prediction.provenance) if prediction else None,
        bits=arguments.bits,
    )
    with new_folder(arguments.output):
        write_all({arguments.output / name: data for name, data in files.items()})
    return [arguments.output / name for name in files]


def _file(encode: Callable[[NDArray[np.uint8], Spacing | None, dict[str, str]], bytes]) -> Any:
    def write(
        arguments: argparse.Namespace, _source: RunSource, run: DSARun, found: LabelsFile
    ) -> list[Path]:
        header = notes(without_input(found.provenance))
        with new_folder(arguments.output.parent):
            write_bytes(arguments.output, encode(found.labels, run.spacing, header))
        return [arguments.output]

    return write


KINDS: dict[str, Callable[..., list[Path]]] = {
    "case": _case,
    "dicom": _dicom,
    "nrrd": _file(segmentation_nrrd),
    "nifti": _file(lambda labels, spacing, _: labels_nifti(labels, spacing)),
    "png": _file(lambda labels, _, header: labels_png(labels, header)),
}
"""What each kind of export does: arguments, run's files, run, labels -> what was written."""


def _prediction(
    arguments: argparse.Namespace, run: DSARun
) -> tuple[LabelsFile | None, PreparedRun]:
    """Read what the model proposed, and prepare the run as the reader saw it."""
    given = choices_from(arguments)
    if arguments.prediction is None:
        return None, prepare(run, given)
    prediction = read_labels(arguments.prediction, run.pixels.shape[1:])
    _refuse_another_run(arguments.prediction, prediction.provenance, run)
    as_then = _choices_of(prediction.provenance) if given == PrepareChoices() else given
    return prediction, prepare(run, as_then)


def _refuse_another_run(path: Path, provenance: dict[str, Any], run: DSARun) -> None:
    stated = provenance.get("input")
    pixels = stated.get("pixel_sha256") if isinstance(stated, dict) else None
    if pixels not in (None, run.pixel_hash):
        msg = f"{path.name} was made from other pixels than this run's; choose its own prediction"
        raise CaseError(msg)


def _choices_of(provenance: dict[str, Any]) -> PrepareChoices:
    """The choices that a prediction was made with, its arterial window among them."""
    try:
        preparation = provenance["preparation"]
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in preparation["choices"].items()
        }
        first, last = preparation["arterial_window"]
        return replace(PrepareChoices(**values), arterial_window=(int(first), int(last)))
    except (AttributeError, KeyError, TypeError, ValueError):
        return PrepareChoices()


def _check_burned_in(arguments: argparse.Namespace, run: DSARun) -> None:
    try:
        check_burned_in(run, checked=arguments.burned_in_checked)
    except CaseError as error:
        msg = f"{error} with --burned-in-checked"
        raise CaseError(msg) from error
