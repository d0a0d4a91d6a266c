#!/usr/bin/env bash
# What a clean release build costs and how large the program is, for some revisions beside each other, one after the other:
# processor time, time on the clock, crates, bytes on disk. Dependencies are fetched before.
# Usage: build.sh REVISION… (in the repository). Each takes a quarter of an hour on two cores, and 2 GB meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || { echo "build: give revisions" >&2; exit 2; }
work=$(mktemp -d)
cleanup() {
  for tree in "$work"/*/; do git worktree remove --force "$tree" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
printf '%-14s %12s %12s %8s %12s\n' revision "processor s" "clock s" crates "bytes on disk"
for revision in "$@"; do
  name=$(git rev-parse --short "$revision")
  git worktree add --quiet --detach "$work/$name" "$revision"
  (
    cd "$work/$name"
    export CARGO_TARGET_DIR="$work/$name/target" CARGO_INCREMENTAL=0
    unset RUSTC_WRAPPER
    cargo fetch --quiet --locked
    TIMEFORMAT='%R %U %S'
    { time cargo build --release --locked --offline --bin socket-lab 2>"$work/$name.log"; } 2>"$work/$name.time"
    read -r clock user system <"$work/$name.time"
    crates=$(grep -c '^ *Compiling' "$work/$name.log")
    size=$(stat -c %s target/release/socket-lab)
    awk -v n="$name" -v c="$clock" -v u="$user" -v s="$system" -v k="$crates" -v b="$size" \
      'BEGIN { printf "%-14s %12.0f %12.0f %8d %12d\n", n, u + s, c, k, b }'
  )
  git worktree remove --force "$work/$name"
done
