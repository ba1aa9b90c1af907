"""Rules of the house that no linter knows: who writes files, who runs what, what is packaged."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "DSASegmentation"
SOURCES = sorted([*EXTENSION.rglob("*.py"), *(ROOT / "Training").rglob("*.py")])
WRITER = EXTENSION / "dsanet" / "atomic.py"

WRITING_CALLS = {
    *("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"),
    *("os.open", "os.write", "os.replace", "os.rename", "os.link", "os.symlink", "os.truncate"),
    *("tempfile.NamedTemporaryFile", "tempfile.TemporaryFile", "tempfile.mkstemp"),
    *("sitk.WriteImage", "SimpleITK.WriteImage", "cv2.imwrite", "save_file", "zipfile.ZipFile"),
}
MODE = re.compile("[rwaxbtU+]{1,4}")
MEMORY = re.compile("stream|buffer")
"""Names of what stands for a file in memory."""

SAVERS = {
    *("save", "save_as", "savez", "savez_compressed", "savetxt", "savefig"),
    *("tofile", "dump", "dcmwrite"),
}

RUNNING_CALLS = {"eval", "exec", "compile", "print", "__import__", "os.system"}
RUNNING_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
BLOCKED = ("torch", "openvino", "cv2", "monai", "rich", "PIL")
LIGHT = (
    *("io", "prepare", "engine", "packages", "worker", "cases", "edit", "export", "measure"),
    *("batch", "cli"),
    "__main__",
)


def calls(source: str) -> Iterator[tuple[ast.Call, str]]:
    """Every call in a source text with its dotted name, which ends in the attribute called."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def writes(source: str) -> list[str]:
    """The calls that write files behind the atomic module's back, as `line: call`."""
    own = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    return [
        f"{node.lineno}: {name}"
        for node, name in calls(source)
        if name.rpartition(".")[2] not in own and _is_write(node, name)
    ]


def _is_write(node: ast.Call, name: str) -> bool:
    owner, _, last = name.rpartition(".")
    if name in WRITING_CALLS:
        return True
    if last in ("write_bytes", "write_text"):
        return owner not in ("", "atomic")
    if last in ("open", "fdopen"):
        return _may_write(node, name)
    if owner and last in SAVERS:
        return bool(node.args) and not any(MEMORY.search(ast.unparse(arg)) for arg in node.args)
    return False


def _may_write(node: ast.Call, name: str) -> bool:
    """Whether a call of some open() has a mode for writing, or one that cannot be told."""
    modes = [keyword.value for keyword in node.keywords if keyword.arg == "mode"]
    modes += node.args[1:2] if name == "open" else []
    if any(not isinstance(mode, ast.Constant) for mode in modes):
        return True
    texts = [arg.value for arg in [*modes, *node.args] if isinstance(arg, ast.Constant)]
    return any(MODE.fullmatch(str(text)) and set(str(text)) & set("wax+") for text in texts)


def runs(source: str) -> list[str]:
    """The calls and imports that run data as code or print, as `line: name`."""
    found = [f"{node.lineno}: {name}" for node, name in calls(source) if _is_run(node, name)]
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [f"{node.lineno}: {name}" for name in names if name in RUNNING_MODULES]
    return found


def _is_run(node: ast.Call, name: str) -> bool:
    if name == "torch.load":
        return "weights_only=True" not in [ast.unparse(keyword) for keyword in node.keywords]
    return name in RUNNING_CALLS


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_only_the_atomic_module_writes_files() -> None:
    found = {relative(path): writes(text(path)) for path in SOURCES if path != WRITER}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_no_module_runs_data_as_code_or_prints() -> None:
    found = {relative(path): runs(text(path)) for path in SOURCES}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "code",
    [
        "open(p, 'w')",
        "open(p, mode='ab')",
        "p.open('x')",
        "p.open('r+b')",
        "open(p, mode)",
        "p.write_bytes(b'')",
        "folder.path.write_text('')",
        "np.save(p, a)",
        "torch.save(x, p)",
        "image.save(p)",
        "image.save(p, 'PNG')",
        "dataset.save_as(p)",
        "pydicom.dcmwrite(p, d)",
        "os.open(p, os.O_RDONLY)",
        "os.fdopen(d, 'w')",
        "gzip.open(p, 'wb')",
        "sitk.WriteImage(i, p)",
        "tempfile.NamedTemporaryFile()",
        "shutil.copyfile(a, b)",
        "array.tofile(p)",
    ],
)
def test_the_rule_sees_writing(code: str) -> None:
    assert writes(code)


@pytest.mark.parametrize(
    "code",
    [
        "open(p)",
        "open(p, 'rb')",
        "p.open('rb')",
        "p.open(mode='rb')",
        "Image.open(p, formats=('PNG',))",
        "gzip.open(p)",
        "atomic.write_bytes(p, b'')",
        "write_all({})",
        "image.save(stream, 'PNG')",
        "pydicom.dcmwrite(buffer, d)",
        "torch.save(state, buffer)",
        "save(weights)",
        "def save(self): pass\ntrainer.save(folder)",
    ],
)
def test_the_rule_lets_reading_and_memory_pass(code: str) -> None:
    assert not writes(code)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from marshal import loads",
        "eval('1')",
        "exec(s)",
        "torch.load(p)",
        "print(1)",
    ],
)
def test_the_rule_sees_running_and_printing(code: str) -> None:
    assert runs(code)


def test_every_python_file_of_the_extension_is_packaged() -> None:
    listed = text(EXTENSION / "CMakeLists.txt").replace("${MODULE_NAME}", "DSASegmentation")
    names = set(re.findall(r"[^\s()\"]+\.py\b", listed))
    present = {path.relative_to(EXTENSION).as_posix() for path in EXTENSION.rglob("*.py")}
    assert names == present


def test_the_engine_imports_without_what_slicer_lacks() -> None:
    code = f"""
import importlib, sys
for name in {BLOCKED}:
    sys.modules[name] = None
for name in {LIGHT}:
    importlib.import_module("dsanet." + name)
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(EXTENSION)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
