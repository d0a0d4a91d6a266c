#!/usr/bin/env bash
# npm's slip holds its maxMessageSize against its buffer, not the message: with a limit of 1,000 no message comes at all.
#
# What        slip 1.0.2 (npm, the newest; osc.js reads its TCP and serial streams with it): slip.Decoder with maxMessageSize.
# One guesses every message that is not longer than maxMessageSize comes; a longer one is given to onError.
# It does     compare the limit with the size of its buffer, which begins at 1,024 bytes, is only ever doubled and never
#             shrinks. So a limit of 1,000 refuses each single byte of every message, a limit of 2,000 refuses a message
#             of 1,200, and since the buffer has then grown to over 2,000 for good, each byte that follows as well.
#             Nothing is thrown; who gave no onError sees silence.
# So what     A limit that was set low because messages are short makes the receiver deaf from the start, one in between
#             makes it deaf from its first longer record on, with all messages within the limit. The bytes keep
#             coming and the socket looks well.
# Seen        Node.js 20.20.2, Linux, 2026-11-28 (messages of 20, 900, 1,200, 20 and 20 bytes; those that came, and how
#             often onError was called):
#               limit 4000: 20 900 1200 20 20; errors 0
#               limit 2000: 20 900; errors 216
#               limit 1000: none; errors 2160
set -euo pipefail
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts slip@1.0.2
cat >limit.js <<'JS'
const slip = require("slip");

for (const limit of [4000, 2000, 1000]) {
  const came = [];
  let errors = 0;
  const decoder = new slip.Decoder({
    maxMessageSize: limit,
    onMessage: (bytes) => came.push(bytes.length),
    onError: () => errors++,
  });
  for (const size of [20, 900, 1200, 20, 20]) decoder.decode(slip.encode(Buffer.alloc(size, "x")));
  console.log(`limit ${limit}: ${came.join(" ") || "none"}; errors ${errors}`);
}
JS
timeout 20 node limit.js | tee seen
diff seen - <<'TXT' || { echo "it behaves otherwise now"; exit 1; }
limit 4000: 20 900 1200 20 20; errors 0
limit 2000: 20 900; errors 216
limit 1000: none; errors 2160
TXT
