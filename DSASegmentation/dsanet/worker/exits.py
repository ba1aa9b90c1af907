"""How a process ended, in words that tell the user what to do."""

import signal

_BY_SIGNAL = {
    "SIGKILL": "was killed from outside, as the system does when memory is full;"
    " close other programs or use a shorter run, then try again",
    "SIGTERM": "was ended from outside; try again",
    "SIGABRT": "crashed (SIGABRT); try again, or choose another device",
    "SIGSEGV": "crashed (SIGSEGV); try again, or choose another device",
    "SIGBUS": "crashed (SIGBUS), as it does when the disk for temporary files is full; free some",
}


def how_it_ended(code: int) -> str:
    """Word an exit code.

    Args:
        code: As `subprocess.Popen.returncode`: minus the signal's number on POSIX, the system's
            status on Windows.

    >>> how_it_ended(3)
    'ended by itself with exit code 3; try again'
    >>> how_it_ended(-1073741819)
    'crashed (0xC0000005); try again, or choose another device'
    """
    if -code in set(signal.Signals):
        name = signal.Signals(-code).name
        return _BY_SIGNAL.get(name, f"was ended by {name}; try again")
    if not 0 <= code < 256:
        return f"crashed (0x{code & 0xFFFFFFFF:08X}); try again, or choose another device"
    return f"ended by itself with exit code {code}; try again"
