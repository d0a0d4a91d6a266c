#!/usr/bin/env bash
# npm's jsmodbus, as a Modbus TCP server, does requests that it reads together in reverse: of two writes the earlier one stays.
#
# What        jsmodbus 5.0.0 (npm, the newest): server.TCP with a buffer of holding registers; a client that sends three
#             requests with transaction numbers of their own before the first answer, as Modbus TCP allows, each in a
#             segment of its own.
# One guesses a connection's requests are done in the order in which they came: that order is what TCP keeps.
# It does     put each complete request of one read at the front of a list and take from the front of it: the last one is
#             done first. Transaction numbers and values of the answers are right, each for itself.
# So what     "Set 111, set 222, read" leaves 111 and reads what was there before, and each answer says that all went well:
#             a valve that is opened and closed again stays open. Whether requests are read together is chance (a busy
#             server, a slow line, a gateway that collects); with an answer between them nothing is wrong.
# Seen        Node.js 20.20.2, Linux, loopback, 2026-11-28 (bytes of each read of the server, transaction numbers in order of
#             the answers, what the third one read, what register 0 holds at the end):
#               one by one: reads 12 12 12, answers 1 2 3, read 222, the register holds 222
#               at once:    reads 36, answers 3 2 1, read 0, the register holds 111
set -euo pipefail
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts jsmodbus@5.0.0
cat >order.js <<'JS'
const net = require("net");
const { server } = require("jsmodbus");

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Unit 1; function 6 sets one register, function 3 reads some.
function request(transaction, code, address, value) {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16BE(transaction, 0);
  bytes.writeUInt16BE(6, 4);
  bytes.writeUInt8(1, 6);
  bytes.writeUInt8(code, 7);
  bytes.writeUInt16BE(address, 8);
  bytes.writeUInt16BE(value, 10);
  return bytes;
}

function answers(bytes) {
  const all = [];
  while (bytes.length >= 6) {
    const size = 6 + bytes.readUInt16BE(4);
    if (bytes.length < size) break;
    all.push(bytes.subarray(0, size));
    bytes = bytes.subarray(size);
  }
  return all;
}

async function run(name, wait) {
  const holding = Buffer.alloc(4);
  const reads = [];
  const listener = net.createServer((socket) => socket.on("data", (bytes) => reads.push(bytes.length)));
  new server.TCP(listener, { holding });
  await new Promise((done) => listener.listen(0, "127.0.0.1", done));
  const client = net.connect({ port: listener.address().port, host: "127.0.0.1" });
  client.setNoDelay(true);
  let got = Buffer.alloc(0);
  client.on("data", (bytes) => (got = Buffer.concat([got, bytes])));
  await new Promise((done) => client.on("connect", done));
  const requests = [request(1, 6, 0, 111), request(2, 6, 0, 222), request(3, 3, 0, 1)];
  // Each write is one segment (no delay); without a wait all three are there when the server comes to read.
  for (const [index, bytes] of requests.entries()) {
    client.write(bytes);
    while (wait && answers(got).length <= index) await sleep(20);
  }
  while (answers(got).length < requests.length) await sleep(20);
  const all = answers(got);
  const read = all.find((it) => it[7] === 3).readUInt16BE(9);
  console.log(
    `${name}reads ${reads.join(" ")}, answers ${all.map((it) => it.readUInt16BE(0)).join(" ")}, ` +
      `read ${read}, the register holds ${holding.readUInt16BE(0)}`,
  );
}

async function main() {
  await run("one by one: ", true);
  await run("at once:    ", false);
  process.exit(0);
}
main();
JS
timeout 60 node order.js | tee seen
diff seen - <<'TXT' || { echo "it behaves otherwise now"; exit 1; }
one by one: reads 12 12 12, answers 1 2 3, read 222, the register holds 222
at once:    reads 36, answers 3 2 1, read 0, the register holds 111
TXT
