import numpy as np
import pytest
from PIL import Image

from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.gallery import main, pictures


def test_outlines_lie_on_the_labels():
    phantom = make_phantom(sample_settings(3, (80, 90), 4))
    plain, outlined, *_ = pictures(phantom)
    drawn = np.any(plain != outlined, axis=2)
    assert plain.shape == (80, 90, 3)
    assert drawn.any()
    assert np.all(phantom.labels[drawn] > 0)


def test_a_sheet_has_a_row_for_each_phantom(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "dsatrain.phantom.gallery.sample_settings", lambda seed: sample_settings(seed, (40, 50), 3)
    )
    assert main([str(tmp_path / "sheet.png"), "--count", "2"]) == 0
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (4 * 420, 2 * (420 + 14))


def test_help_names_the_file(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "FILE.png" in capsys.readouterr().out
