#!/usr/bin/env bash
# npm's omron-fins writes the length of a FINS/TCP frame into one byte of four: from 115 words on it states 256 too little.
#
# What        omron-fins 0.5.0 (npm, the newest): FinsClient with protocol tcp, write; a controller that only reads.
# One guesses a write of any size that FINS allows (999 words) is a frame whose header states its length.
# It does     put 8 + the length of the command into the last of the four length bytes and 0 into the others. Up to 114
#             words that is right. With 115 it is 256, so 0 is stated; with 200 words 170, and 426 follow.
#             Over UDP, where there is no such header, nothing is wrong.
# So what     A controller that goes by the header reads a command that is cut and takes the words behind it for its next
#             frame, for a write that only was a little longer than yesterday's. The client says nothing.
# Seen        Node.js 20.20.2, Linux, loopback, 2026-11-28 (the length stated and the bytes that follow it, for each write):
#               114 words: states 254, sends 254
#               115 words: states 0, sends 256
#               200 words: states 170, sends 426
set -euo pipefail
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts omron-fins@0.5.0
cat >length.js <<'JS'
const net = require("net");
const { FinsClient } = require("omron-fins");

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// The answer to the client's first frame: its node is 5, the controller's is 9.
function nodes() {
  const bytes = Buffer.alloc(24);
  bytes.write("FINS");
  bytes.writeUInt32BE(16, 4);
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt32BE(5, 16);
  bytes.writeUInt32BE(9, 20);
  return bytes;
}

async function main() {
  let got = [];
  const controller = net.createServer((socket) => {
    socket.once("data", () => {
      socket.write(nodes());
      socket.on("data", (bytes) => got.push(bytes));
    });
  });
  await new Promise((done) => controller.listen(0, "127.0.0.1", done));
  const client = FinsClient(controller.address().port, "127.0.0.1", { protocol: "tcp", timeout: 60000 });
  await new Promise((done) => client.on("open", done));
  await sleep(200);
  for (const count of [114, 115, 200]) {
    got = [];
    client.write("D100", Array(count).fill(7), () => {});
    // Its end is known: 20 bytes of FINS/TCP and FINS, command, address and count, then the words.
    while (Buffer.concat(got).length < 34 + 2 * count) await sleep(20);
    const frame = Buffer.concat(got);
    console.log(`${count} words: states ${frame.readUInt32BE(4)}, sends ${frame.length - 8}`);
  }
  process.exit(0);
}
main();
JS
timeout 60 node length.js | tee seen
diff seen - <<'TXT' || { echo "it behaves otherwise now"; exit 1; }
114 words: states 254, sends 254
115 words: states 0, sends 256
200 words: states 170, sends 426
TXT
