"""`dsatrain import` and `dsatrain export`: a line a run, a sum, and an exit code."""

import pytest

from dsatrain import cli


def test_runs_are_imported_and_exported_with_a_line_each(dsca, tmp_path, capsys):
    dataset, raw = tmp_path / "set", tmp_path / "raw"
    assert cli.main(["import", "dsca", str(dsca), str(dataset)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("imported: pro_CXL_AP_38.dcm -> dsca-")
    assert "labels fit (1.00, next best 0." in lines[0]
    assert lines[-1] == "3 imported"
    assert cli.main(["import", "cases", str(dataset), str(tmp_path / "other")]) == 0
    assert cli.main(["export", "nnunet", str(dataset), str(raw), "--frames", "2"]) == 0
    assert "3 exported, 1 left out" in capsys.readouterr().out
    folder = raw / "Dataset001_DSA"
    assert cli.main(["import", "nnunet", str(folder), str(tmp_path / "back")]) == 0


def test_a_refused_run_makes_the_exit_code_2(dsca, tmp_path, capsys):
    (dsca / "labelsTr" / "fu_CXL_AP_38.nii.gz").unlink()
    assert cli.main(["import", "dsca", str(dsca), str(tmp_path / "set")]) == 2
    captured = capsys.readouterr()
    assert "refused: CXL_AP_38: CXL_AP_38 has 1 runs and 0 labels" in captured.out
    assert captured.err == "dsatrain: 1 of 3 were refused; the lines above say why\n"


def test_a_source_that_is_none_makes_no_data_set(tmp_path, capsys):
    assert cli.main(["import", "dias", str(tmp_path), str(tmp_path / "set")]) == 2
    assert "choose the DIAS folder" in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ["import", "png", "a", "b"],
        ["import", "dsca", "a"],
        ["import", "nnunet", "a", "b", "--patient", "("],
        ["import", "dsca", "a", "b", "--orientation", "sideways"],
        ["export", "nnunet", "a", "b", "--frames", "-1"],
        ["export", "dsca", "a", "b"],
    ],
)
def test_a_wrong_argument_is_one_line(wrong, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(wrong)
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
