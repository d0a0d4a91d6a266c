# The panes: endpoint, conversation, composer, traffic table; and the inspector.

direction-sent = sent
direction-received = received
latest = latest
client-name = client

pane-gone = This endpoint was removed.

state-closed = closed
state-connecting = connecting…
state-opening = opening…
state-listening = listening
state-serving = no longer listening
state-ready = ready
state-disconnected = connection ended
state-connected = connected
state-peer-ended = the peer has ended its side
state-half-closed = this side has ended
state-both-ended = both sides have ended
state-will-not-read = will not read
state-shut-both = this side has shut down both directions
state-broken = broken: { $errno }

header-name-tip = Click: facts about it · double-click: rename
header-rename-field = New name
header-copy-address = Copy { $address }
header-open = Open
header-close = Close
header-close-tip = Close the socket and all its connections
header-reopen = Close and open again
header-connect-client = Connect a client
header-half-close = Half-close
header-half-close-tip = shutdown(SHUT_WR): say that no more will be sent, and go on receiving
header-close-all-conns = Close all connections
header-reset = Reset the connection (RST)
header-options = Options…
header-rename = Rename
header-duplicate = Duplicate
header-remove = Remove from the lab
header-more = More for { $name }
header-more-tip = More
header-lan = Others reach it at
header-lan-any = Others reach it at any address of this machine, port { $port }

strip-connections = { $count ->
    [one] 1 connection
   *[other] { $count } connections
}
strip-peers = { $count ->
    [one] 1 peer
   *[other] { $count } peers
}
strip-send-to = Send to { $name }
strip-half-close = Half-close #{ $conn }
strip-close = Close #{ $conn }
strip-reset = Reset #{ $conn } (RST)
strip-bytes = sent { $sent } · received { $received }
strip-datagrams = sent { $sent } · received { $received }
strip-groups = { $count ->
    [0] Multicast groups
    [one] 1 multicast group
   *[other] { $count } multicast groups
}
strip-group-leave = Leave { $group }
strip-group-join = Join
strip-group-field = Group to join

conversation-name = Conversation of { $name }
conversation-closed = Closed. Open it to begin.
conversation-no-client = Listening. No client has connected yet.
conversation-empty = Nothing sent or received yet.
conversation-waiting = waiting in { $call } for { $time }
conversation-came-back = came back: { $short } ({ $errno })
conversation-nothing = (empty)
conversation-part = (part of a character)
conversation-joined = completes a character
conversation-begun = begins a character
conversation-accepted = accepted { $peer }
conversation-opened = connected to { $peer }
conversation-peer-ended = the peer has ended its side (recv = 0)
conversation-nothing-read = nothing to read: this side has shut down reading (recv = 0)
conversation-half-closed = this side has ended: shutdown({ $how })
conversation-conn-closed = connection closed
conversation-socket-closed = socket closed
conversation-copy-text = Copy the text
conversation-copy-call = Copy the call
conversation-copy-hex = Copy as hex
conversation-send-again = Send these bytes again
conversation-to-snippets = Add to the snippets
conversation-filter-conn = Filter: this connection
conversation-filter-endpoint = Filter: this endpoint
conversation-as-hex = Show the conversation in hex
conversation-as-text = Show the conversation as text
conversation-find-open = Find in the conversation…
conversation-find = Find in the conversation
conversation-find-close = Close the search
reach-heading = How to reach me
reach-copy = Copy the line for { $tool }: { $line }

composer-input = Input
composer-text = Text
composer-hex = Hex
composer-encoding = Encoding
composer-ending = end:
composer-ending-none = none
composer-to = to:
composer-to-all = { $count ->
    [0] all clients
    [1] all clients
   *[other] all clients ({ $count })
}
composer-known-peers = Known peers
composer-destination-hint = host:port or @endpoint
composer-last-sender = { $peer } (last sender)
composer-repeat = repeat:
composer-repeat-off = off
composer-repeat-on = on
composer-large = { $size } of text
composer-large-name = { $size } of text for { $name }: Enter sends it
composer-large-remove = Remove the text
composer-more = Line end and repeating
composer-repeats = repeats
composer-repeat-check = Send again and again
composer-repeat-every = Every
composer-repeat-times = Times
composer-repeat-stop = Stop repeating { $preview }
composer-repeat-interval = every { $ms } ms
composer-count-tip = The bytes that would go out, and the first of them
composer-count-refused = cannot be sent
composer-field = Message of { $name }
composer-hint-server = Message to the clients…
composer-hint-client = Message to the server…
composer-hint-udp = Datagram…
composer-hint-short = Message…
composer-hint-hex = 68 65 6c 6c 6f
composer-send = Send
composer-start = Repeat
composer-send-tip = Enter sends · Shift+Enter breaks the line · ↑ ↓ what was sent before
composer-closed = Closed: open it first. What you typed stays here.
composer-opening = Still opening. What you typed stays here.
composer-not-connected = Not connected: open it again. What you typed stays here.
composer-no-clients = No client is connected yet. What you typed stays here.
composer-conn-gone = Connection #{ $conn } has ended: choose another one.
composer-no-destination = Say where to send: host:port or @endpoint.
composer-bad-destination = "{ $text }" is not a destination: expected host:port, for example 127.0.0.1:8000, or @endpoint.
composer-peer-closed = @{ $name } is not open.
composer-peer-unknown = There is no endpoint "{ $name }".
composer-empty = Nothing to send yet.


column-start = start
column-endpoint = endpoint
column-call = call
column-result = result
column-waited = took
column-peer = peer
column-length = length
column-data = data
column-number = number
column-direction = direction
column-row-before = since row above
column-clock = time of day
column-number-tip = The call's number: calls are numbered as they return.
column-start-tip = When the call began, in seconds since the lab began.
column-row-before-tip = When the call began, in seconds since the call in the row above began.
column-clock-tip = When the call began, by this computer's clock.
column-endpoint-tip = The endpoint that made the call, and its connection.
column-call-tip = The socket call and what it was given.
column-result-tip = What the call returned, or its error.
column-waited-tip = How long the call took, its wait included.
column-direction-tip = Whether bytes were sent or received.
column-peer-tip = The address of the other end.
column-length-tip = How many bytes the call moved.
column-data-tip = The bytes, or what there is to say instead.

table-menu = Order, times and columns of the table
table-order = Order of the rows
table-by-completion = By completion
table-by-start = By start
table-is-by-completion = The rows are in order of completion; calls that still wait stand at the end.
table-is-by-start = The rows are in order of their start; calls that still wait stand where they began.
table-click-by-completion = Click: rows in order of completion
table-click-by-start = Click: rows in order of their start
table-times = Times
table-time-lab = Since the lab began
table-time-row = Since the row above
table-time-clock = Time of day
table-columns = Columns
table-move-left = Move { $column } to the left
table-move-right = Move { $column } to the right
table-reset = Columns as at first
table-sorting = sorting { $percent } %

traffic-name = Socket calls
traffic-empty = No socket calls yet. Open an endpoint: every call will be listed here.
traffic-waiting = waiting for { $time }
traffic-still-waiting = waiting
traffic-more-waiting = and { $count } more calls are waiting
traffic-eof = the peer has ended its side
traffic-own-end = this side has shut down reading
traffic-empty-datagram = (empty datagram)
traffic-unread = { $count } B unread: the peer gets a reset
traffic-lost = { $count } B lost
traffic-copy = Copy as text
traffic-clear = Clear the list
views-pause = Pause traffic, ladder and plots (recording goes on)
views-resume = Go on
traffic-paused = paused · { $count } new

find-next = Next match
find-previous = Previous match
find-count = { $found } of { $calls } calls
find-searching = searching… { $percent } %
find-nothing = No call contains "{ $text }".

inspector-nothing = Click a call, a connection, an endpoint, a rule or a transfer: all about it is shown here.
inspector-close = Close the inspector
inspector-up-conn = Up to the connection (Esc)
inspector-up-endpoint = Up to the endpoint (Esc)
inspector-rule = Rule { $name }
inspector-rule-gone = The endpoint has no such rule any more.
inspector-show-rule = Show the rule
inspector-transfer = Transfer
inspector-transfer-gone = This transfer is no longer listed.
inspector-evicted = This call is no longer kept: the oldest calls leave when the memory for the trace is full, or when the list is cleared.
inspector-call = Call #{ $seq }
inspector-conn = Connection #{ $conn }
inspector-only-conn = Connection
inspector-conn-gone = This connection has ended.
inspector-endpoint = Endpoint
inspector-options = Options in force
inspector-options-closed = Options for the next opening
inspector-change = Change
inspector-show-pane = Show its pane
inspector-data = Data · { $size }
inspector-hex = Bytes
inspector-truncated = Only the first { $kept } bytes were kept.
inspector-lost = { $lost } more bytes of this datagram did not fit in the buffer and are lost.
inspector-copy = Copy
inspector-copy-text = As text
inspector-copy-hex = As hex
inspector-copy-c = As a C array
inspector-copy-python = As Python bytes
inspector-in-words = In words

fact-name = name
fact-endpoint = endpoint
fact-from = from
fact-to = to
fact-local = local
fact-peer = peer
fact-started = started
fact-took = took
fact-bytes = bytes
fact-made-of = made of
fact-became = became
fact-result = result
fact-state = state
fact-since = since
fact-sent = sent
fact-received = received
fact-kind = kind
fact-remote = remote
fact-calls = calls
fact-drops = dropped
fact-encoding = encoding
fact-rules = rules
fact-service = service
fact-granted = asked { $asked }, granted { $granted }
fact-on = on
fact-off = off

composer-bad-path = "{ $text }" is not the path of a socket: expected for example /tmp/chat.sock, or @name of an endpoint

composer-framing-in-menu = Framing: { $framing }…
composer-framing-tip = The framing: what you send is put into such a message. The count shows all bytes that go out. Click to change it.
header-queue = queue { $waiting }/{ $limit }
header-queue-unknown = queue not reported here
header-queue-tip = The kernel's accept queue. The first number is how many clients have connected and wait until accept() takes them; the second is how many may wait: the backlog of listen(), cut to net.core.somaxconn, and on Linux one more. To each of them connect() has already succeeded; what they send waits in the kernel.
header-queue-unknown-tip = Later clients wait in the kernel's accept queue until the one before has ended. This system does not report how many wait.
ending-peer = the peer closed first: recv() = 0
ending-peer-unread = the peer had closed first: { $call } = { $errno }
ending-us-close = we closed first: close()
ending-us-shutdown = we ended first: { $call }
ending-us-reset = we reset it: close() with SO_LINGER 0
ending-reset = reset by the peer: { $errno }
ending-broken = broken off: { $call } = { $errno }
fact-ended-by = first to end
conversation-conn-ended = connection closed · { $ending }
fact-rule = by rule
rule-of-send = rule: { $name }

snippets = Snippets
snippets-tip = Snippets: payloads saved in the lab, sent by a click or by Ctrl and a digit
snippets-save = Save as snippet
snippets-save-nothing = Type a message first.
snippets-edit = Edit snippets…
snippets-send-all = Send all, one after the other
snippets-send = Send the snippet { $name }
snippets-stop = Stop sending
snippets-not-sent = "{ $name }" was not sent. { $reason }
snippets-dismiss = Dismiss
snippets-new-name = snippet
snippets-saved-in = They belong to the lab and are saved with it; every endpoint can send them.
snippets-none = No snippets yet.
snippets-apply = Apply
snippet-add = Add a snippet
snippet-duplicate = Duplicate the snippet
snippet-up = Move the snippet up
snippet-down = Move the snippet down
snippet-remove = Delete the snippet
snippet-name = Name
snippet-payload = Payload
snippet-payload-tip = Text with the escapes \n \r \t \0 \\ \xNN. Filled in when it is sent: {"{counter}"} {"{time}"} {"{random}"} {"{random:4}"}; {"{{"} and {"}}"} stand for braces.
snippet-ending = Line ending
snippet-ending-endpoint = as the endpoint has it
snippet-checksum = Checksum
snippet-checksum-tip = Worked out over the payload and put behind it, before the line ending.
snippet-no-checksum = none
snippet-delay = Then wait
snippet-delay-tip = How long the next snippet waits when all are sent one after the other.
snippet-goes-out = Goes out
snippet-goes-out-tip = The bytes in this endpoint's encoding, line ending and framing; {"{counter}"} is 1 here.
message-mark = message { $number }
message-mark-begins = message { $number } begins
message-mark-goes-on = message { $number } goes on
message-mark-ends = message { $number } ends
message-marks = messages { $first }–{ $last }
message-marks-begins = messages { $first }–{ $last }, { $last } not whole yet
message-marks-ends = messages { $first }–{ $last }, { $first } ends
message-marks-both = messages { $first }–{ $last }, { $first } ends, { $last } not whole yet
fact-framing = framing

strip-name-peer = Name the peer { $peer }
strip-name-for = Name of { $peer }
strip-name-taken = another peer has that name, or it can't be one
