#!/usr/bin/env bash
# npm's modbus-serial up to 8.0.23 takes each TCP segment for a whole reply: registers in a later one are read as 0.
#
# What        modbus-serial 8.0.23 (npm, without its optional serialport), Node.js, connectTCP, readHoldingRegisters.
# One guesses a reply that TCP delivers in two pieces is joined by the length in its MBAP header, or ends in an error or
#             a time-out at the worst.
# It does     make a buffer of the announced length, copy the bytes of the first piece, leave the rest zero, compute the
#             checksum itself over that, and resolve the promise: no error. A rest of at most 6 bytes is dropped.
# So what     A device (or a relay) that writes header and data separately gives wrong measurements in silence. Every
#             byte on the wire and in the trace of the calls is right.
#             8.0.25 joins the pieces. The releases tagged -no-serial-port that were looked at (8.0.21) do not.
# Seen        Node.js 20.20.2, Linux, loopback, 2026-11-27, reply 00 01 … 00 06 for six registers:
#               8.0.23 one segment:  [ 1, 2, 3, 4, 5, 6 ]
#               8.0.23 two segments: [ 1, 2, 3, 4, 0, 0 ]
#               8.0.25 one segment:  [ 1, 2, 3, 4, 5, 6 ]
#               8.0.25 two segments: [ 1, 2, 3, 4, 5, 6 ]
set -euo pipefail
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for version in 8.0.23 8.0.25; do
  mkdir "$work/$version"
  (cd "$work/$version" && npm init -y >/dev/null &&
    npm install --silent --no-audit --no-fund --omit=optional "modbus-serial@$version")
done
cat >"$work/read.js" <<'JS'
const net = require("net");
const version = process.argv[2];
const Modbus = require(`./${version}/node_modules/modbus-serial`);

// Answers any request for six holding registers; `cut` bytes first, the rest 200 ms later.
function device(cut) {
  return net.createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("data", (request) => {
      const reply = Buffer.alloc(21);
      request.copy(reply, 0, 0, 4);       // transaction and protocol of the request
      reply.writeUInt16BE(15, 4);         // unit, function, count, 12 bytes of registers
      request.copy(reply, 6, 6, 8);
      reply[8] = 12;
      for (let i = 0; i < 6; i++) reply.writeUInt16BE(i + 1, 9 + 2 * i);
      socket.write(reply.subarray(0, cut));
      setTimeout(() => socket.write(reply.subarray(cut)), 200);
    });
    socket.on("error", () => {});
  });
}

async function read(cut) {
  const server = device(cut);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const client = new Modbus();
  client.setTimeout(3000);
  await client.connectTCP("127.0.0.1", { port: server.address().port });
  client.setID(1);
  const answer = await client.readHoldingRegisters(0, 6);
  await new Promise((done) => client.close(done));
  server.close();
  return answer.data;
}

(async () => {
  console.log(version, "one segment: ", await read(21));
  console.log(version, "two segments:", await read(17));
  process.exit(0);
})();
JS
for version in 8.0.23 8.0.25; do node "$work/read.js" "$version"; done >"$work/seen"
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
8.0.23 one segment:  [ 1, 2, 3, 4, 5, 6 ]
8.0.23 two segments: [ 1, 2, 3, 4, 0, 0 ]
8.0.25 one segment:  [ 1, 2, 3, 4, 5, 6 ]
8.0.25 two segments: [ 1, 2, 3, 4, 5, 6 ]
SEEN
