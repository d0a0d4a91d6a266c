#!/usr/bin/env bash
# The real window under Xvfb: it opens, a click makes the echo pair, a typed line comes back, the window closes cleanly;
# a second one beside it leaves it alone; killed, it leaves its lab for the next start. Alt with a digit types nothing.
# It opens where there is no font, and speaks English where there is none for Chinese.
# Usage: real_window.sh PROGRAM [FOLDER FOR PICTURES]
set -euo pipefail
program=$1
pictures=${2:-}
work=$(mktemp -d)
server= app= first=
cleanup() {
  # Only what this script has begun.
  for process in $app $first; do kill "$process" 2>/dev/null || true; done
  [ -n "$server" ] && kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "real window: $1" >&2
  [ -s "$work/log" ] && tail -n 20 "$work/log" | cut -c 1-300 | sed 's/^/  the program: /' >&2
  exit 1
}
# until SECONDS COMMAND…: waits until the command succeeds.
until_true() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}
picture() { [ -z "$pictures" ] || import -window root "$pictures/$1.png"; }

# Xvfb says which display it has taken.
# It must not begin anew when the first to ask it has gone.
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp -noreset 3>"$work/display" 2>/dev/null &
server=$!
until_true 20 test -s "$work/display" || fail "Xvfb did not start"
DISPLAY=:$(cat "$work/display"); export DISPLAY
until_true 20 xdotool getdisplaygeometry >/dev/null 2>&1 || fail "Xvfb does not answer"
export SOCKET_LAB_CONFIG_DIR="$work/settings" LANG=C.UTF-8 LC_ALL=C.UTF-8
unset WAYLAND_DISPLAY

start() { "$program" >"$work/log" 2>&1 & app=$!; }
start
find_window() { window=$(xdotool search --onlyvisible --name 'Socket Lab' 2>/dev/null | head -n 1); [ -n "$window" ]; }
until_true 60 find_window || fail "no window opened"
echo "real window: it opened"
xdotool windowfocus "$window"
sleep 2
picture 1-welcome

# Sockets of the program in a state (as in /proc/net/tcp: 0A listening, 01 connected), by the inodes that it holds.
sockets() {
  local inodes
  inodes=$(find "/proc/$app/fd" -lname 'socket:*' -printf '%l\n' 2>/dev/null | tr -dc '0-9\n')
  awk -v state="$1" 'NR == FNR { own[$1] = 1; next } $4 == state && ($10 in own)' <(echo "$inodes") /proc/net/tcp | wc -l
}
listening() { [ "$(sockets 0A)" -ge 1 ]; }
connected() { [ "$(sockets 01)" -ge 2 ]; }

# The big button of the welcome card is the one in the middle that is filled with the accent colour (dark or light).
find_button() {
  local pixel
  import -window root -crop 700x700+330+100 +repage -depth 8 "$work/pixels.txt"
  pixel=$(grep -iE -m 1 '#(6EA8FE|1F6FEB)' "$work/pixels.txt") || return 1
  pixel=${pixel%%:*}
  x=$((330 + ${pixel%%,*})) y=$((100 + ${pixel##*,}))
}
until_true 20 find_button || { picture failed; fail "no welcome card"; }
xdotool mousemove $((x + 30)) $((y + 20)) click 1
until_true 30 listening || { picture failed; fail "no server after the click"; }
until_true 30 connected || { picture failed; fail "no client after the click"; }
echo "real window: a click made a listening server and a connected client"

# The client's composer has the keyboard.
sleep 1
xdotool type --delay 50 'hello'
xdotool key Return
sleep 2
picture 2-hello

# Alt with a digit changes the view and types nothing: 5 bytes have gone each way, and 3 more go.
bytes_sent() { ss -tinpHO state established | grep "pid=$app," | grep -o 'bytes_sent:[0-9]*' | sort -u; }
if command -v ss >/dev/null; then
  xdotool type --delay 50 'abc'
  for view in 2 3 1; do xdotool key "alt+$view"; sleep 0.5; done
  xdotool key Return
  sent_abc() { [ "$(bytes_sent)" = bytes_sent:8 ]; }
  until_true 10 sent_abc || { picture failed; fail "abc with Alt+2, Alt+3, Alt+1 was sent as $(bytes_sent)"; }
  echo "real window: Alt with a digit typed nothing"
fi

# Closing asks about the unsaved lab; "Don't save" is the next button after "Save", which has the keyboard.
xdotool key ctrl+q
sleep 1
picture 3-closing
xdotool key Tab
sleep 0.3
xdotool key Return
gone() { ! kill -0 "$app" 2>/dev/null; }
until_true 20 gone || { picture failed; fail "it did not close"; }
status=0
wait "$app" || status=$?
app=
[ "$status" -eq 0 ] || fail "it ended with status $status"
[ -s "$SOCKET_LAB_CONFIG_DIR/settings.toml" ] || fail "the settings were not kept"
echo "real window: it closed cleanly"

# Killed, it leaves no socket behind, and the next start offers the lab again.
start
until_true 60 find_window || fail "no window opened the second time"
xdotool windowfocus "$window"
sleep 2
until_true 20 find_button || { picture failed; fail "no welcome card the second time"; }
xdotool mousemove $((x + 30)) $((y + 20)) click 1
until_true 30 connected || { picture failed; fail "no client the second time"; }
kept() { ls "$SOCKET_LAB_CONFIG_DIR"/open-*.toml >/dev/null 2>&1; }
until_true 20 kept || fail "the open lab is not kept for the next start"

# A second window beside it, on the same settings: it is offered nothing of the first one's, and leaves that alone.
first=$app
first_lab=$(ls "$SOCKET_LAB_CONFIG_DIR"/open-*.toml)
first_text=$(cat "$first_lab")
"$program" >"$work/log2" 2>&1 & app=$!
find_second() { second=$(xdotool search --all --onlyvisible --pid "$app" --name 'Socket Lab' 2>/dev/null | head -n 1); [ -n "$second" ]; }
until_true 60 find_second || fail "no second window opened"
xdotool windowfocus "$second"
sleep 2
picture 4-beside
[ "$(ls "$SOCKET_LAB_CONFIG_DIR"/open-*.lock | wc -l)" -eq 2 ] || fail "the second window has no lab of its own to keep"
xdotool key ctrl+q
until_true 20 gone || { picture failed; fail "the second window did not close"; }
status=0
wait "$app" || status=$?
app=$first
[ "$status" -eq 0 ] || fail "the second window ended with status $status"
until_true 5 connected || fail "the first window's sockets are gone with the second window"
[ "$(cat "$first_lab")" = "$first_text" ] || fail "the first window's lab was touched by the second"
echo "real window: a second one came and went beside it"

kill -9 "$app"
wait "$app" 2>/dev/null || true
first=
kept || fail "the lab is gone with the program"
start
until_true 60 find_window || fail "no window opened after the kill"
xdotool windowfocus "$window"
sleep 2
picture 5-offered
xdotool key ctrl+q
until_true 20 gone || { picture failed; fail "it did not close after the kill"; }
wait "$app" || true
app=
kept || fail "what was offered and not taken is gone"
echo "real window: killed, it left its lab for the next start"

# A program that the command line gives runs in a window of its own, which ends with the program's status.
"$program" trace --window -- sh -c 'exit 7' >"$work/log" 2>&1 & app=$!
until_true 60 find_window || fail "no window opened for a given program"
xdotool windowfocus "$window"
sleep 2
picture 6-program
xdotool key ctrl+q
sleep 1
# The lab with the program is not saved.
xdotool key Tab
sleep 0.3
xdotool key Return
until_true 20 gone || { picture failed; fail "the window of a given program did not close"; }
status=0
wait "$app" || status=$?
app=
[ "$status" -eq 7 ] || fail "the window of a program that ended with 7 ended with $status"
echo "real window: it ended with the status of a given program"

# Without any font but its own: fontconfig knows an empty folder, then one with a font that has no Chinese. The end by a
# signal is no fault here: nothing is to be saved.
end_it() {
  kill "$app"
  wait "$app" 2>/dev/null || true
  app=
}
if [ "$(uname)" = Linux ]; then
  mkdir "$work/empty" "$work/latin"
  latin=$(dirname "$0")/../assets/fonts
  find "$latin" -name 'Inter*' -exec cp {} "$work/latin" \;
  for fonts in empty latin; do
    printf '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>\n' \
      "$work/$fonts" "$work/cache" >"$work/$fonts.conf"
    for language in C.UTF-8 zh_CN.UTF-8; do
      rm -rf "$SOCKET_LAB_CONFIG_DIR"
      FONTCONFIG_FILE="$work/$fonts.conf" LANG=$language LC_ALL=$language "$program" >"$work/log" 2>&1 & app=$!
      until_true 60 find_window || fail "no window opened with the fonts of $fonts in $language"
      xdotool windowfocus "$window"
      sleep 3
      kill -0 "$app" 2>/dev/null || fail "it ended with the fonts of $fonts in $language"
      picture "7-$fonts-$language"
      until_true 20 find_button || fail "nothing was drawn with the fonts of $fonts in $language"
      end_it
    done
  done
  echo "real window: it opened without fonts"
fi
