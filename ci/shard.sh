#!/usr/bin/env bash
# One machine's part of the main job, for any CI: `ci/shard.sh K N [FLAGS OF run …]`.
#
# All machines of a pipeline must give the same seed, so that their parts add up to the whole; by
# default it is derived from the commit. Results go to target/threadproof/shards/K-of-N, which is
# what a pipeline keeps as its artifact. The exit code is that of `threadproof run`.
set -euo pipefail

if [ $# -lt 2 ] || ! [[ "$1 $2" =~ ^[1-9][0-9]*\ [1-9][0-9]*$ ]] || [ "$1" -gt "$2" ]; then
  echo "usage: ci/shard.sh K N [FLAGS OF run …], with 1 <= K <= N" >&2
  exit 2
fi
part=$1 of=$2
shift 2

cd "$(dirname "$0")/.."
if [ -z "${THREADPROOF_SEED:-}" ]; then
  # The first 12 hex digits of the commit: below 2^48, the same on every machine.
  THREADPROOF_SEED=$((16#$(git rev-parse HEAD | cut -c1-12)))
  export THREADPROOF_SEED
fi
exec cargo run --release -p threadproof -- \
  run --shard "$part/$of" --out "target/threadproof/shards/$part-of-$of" "$@"
