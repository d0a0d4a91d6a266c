#!/usr/bin/env bash
# npm's tftp writes the blocks of a window in the order in which they arrive: one datagram overtaken, and the file is wrong.
#
# What        tftp 0.1.2 (npm, the newest): createGetStream from a server that grants the window size (RFC 7440). The client
#             asks for windows of four blocks by itself.
# One guesses blocks have numbers so that they can be put in order; the source has a function for that.
# It does     put them in order only if a number that nothing ever sets is over 1 (its name is spelled in two ways), so never.
#             When a window is complete its blocks are written as they came. Then the last one to arrive is
#             acknowledged, which here is the right one; length and number of the blocks are right, there is no error.
# So what     UDP may deliver out of order, and does over two links or Wi-Fi. The file comes in full length with two blocks
#             exchanged: firmware or a configuration that fails only where it is used. With a window of 1 (option
#             windowSize: 1), where each block is acknowledged, it cannot happen.
# Seen        Node.js 20.20.2, Linux, loopback, 2026-11-28 (blocks as the server sent them, what the client acknowledged,
#             and the file as written: A stands for the first block, length in bytes):
#               sent 1 2 3 4, then 5: acknowledged 0 4 5; file ABCDE, 2052
#               sent 1 3 2 4, then 5: acknowledged 0 4 5; file ACBDE, 2052
set -euo pipefail
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts tftp@0.1.2
cat >window.js <<'JS'
const dgram = require("dgram");
const tftp = require("tftp");

const GET = 1;
const ACK = 4;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Block 1 is 512 times A, block 2 512 times B, and so on; the fifth is short and so the last.
function block(number) {
  const bytes = Buffer.alloc(4 + (number === 5 ? 4 : 512), 64 + number);
  bytes.writeUInt16BE(3, 0);
  bytes.writeUInt16BE(number, 2);
  return bytes;
}

function run(order) {
  return new Promise((done, failed) => {
    const acknowledged = [];
    const server = dgram.createSocket("udp4");
    server.on("message", (message, { port, address }) => {
      const kind = message.readUInt16BE(0);
      if (kind === GET) server.send("\0\x06windowsize\x004\0", port, address);
      if (kind !== ACK) return;
      const number = message.readUInt16BE(2);
      acknowledged.push(number);
      for (const next of { 0: order, 4: [5] }[number] || []) server.send(block(next), port, address);
    });
    server.bind(0, "127.0.0.1", () => {
      const client = tftp.createClient({ host: "127.0.0.1", port: server.address().port, timeout: 5000 });
      let file = "";
      client
        .createGetStream("file")
        .on("data", (bytes) => (file += bytes))
        .on("error", failed)
        .on("end", async () => {
          while (acknowledged.length < 3) await sleep(20);
          server.close();
          const short = file.replace(/(.)\1*/g, "$1");
          console.log(`sent ${order.join(" ")}, then 5: acknowledged ${acknowledged.join(" ")}; file ${short}, ${file.length}`);
          done();
        });
    });
  });
}

async function main() {
  await run([1, 2, 3, 4]);
  await run([1, 3, 2, 4]);
  process.exit(0);
}
main();
JS
timeout 60 node window.js 2>errors | tee seen
diff seen - <<'TXT' || { cat errors; echo "it behaves otherwise now"; exit 1; }
sent 1 2 3 4, then 5: acknowledged 0 4 5; file ABCDE, 2052
sent 1 3 2 4, then 5: acknowledged 0 4 5; file ACBDE, 2052
TXT
