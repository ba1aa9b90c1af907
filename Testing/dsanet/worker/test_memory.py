"""Reading cannot take more memory than it is given."""

import subprocess
import sys
from pathlib import Path

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@linux
def test_more_memory_than_allowed_is_refused_and_later_allowed_again():
    done = run_python("""
import numpy as np, resource
from dsanet.worker.memory import limited_memory
before = resource.getrlimit(resource.RLIMIT_AS)
with limited_memory(64 << 20):
    np.ones(16 << 20, np.uint8)
    try:
        np.ones(256 << 20, np.uint8)
    except MemoryError:
        print("refused")
assert resource.getrlimit(resource.RLIMIT_AS) == before
np.ones(256 << 20, np.uint8)
print("allowed")
""")
    assert (done.stdout, done.stderr) == ("refused\nallowed\n", "")


@linux
def test_a_stricter_limit_of_the_system_stays():
    done = run_python("""
import resource
from dsanet.worker.memory import limited_memory
resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))
with limited_memory(1 << 41):
    print(resource.getrlimit(resource.RLIMIT_AS)[0] == 1 << 40)
""")
    assert (done.stdout, done.stderr) == ("True\n", "")


@linux
def test_a_process_can_offer_itself_to_the_memory_killer():
    done = run_python("""
from dsanet.worker.memory import offer_to_the_memory_killer
offer_to_the_memory_killer()
print(open("/proc/self/oom_score_adj").read().strip())
""")
    before = Path("/proc/self/oom_score_adj").read_text().strip()
    if done.stdout.strip() == before:
        pytest.skip("this system lets no process change its score")
    assert (done.stdout, done.stderr) == ("1000\n", "")
