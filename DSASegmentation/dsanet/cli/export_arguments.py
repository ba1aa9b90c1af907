"""The arguments of `dsanet export` and `dsanet cases`."""

import argparse

from dsanet.cli.options import OneLineParser, add_common, add_input, add_preparation, path

EXPORT = """\
Writes a run and its labels for others. Only `export dicom` names the patient, for the archive that
the run came from; all else is made from allow-lists and names nobody."""

CHECKED = "I have looked at the frames: no text is burned into them"
STATUSES = ("not started", "in progress", "accepted", "set aside")
"""That of `dsanet.cases`, which takes too long to import for --help."""


def add_export(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Add `dsanet export`."""
    parser = commands.add_parser("export", help="write a case, DICOM or a file", description=EXPORT)
    kinds = parser.add_subparsers(title="kinds", required=True, metavar="KIND")
    _add_case(kinds)
    _add_dicom(kinds)
    for kind, suffix, text in (
        ("nrrd", ".seg.nrrd", "a segmentation for 3D Slicer"),
        ("nifti", ".nii.gz", "a label image, columns first"),
        ("png", ".png", "a label image: 0 background, 1 BV, 2 MAT"),
    ):
        made = _add_kind(kinds, kind, text)
        made.add_argument(
            "--output", type=path, required=True, metavar=f"FILE{suffix}", help="where to"
        )


def add_cases(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Add `dsanet cases`."""
    parser = commands.add_parser("cases", help="list, compare, pack and import cases")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    listed = _add_action(actions, "list", "list the cases of a data set")
    listed.add_argument("input", type=path, metavar="DATASET", help="its folder")
    listed.add_argument("--status", choices=STATUSES, help="only cases of this status")
    listed.add_argument("--reader", metavar="ALIAS", help="only cases of this reader")
    listed.add_argument("--text", default="", help="only cases with this in name or note")
    listed.add_argument(
        "--unedited", action="store_true", default=None, help="only predictions nobody changed"
    )
    status = _add_action(actions, "status", "say how far a reader is with a case")
    status.add_argument("input", type=path, metavar="CASE", help="its folder")
    status.add_argument("status", choices=STATUSES, metavar="STATUS", help=", ".join(STATUSES))
    status.add_argument("--reader", required=True, metavar="ALIAS", help="who says so")
    status.add_argument("--note", metavar="TEXT", help="one sentence, without a name")
    compared = _add_action(actions, "compare", "compare two readers' cases of one run")
    compared.add_argument("input", type=path, metavar="CASE", help="a case's folder")
    compared.add_argument("other", type=path, metavar="OTHER", help="another's")
    packed = _add_action(actions, "pack", "pack cases into one zip file")
    packed.add_argument("input", type=path, metavar="DATASET", help="its folder")
    packed.add_argument("--case", action="append", metavar="NAME", help="which; default: all")
    packed.add_argument("--output", type=path, required=True, metavar="FILE.zip", help="where to")
    taken = _add_action(actions, "import", "take cases from others into a data set")
    taken.add_argument("input", type=path, metavar="FILE.zip", help="from dsanet cases pack")
    taken.add_argument("--dataset", type=path, required=True, metavar="DIR", help="its folder")


def _add_case(kinds: "argparse._SubParsersAction[OneLineParser]") -> None:
    parser = _add_kind(kinds, "case", "a case of a data set, to train on")
    parser.add_argument(
        "--dataset", type=path, required=True, metavar="DIR", help="the data set's folder"
    )
    parser.add_argument(
        "--reader", default="", metavar="ALIAS", help="who corrected them: no name, but an alias"
    )
    parser.add_argument("--status", choices=STATUSES, default="in progress", help="how far")
    parser.add_argument("--note", default="", metavar="TEXT", help="one sentence, without a name")
    parser.add_argument("--source", default="own", metavar="WORD", help="where the runs come from")
    parser.add_argument("--split", choices=("train", "test"), default="train")
    parser.add_argument(
        "--replace", action="store_true", help="write over another reader's case of the run"
    )
    parser.add_argument("--burned-in-checked", action="store_true", help=CHECKED)
    _add_prediction(parser)
    add_preparation(parser)


def _add_dicom(kinds: "argparse._SubParsersAction[OneLineParser]") -> None:
    parser = _add_kind(kinds, "dicom", "the MinIP and its segmentation; NAMES THE PATIENT")
    parser.add_argument("--output", type=path, required=True, metavar="DIR", help="for both files")
    parser.add_argument("--bits", type=int, choices=(8, 16), default=16, help="of the MinIP")
    parser.add_argument(
        "--no-identity",
        action="store_true",
        help="take over neither patient nor study nor anything else",
    )
    parser.add_argument(
        "--burned-in-checked", action="store_true", help=f"with --no-identity: {CHECKED}"
    )
    _add_prediction(parser)
    add_preparation(parser)


def _add_prediction(parser: OneLineParser) -> None:
    parser.add_argument(
        "--prediction",
        type=path,
        metavar="FILE",
        help="the labels as the model proposed them, written by dsanet segment; the run is then"
        " prepared as it was there",
    )


def _add_kind(
    kinds: "argparse._SubParsersAction[OneLineParser]", kind: str, text: str
) -> OneLineParser:
    parser = kinds.add_parser(kind, help=text)
    add_input(parser)
    parser.add_argument(
        "labels", type=path, metavar="LABELS", help="the corrected labels: .seg.nrrd, PNG, NIfTI"
    )
    add_common(parser, "print JSON")
    parser.set_defaults(command=_export, kind=kind)
    return parser


def _add_action(
    actions: "argparse._SubParsersAction[OneLineParser]", action: str, text: str
) -> OneLineParser:
    parser = actions.add_parser(action, help=text)
    add_common(parser, "print JSON")
    parser.set_defaults(command=_cases, action=action)
    return parser


def _export(arguments: argparse.Namespace) -> None:
    from dsanet.cli.export import run_command

    run_command(arguments)


def _cases(arguments: argparse.Namespace) -> None:
    from dsanet.cli.export_cases import run_command

    run_command(arguments)
