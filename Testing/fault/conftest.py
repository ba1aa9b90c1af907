import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hosting import Host

if sys.platform == "win32":  # the faults are made of POSIX signals
    collect_ignore_glob = ["test_*.py"]

LONGEST_CALL = 0.2
"""R12: the host answers within 200 ms."""


@pytest.fixture(scope="module")
def shared_host(tmp_path_factory):
    host = Host(tmp_path_factory.mktemp("private"))
    yield host
    host.client.close()


@pytest.fixture
def host(shared_host):
    """A host with a warm worker, all of whose calls must be short."""
    shared_host.pid()
    shared_host.client.poll()
    shared_host.events, shared_host.longest = [], 0.0
    yield shared_host
    assert shared_host.longest < LONGEST_CALL


@pytest.fixture
def make_host(tmp_path):
    hosts = []

    def make(**options):
        hosts.append(Host(tmp_path, **options))
        return hosts[-1]

    yield make
    for host in hosts:
        host.client.close()
        assert host.longest < LONGEST_CALL
