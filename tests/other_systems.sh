#!/usr/bin/env bash
# Windows, macOS and Linux on ARM, from Linux: the sources are checked for all three, a Windows program is built, and Wine
# runs the example labs, exports, files, HTTP and the window with it. Wine is not Windows: what it lacks (Unix sockets) is
# left out, and said.
# Where a tool or the standard library's source can't be had, that is said and the rest counts.
# Usage: other_systems.sh [FOLDER FOR PICTURES]; as root it installs what it needs by apt.
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=${1:-}
windows=x86_64-pc-windows-gnu
work=$(mktemp -d)
screen= app=
cleanup() {
  # Only what this script has begun.
  [ -n "$app" ] && kill "$app" 2>/dev/null || true
  for prefix in "$work/quiet" "$work/seen"; do
    [ -d "$prefix" ] && WINEPREFIX=$prefix wineserver -k 2>/dev/null || true
  done
  [ -n "$screen" ] && kill "$screen" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
say() { echo "other systems: $*"; }
fail() { echo "other systems: $1" >&2; [ -s "$work/log" ] && tail -n 20 "$work/log" | cut -c 1-300 >&2; exit 1; }
until_true() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}
# installed PACKAGE…: installs by apt where that is allowed and possible.
installed() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}
# The source of the standard library of this very compiler, as Debian packs it: rustup can't be asked everywhere.
std_source() {
  local version apt mirror
  version=$(rustc --version | cut -d ' ' -f 2)
  mirror=$(grep -rhoE 'https?://[^ ]+/debian/? ' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -n 1)
  mirror=${mirror:-$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)}
  [ -n "$mirror" ] && [ -r /usr/share/keyrings/debian-archive-keyring.gpg ] && command -v dpkg-deb >/dev/null || return 1
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror% } trixie-backports main" >"$work/apt/list"
  apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/apt/list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/apt/lists"
    -o "Dir::Cache=$work/apt/cache" -o APT::Sandbox::User=root)
  "${apt[@]}" update >/dev/null 2>&1 || return 1
  (cd "$work/apt" && "${apt[@]}" download "rust-src=$version*" >/dev/null 2>&1) || return 1
  dpkg-deb -x "$work"/apt/rust-src_*.deb "$work/std" || return 1
  library=$(ls -d "$work"/std/usr/src/rustc-*/library)
}

# 1. The sources, for each system. A toolchain that has a system's library (rustup target add) needs no source of it.
installed_targets=$(rustup target list --installed 2>/dev/null || true)
has_target() { grep -qx "$1" <<<"$installed_targets"; }
for_target() {
  local command=$1 target=$2; shift 2
  if has_target "$target"; then
    cargo "$command" --locked --quiet --target "$target" "$@"
  else
    RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT=$library \
      cargo "$command" --locked --quiet -Zbuild-std=std,panic_unwind --target "$target" "$@"
  fi
}
# Built beside the usual programs, not over them.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/other_systems
library=
targets=("$windows" aarch64-apple-darwin aarch64-unknown-linux-gnu)
for target in "${targets[@]}"; do
  if ! has_target "$target" && [ -z "$library" ] && ! std_source; then
    say "the standard library for $target is not at hand: nothing was checked"
    exit 0
  fi
done
# Even a check for Windows calls a tool of MinGW.
if ! command -v x86_64-w64-mingw32-dlltool >/dev/null && ! installed gcc-mingw-w64-x86-64-win32; then
  say "MinGW can't be installed: Windows was not checked"
  targets=("${targets[@]:1}")
fi
for target in "${targets[@]}"; do
  RUSTFLAGS="-D warnings" for_target check "$target" || fail "the sources do not pass the check for $target"
  say "checked for $target"
done
[ "${targets[0]}" = "$windows" ] || exit 0

# 2. The Windows program, under Wine.
RUSTFLAGS="-D warnings" for_target build "$windows" --bin socket-lab || fail "no program for Windows was built"
program=$CARGO_TARGET_DIR/$windows/debug/socket-lab.exe
say "built $(basename "$program")"
if ! command -v wine >/dev/null && ! installed wine wine64; then
  say "Wine can't be installed: the program was not run"
  exit 0
fi
mkdir -p "$work/bin" "$work/labs"
cp "$program" "$work/bin/"
# Wine 8 lacks a library of Windows 7 and later; its one function has another name elsewhere.
cat >"$work/prng.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) { return SystemFunction036(buffer, (ULONG)length); }
C
x86_64-w64-mingw32-gcc -shared -O1 -o "$work/bin/bcryptprimitives.dll" "$work/prng.c" -ladvapi32
export WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" LIBGL_ALWAYS_SOFTWARE=1 HOME="$work"
unset WAYLAND_DISPLAY
# A session of Wine that began without a display has none later: the window gets one of its own.
quiet() { env -u DISPLAY WINEPREFIX="$work/quiet" timeout 120 wine "$work/bin/socket-lab.exe" "$@" 2>"$work/log"; }
env -u DISPLAY WINEPREFIX="$work/quiet" timeout 300 wineboot -i >"$work/log" 2>&1 || fail "Wine does not start"
quiet --version | tr -d '\r' | grep -q '^socket-lab ' || fail "--version"
ran=0
for lab in assets/labs/*.lab.toml assets/labs/devices/*.lab.toml; do
  quiet check "$lab" >/dev/null || fail "check $lab"
  # Wine has no Unix sockets.
  grep -q 'kind = "unix' "$lab" && { say "$(basename "$lab") was checked, not run: Wine has no Unix sockets"; continue; }
  quiet run "$lab" --for 30s --format jsonl >"$work/lines" || fail "run $lab ended with status $?"
  tail -n 1 "$work/lines" | grep -q '"failed_steps":0' || fail "run $lab: a step failed"
  grep -q '"type":"call"' "$work/lines" || fail "run $lab: no call on record"
  ran=$((ran + 1))
done
say "$ran example labs ran to their ends"
quiet run assets/labs/02-auto-reply.lab.toml --for 30s --format none --record "$work/labs/it.lab-trace" >/dev/null ||
  quiet run assets/labs/02-auto-reply.lab.toml --for 30s --format jsonl --record "$work/labs/it.lab-trace" >/dev/null ||
  fail "a recording"
for ending in pcapng csv jsonl; do
  quiet export "$work/labs/it.lab-trace" "$work/labs/it.$ending" >/dev/null || fail "export to $ending"
  [ -s "$work/labs/it.$ending" ] || fail "an empty $ending"
done
if command -v tshark >/dev/null; then
  tshark -r "$work/labs/it.pcapng" 2>/dev/null | grep -q TCP || fail "tshark does not read the export"
fi
say "a recording and its exports are whole"

# 3. Its window.
if ! command -v Xvfb >/dev/null || ! command -v xdotool >/dev/null; then
  say "Xvfb or xdotool is missing: no window was opened"
  exit 0
fi
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp -noreset 3>"$work/display" 2>/dev/null &
screen=$!
until_true 20 test -s "$work/display" || fail "Xvfb did not start"
DISPLAY=:$(cat "$work/display"); export DISPLAY
export WINEPREFIX="$work/seen"
timeout 300 wineboot -i >"$work/log" 2>&1 || fail "Wine does not start with a display"
wine "$work/bin/socket-lab.exe" >"$work/log" 2>&1 &
app=$!
find_window() { window=$(xdotool search --onlyvisible --name 'Socket Lab' 2>/dev/null | head -n 1); [ -n "$window" ]; }
until_true 180 find_window || fail "no window opened"
# The welcome card's big button has the accent colour.
find_button() {
  local pixel
  import -window root -crop 800x800+300+60 +repage -depth 8 "$work/pixels.txt"
  pixel=$(grep -iE -m 1 '#(6EA8FE|1F6FEB)' "$work/pixels.txt") || return 1
  pixel=${pixel%%:*}
  x=$((300 + ${pixel%%,*})) y=$((60 + ${pixel##*,}))
}
until_true 120 find_button || { [ -z "$pictures" ] || import -window root "$pictures/failed.png"; fail "no welcome card"; }
listeners() { awk '$4 == "0A"' /proc/net/tcp | wc -l; }
before=$(listeners)
more_listeners() { [ "$(listeners)" -gt "$before" ]; }
xdotool windowfocus "$window" mousemove $((x + 30)) $((y + 20)) click 1
until_true 60 more_listeners || { [ -z "$pictures" ] || import -window root "$pictures/failed.png"; fail "no server after the click"; }
[ -z "$pictures" ] || { sleep 5; import -window root "$pictures/windows.png"; }
kill "$app" 2>/dev/null || true
say "the window opened, and a click made a server that listens"
