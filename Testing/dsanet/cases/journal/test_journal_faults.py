"""R6: a full disk, a quota, a read-only or vanished folder leaves a journal as it was."""

import errno
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from dsanet.cases.journal import JOURNAL_FILE, append, changes, open_journal, replay, scan
from dsanet.errors import WriteError

from .making import some_labels, write_edits

ENGINE = Path(changes.__file__).parents[3]
CALLS = [(os, "open"), (os, "write"), (os, "fsync"), (os, "ftruncate"), (Path, "replace")]


def failing(patch, nths, code):
    """Let some calls that write fail, and count them; half of what is to be written is."""
    made = [0]

    def wrap(real, name):
        def call(*args, **kwargs):
            made[0] += 1
            if made[0] in nths:
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                raise OSError(code, os.strerror(code))
            return real(*args, **kwargs)

        return call

    for owner, name in CALLS:
        patch.setattr(owner, name, wrap(getattr(owner, name), name))
    return made


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("also_the_way_back", [False, True])
def test_a_fault_at_any_call_leaves_the_journal_as_it_was_and_a_retry_works(
    tmp_path, code, also_the_way_back
):
    for nth in range(1, 20):
        folder = tmp_path / str(nth)
        seen = write_edits(folder)
        path, new = folder / JOURNAL_FILE, some_labels(9)
        before = path.read_bytes()
        with open_journal(folder) as journal:
            nths = {nth, nth + 1} if also_the_way_back else {nth}
            with pytest.MonkeyPatch.context() as patch:
                made = failing(patch, nths, code)
                with suppress(WriteError):
                    append(journal, seen[-1], new, cause="Paint")
            if made[0] >= nth:
                assert path.read_bytes().startswith(before)
                assert also_the_way_back or path.read_bytes() == before
                append(journal, seen[-1], new, cause="Paint")
            append(journal, new, seen[0], cause="Undo")
        for number, labels in enumerate([*seen, new, seen[0]]):
            assert np.array_equal(replay(folder, number), labels)
        assert len(scan(path).entries) == 6
        if made[0] < nth:
            break
    assert nth > 2


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_became_read_only_is_told(tmp_path):
    seen = write_edits(tmp_path / "j")
    (tmp_path / "j" / JOURNAL_FILE).chmod(0o444)
    with open_journal(tmp_path / "j") as journal:
        with pytest.raises(WriteError, match="read-only for you"):
            append(journal, seen[-1], seen[0], cause="Paint")
        (tmp_path / "j" / JOURNAL_FILE).chmod(0o644)
        append(journal, seen[-1], seen[0], cause="Paint")


@pytest.mark.skipif(os.name == "nt", reason="a folder in use")
def test_a_folder_that_vanished_is_told_and_not_made_anew(tmp_path):
    seen = write_edits(tmp_path / "j")
    with open_journal(tmp_path / "j") as journal:
        (tmp_path / "j").rename(tmp_path / "gone")
        with pytest.raises(WriteError, match="does not exist or has vanished"):
            append(journal, seen[-1], seen[0], cause="Paint")
        assert not (tmp_path / "j").exists()
        (tmp_path / "gone").rename(tmp_path / "j")
        append(journal, seen[-1], seen[0], cause="Paint")
    assert np.array_equal(replay(tmp_path / "j"), seen[0])


FILLED = """
import resource, sys
from pathlib import Path
from dsanet.cases.journal import append, open_journal
from dsanet.errors import WriteError
with open_journal(Path(sys.argv[1])) as journal:
    before, size = journal.path.read_bytes(), journal.path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, -1))
    try:
        append(journal, journal.labels, 2 - journal.labels, cause="Paint")
    except WriteError as error:
        assert "no space left" in str(error), error
        assert journal.path.read_bytes() == before
    else:
        raise SystemExit("was written")
    resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
    append(journal, journal.labels, 2 - journal.labels, cause="Paint")
"""


@pytest.mark.skipif(os.name == "nt", reason="RLIMIT_FSIZE")
def test_a_real_quota_leaves_the_journal_as_it_was_and_a_retry_works(tmp_path):
    seen = write_edits(tmp_path / "j")
    environment = {**os.environ, "PYTHONPATH": str(ENGINE)}
    subprocess.run([sys.executable, "-c", FILLED, tmp_path / "j"], env=environment, check=True)
    assert np.array_equal(replay(tmp_path / "j"), 2 - seen[-1])
