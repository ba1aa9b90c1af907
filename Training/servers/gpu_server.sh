#!/usr/bin/env bash
# Fine-tunes on one server: gpu_server.sh DATASET OUTPUT [OPTIONS of dsatrain finetune]
# PROCESSES (one a GPU, at least 1), DEVICE (auto) and PYTHON (python) may be set.
set -euo pipefail

if [[ $# -lt 2 ]]; then
    echo "usage: $0 DATASET OUTPUT [OPTIONS of dsatrain finetune]" >&2
    exit 2
fi
dataset=$1
output=$2
shift 2
python=${PYTHON:-python}
gpus=$("$python" -c 'import torch; print(torch.cuda.device_count())')
processes=${PROCESSES:-$((gpus > 0 ? gpus : 1))}

"$python" -m torch.distributed.run --standalone --nproc-per-node "$processes" \
    -m dsatrain.cli finetune --data "$dataset" --output "$output" --device "${DEVICE:-auto}" "$@" &
training=$!
trap 'kill -TERM "$training"; wait "$training"' TERM INT # it leaves a checkpoint
wait "$training"

"$(dirname "$0")/pack.sh" "$output"
