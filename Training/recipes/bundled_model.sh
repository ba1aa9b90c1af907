#!/usr/bin/env bash
# Trains a model like the bundled one from nothing: bundled_model.sh OUTPUT [OPTIONS of dsatrain train]
# What is done is not done again; the options (--device cuda, --loaders 8) go to both stages.
# PYTHON (python) and CALIBRATION_RUNS (16) may be set.
set -euo pipefail

if [[ $# -lt 1 ]]; then
    echo "usage: $0 OUTPUT [OPTIONS of dsatrain train]" >&2
    exit 2
fi
output=$1
shift
dsatrain=("${PYTHON:-python}" -m dsatrain.cli)
mkdir -p "$output"

package() { # package TRAINING NAME [OPTIONS of dsatrain package]
    [[ -e "$output/$2" ]] || "${dsatrain[@]}" package "$output/$1" --output "$output/$2" "${@:3}"
}

"${dsatrain[@]}" train --output "$output/parts" --seed 11 --width 12 --heads 4 \
    --steps 4200 --crop-px 256 --learning-rate 2e-3 --ema-decay 0.998 "$@"
package parts dsanet-parts --calibration-runs 0
"${dsatrain[@]}" train --output "$output/larger" --seed 31 --from "$output/dsanet-parts" \
    --steps 2400 --crop-px 384 --look-px 640 --most-noise 0.25 --learning-rate 1.5e-3 \
    --ema-decay 0.997 --warmup 60 --max-frames 6 "$@"
package larger dsanet-phantom --calibration-runs "${CALIBRATION_RUNS:-16}" \
    --trunk-in-overview 0.05 --vessel-threshold 0.35 --second-look 0.7
