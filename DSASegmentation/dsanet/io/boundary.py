"""The boundary to pydicom, Pillow and gzip, which raise whatever a damaged file leads them into."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from dsanet.errors import DSAError, ReadError

# Pillow logs what it then raises; where nobody asked for logs, Python would write it to stderr.
logging.getLogger("PIL").addHandler(logging.NullHandler())


class NamedReadError(ReadError):
    """A ReadError whose message names the file, so that no one names it again."""


@contextmanager
def named_errors(name: str) -> Iterator[None]:
    """Turn every error into one that names the file; keep the libraries' warnings quiet.

    Args:
        name: Name of the file or folder that is being read.

    Raises:
        NamedReadError: Anything went wrong.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except NamedReadError:
        raise
    except DSAError as error:
        msg = f"Cannot read {name}: {error}."
        raise NamedReadError(msg) from error
    except OSError as error:
        reason = error.strerror or "it is damaged or cut off"
        msg = f"Cannot read {name}: {reason}; check the file and copy or export it again."
        raise NamedReadError(msg) from error
    except MemoryError as error:
        msg = f"Cannot read {name}: memory is full; close other programs or split the run."
        raise NamedReadError(msg) from error
    # The only catch-all: eight and more types come out of pydicom alone.
    except Exception as error:
        what = f"it is damaged or no image ({type(error).__name__})"
        msg = f"Cannot read {name}: {what}, expected a whole file; copy or export it again."
        raise NamedReadError(msg) from error
