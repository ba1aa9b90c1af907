#!/usr/bin/env bash
# Packs the models in OUTPUT as OUTPUT/NAME.zip, each with its fingerprint in OUTPUT/NAME.sha256:
# pack.sh OUTPUT
set -euo pipefail

output=$1
python=${PYTHON:-python}
DSANET_HOME=$(mktemp -d) # the models of whoever runs this stay as they are
export DSANET_HOME
trap 'rm -rf "$DSANET_HOME"' EXIT

for manifest in "$output"/*/model.json; do
    folder=$(dirname "$manifest")
    name=$(basename "$folder")
    "$python" -m dsanet models import "$folder" > /dev/null
    "$python" -m dsanet models export "$name" --output "$output/$name.zip"
    "$python" -c '
import sys
from dsanet.packages import find_package
print(find_package(sys.argv[1]).fingerprint)' "$name" > "$output/$name.sha256"
done
