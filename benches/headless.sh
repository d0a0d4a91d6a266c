#!/usr/bin/env bash
# What `socket-lab run` costs beside programs in C that do the same and record nothing, in one run:
#   echo      round trips a second with 1 and 100 connections, 64 bytes, the client in another process
#   flood     processor time for each datagram that was received, sent as fast as another process can
#   paced     the same at 5,000 datagrams a second
# Usage: headless.sh PROGRAM [ROUNDS] (a release build). Needs gcc. Linux only. Medians of ROUNDS (5); prints figures, and
# whoever reads them knows what else the machine was doing.
set -euo pipefail
program=$(realpath "$1")
rounds=${2:-5}
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
running=
cleanup() {
  # Only what this script has begun.
  for process in $running; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
command -v gcc >/dev/null || { echo "headless: needs gcc" >&2; exit 1; }
gcc -O2 -o "$work/c" "$here/headless.c"
export SOCKET_LAB_CONFIG_DIR="$work/config"
median() { sort -g | awk '{ row[NR] = $1 } END { print row[int((NR + 1) / 2)] }'; }

# The processor time of all threads of a process so far, in nanoseconds.
cpu() { cat /proc/"$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f", sum }'; }

# start NAME PORT KIND: begins the server of that name in the background and waits for its port. Sets `server`.
start() {
  local name=$1 port=$2 kind=$3 table=tcp service='service = { kind = "echo" }'
  [ "$kind" = udp ] && { table=udp; service='recv_buffer = 8388608'; }
  local endpoint=tcp-server
  [ "$kind" = udp ] && endpoint=udp
  printf '[[endpoints]]\nname = "s"\nkind = "%s"\nlocal = "127.0.0.1:%s"\n%s\n' "$endpoint" "$port" "$service" >"$work/s.lab.toml"
  rm -f "$work"/out.*
  case $name in
    c) if [ "$kind" = udp ]; then "$work/c" recv "$port" & else "$work/c" echo "$port" & fi ;;
    record) "$program" run "$work/s.lab.toml" --format none --record "$work/out.lab-trace" & ;;
    *) "$program" run "$work/s.lab.toml" --format "$name" >"$work/out.$name" & ;;
  esac
  server=$!
  running="$running $server"
  local hex
  hex=$(printf '0100007F:%04X' "$port")
  for _ in $(seq 200); do
    grep -q "$hex" "/proc/net/$table" && return
    sleep 0.05
  done
  echo "headless: $name did not open its port" >&2
  exit 1
}

stop() {
  kill -INT "$server" 2>/dev/null || true
  [ "$1" = c ] && kill "$server" 2>/dev/null
  wait "$server" 2>/dev/null || true
}

echo_rate() {
  local port
  port=$("$work/c" port)
  start "$1" "$port" tcp
  "$work/c" ping "$port" "$2" 2
  stop "$1"
}

# Nanoseconds of processor time for a received datagram.
datagram_cost() {
  local name=$1 count=$2 rate=$3 port before after received hex
  port=$("$work/c" port)
  start "$name" "$port" udp
  before=$(cpu "$server")
  "$work/c" flood "$port" "$count" "$rate"
  # Until all of it is printed.
  after=$(cpu "$server")
  for _ in $(seq 200); do
    sleep 0.2
    local later
    later=$(cpu "$server")
    [ $((later - after)) -lt 1000000 ] && { after=$later; break; }
    after=$later
  done
  hex=$(printf '0100007F:%04X' "$port")
  received=$(awk -v at="$hex" -v count="$count" '$2 == at { print count - $NF }' /proc/net/udp)
  stop "$name"
  echo $(((after - before) / received))
}

for connections in 1 100; do
  declare -A rates=()
  # In turn, so that what else the machine does meets all of them.
  for _ in $(seq "$rounds"); do
    for name in c none jsonl record; do rates[$name]+="$(echo_rate "$name" "$connections") "; done
  done
  bare=$(tr ' ' '\n' <<<"${rates[c]% }" | median)
  printf '%-30s %9s trips/s\n' "echo, $connections: C with epoll" "$bare"
  for name in none jsonl record; do
    rate=$(tr ' ' '\n' <<<"${rates[$name]% }" | median)
    printf '%-30s %9s trips/s  %s of C\n' "  run, $name" "$rate" "$(awk "BEGIN { printf \"%.2f\", $rate / $bare }")"
  done
done
for load in "flood 300000 0" "paced 30000 5000"; do
  read -r what count rate <<<"$load"
  declare -A costs=()
  for _ in $(seq "$rounds"); do
    for name in c none jsonl text; do costs[$name]+="$(datagram_cost "$name" "$count" "$rate") "; done
  done
  for name in c none jsonl text; do
    cost=$(tr ' ' '\n' <<<"${costs[$name]% }" | median)
    printf '%-30s %9s ns of processor time a datagram\n' "$what: $name" "$cost"
  done
done
