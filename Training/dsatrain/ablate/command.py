"""`dsatrain ablate`: settings from the command line, tables on the terminal."""

import argparse
import json
from dataclasses import fields

from dsanet.atomic import write_all
from dsanet.cli.streams import show
from dsatrain.ablate.study import StudyPlan, run_study
from dsatrain.ablate.table import study_tables
from dsatrain.ablate.variants import VARIANTS
from dsatrain.train.command import stoppable


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsatrain ablate`.

    Raises:
        DSAError: A file could not be written.
        ValueError: The folder holds another study, or a setting does not fit the network.
        KeyboardInterrupt: It was stopped; the same command goes on.
    """
    with stoppable() as asked:
        study = run_study(plan_of(arguments), arguments.output, asked)
    tables = study_tables(study)
    write_all(
        {
            arguments.output / "study.json": json.dumps(study).encode(),
            arguments.output / "study.md": tables.encode(),
        }
    )
    show(tables)


def plan_of(arguments: argparse.Namespace) -> StudyPlan:
    """Change the usual plan by what was asked for; variants come in the order of the table.

    Args:
        arguments: Each value None where nothing was asked for.

    Raises:
        ValueError: There is no such variant.
    """
    asked = {entry.name: getattr(arguments, entry.name) for entry in fields(StudyPlan)}
    values = {name: value for name, value in asked.items() if value is not None}
    if unknown := sorted(set(values.get("variants", ())) - set(VARIANTS)):
        msg = f"no variant is called {', '.join(unknown)}; there are {', '.join(VARIANTS)}"
        raise ValueError(msg)
    if "variants" in values:
        values["variants"] = tuple(key for key in VARIANTS if key in values["variants"])
    if "seeds" in values:
        values["seeds"] = tuple(values["seeds"])
    return StudyPlan(**values)
