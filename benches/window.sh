#!/usr/bin/env bash
# What the real window costs where the processor draws it, under Xvfb at 1440x900:
#   echoes  a client asks 200 times a second; processor time of the program, frames a second
#   paste   1.9 MB pasted into the message field and sent to an echo server; memory above the start, and what is left
# Usage: window.sh PROGRAM (a release build). Needs Xvfb, xdotool, ImageMagick, xclip, python3; frames are counted by
# Mesa. Prints figures; whoever reads them knows what else the machine was doing.
set -euo pipefail
program=$1
seconds=${SECONDS_OF_LOAD:-20}
work=$(mktemp -d)
server= app= clip=
cleanup() {
  # Only what this script has begun.
  for process in $app $clip $server; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
fail() { echo "window: $1" >&2; exit 1; }
until_true() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp -noreset 3>"$work/display" 2>/dev/null &
server=$!
until_true 20 test -s "$work/display" || fail "Xvfb did not start"
DISPLAY=:$(cat "$work/display"); export DISPLAY
unset WAYLAND_DISPLAY
export LANG=C.UTF-8 LC_ALL=C.UTF-8
until_true 20 xdotool getdisplaygeometry >/dev/null 2>&1 || fail "Xvfb does not answer"

find_window() { window=$(xdotool search --onlyvisible --pid "$app" 2>/dev/null | head -n 1); [ -n "$window" ]; }
# The big button of the welcome card is filled with the accent colour (dark or light).
find_button() {
  local pixel
  import -window root -crop 700x700+330+100 +repage -depth 8 "$work/pixels.txt"
  pixel=$(grep -iE -m 1 '#(6EA8FE|1F6FEB)' "$work/pixels.txt") || return 1
  pixel=${pixel%%:*}
  x=$((330 + ${pixel%%,*})) y=$((100 + ${pixel##*,}))
}
ports() {
  local inodes
  inodes=$(find "/proc/$app/fd" -lname 'socket:*' -printf '%l\n' 2>/dev/null | tr -dc '0-9\n')
  awk 'NR == FNR { own[$1] = 1; next } $4 == "0A" && ($10 in own) { split($2, at, ":"); print at[2] }' \
    <(echo "$inodes") /proc/net/tcp | head -n 1
}
listening() { port=$(ports); [ -n "$port" ] && port=$((16#$port)); }
# A program with an echo server and its client, whose message field has the keyboard.
start() {
  mkdir -p "$work/settings" "$work/frames"
  printf 'first_steps_over = true\n' >"$work/settings/settings.toml"
  SOCKET_LAB_CONFIG_DIR="$work/settings" "$@" "$program" >"$work/log" 2>&1 &
  app=$!
  until_true 60 find_window || fail "no window opened"
  xdotool windowsize "$window" 1440 900 windowmove "$window" 0 0 windowfocus "$window"
  sleep 2
  until_true 20 find_button || fail "no welcome card"
  xdotool mousemove $((x + 30)) $((y + 20)) click 1
  until_true 30 listening || fail "no server after the click"
  sleep 3
}
stop() { kill "$app"; wait "$app" 2>/dev/null || true; app=; rm -rf "$work/settings"; }
# Processor time of the program in hundredths of a second.
processor() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$app/stat"; }
memory() { awk -v name="$1:" '$1 == name { print int($2 / 1024) }' "/proc/$app/status"; }

cat >"$work/client.py" <<'PY'
import socket, sys, time
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as peer:
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    due, end, number = time.monotonic(), time.monotonic() + float(sys.argv[2]), 0
    while due < end:
        text = b"echo %06d" % number
        peer.sendall(text)
        got = b""
        while len(got) < len(text):
            got += peer.recv(1024)
        number, due = number + 1, due + 0.005
        time.sleep(max(0.0, due - time.monotonic()))
print(number)
PY
load() {
  python3 "$work/client.py" "$port" "$1" >"$work/echoes" &
  local client=$!
  # Not the beginning: a window that was touched draws more often for a while.
  sleep 4
  local before after began ended
  before=$(processor); began=$(date +%s%N)
  sleep $(($1 - 6))
  after=$(processor); ended=$(date +%s%N)
  wait "$client"
  share=$(awk -v used=$((after - before)) -v span=$((ended - began)) 'BEGIN { printf "%.0f", used * 1e9 / span }')
}

start env
load $((seconds + 6))
echo "echoes: $(($(cat "$work/echoes") / (seconds + 6))) a second; $share % of one processor"
stop
# Frames are counted in a run of their own, since counting costs something.
start env GALLIUM_HUD=fps GALLIUM_HUD_PERIOD=1 GALLIUM_HUD_VISIBLE=false GALLIUM_HUD_DUMP_DIR="$work/frames"
load $((seconds + 6))
frames=$(tail -n "$((seconds - 2))" "$work/frames/fps" 2>/dev/null | awk '{ sum += $1 } END { if (NR) printf "%.1f", sum / NR }')
echo "echoes: ${frames:-unknown} frames a second"
stop

start env
python3 -c "
line = 'a line of the text that is pasted, with its number %06d\n'
text = ''.join(line % n for n in range(40_000))
print(text[:1_900_000], end='')" >"$work/text"
xclip -quiet -selection clipboard -i "$work/text" >/dev/null 2>&1 &
clip=$!
sleep 2
text=$(($(stat -c %s "$work/text") * 10 / 1048576))
before=$(memory VmRSS)
# The peak is counted from here.
echo 5 >"/proc/$app/clear_refs"
xdotool key ctrl+v
sleep 4
pasted=$(memory VmRSS)
xdotool key Return
sleep 10
peak=$(memory VmHWM)
after=$(memory VmRSS)
echo "paste: $((text / 10)).$((text % 10)) MiB of text; memory $before MiB before, $pasted pasted, $peak at most," \
  "$after ten seconds after"
awk -v peak=$((peak - before)) -v left=$((after - before)) -v text="$text" \
  'BEGIN { printf "paste: at most %.1f times the text, %.1f left\n", peak * 10 / text, left * 10 / text }'
[ -z "${PICTURE:-}" ] || import -window root "$PICTURE"
stop
