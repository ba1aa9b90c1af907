"""When a command may be stopped, with real signals."""

import os
import signal

import pytest

from dsatrain.stopping import at_once, uninterrupted

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a signal to oneself ends it there")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def heard():
    """What reaches the handlers that were there before."""
    found = []
    before = {
        number: signal.signal(number, lambda n, _frame: found.append(n)) for number in SIGNALS
    }
    yield found
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_block_with_nothing_to_lose_stops_at_once(heard, number):
    with pytest.raises(KeyboardInterrupt), at_once():
        os.kill(os.getpid(), number)
    os.kill(os.getpid(), number)
    assert heard == [number]


@pytest.mark.parametrize("number", SIGNALS)
def test_writing_is_not_interrupted(heard, number):
    with uninterrupted():
        os.kill(os.getpid(), number)
    assert heard == []
    os.kill(os.getpid(), number)
    assert heard == [number]
