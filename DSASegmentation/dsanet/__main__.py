"""`python -m dsanet`: the command line."""

from dsanet.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
