### The byte map.

byte-map-name = Byte map: { $from } to { $to }
byte-map-connection = Connection
byte-map-more = { $count } older: select one of their calls
byte-map-ways = Which direction is shown
byte-map-way = { $from } → { $to }
byte-map-both = Both
byte-map-zoom-in = Zoom in (+)
byte-map-zoom-out = Zoom out (−)
byte-map-fit = Show everything (0)
byte-map-newest = Show the newest calls (End)
byte-map-bar = Position
byte-map-outside = This end is not in the lab: what it called is not known.
byte-map-outside-short = outside the lab
byte-map-outside-unix = The other end of a Unix socket has no address to find it by.
byte-map-empty-title = Which send() became which recv()
byte-map-empty = Here the calls of a connection lie as blocks along its bytes: what one end sent above, what the other received below. Several sends that arrive as one recv, or one send that is cut into several, become a picture. Open a server and a client in this lab and send something.
byte-map-no-bytes = No bytes went this way yet.
byte-map-example = Open the example: { $title }
byte-map-in-flight = { $bytes } in flight
byte-map-not-received = not received yet
byte-map-queues = In the kernel (observed): { $sender } in the sender's queue, { $receiver } in the receiver's
byte-map-queue-sender = In the kernel (observed): { $bytes } in the sender's queue
byte-map-queue-receiver = In the kernel (observed): { $bytes } in the receiver's queue
byte-map-messages = Dashed: where messages end ({ $count }).
byte-map-never = { $bytes } never received
byte-map-closed = the receiver is closed
byte-map-gone = no longer kept
byte-map-lost = lost
byte-map-lost-name = datagram #{ $seq } lost (inferred)
byte-map-cut-off = cut off
byte-map-cut-off-name = { $bytes } of datagram #{ $seq } cut off
byte-map-many = { $count } calls
byte-map-many-name = { $count } calls, #{ $first } to #{ $last }, { $bytes }
byte-map-range = bytes { $first } … { $last }
byte-map-whole = 1 send arrived as 1 recv (#{ $send } → #{ $recv }). TCP does not promise that.
byte-map-joined = { $count } sends arrived as 1 recv ({ $sends } → #{ $recv }).
byte-map-joined-begins-inside = It begins inside the first of them.
byte-map-joined-ends-inside = It ends inside the last of them.
byte-map-joined-both-inside = It begins inside the first and ends inside the last of them.
byte-map-cut = 1 send was cut into { $count ->
        [one] 1 recv
       *[other] { $count } recvs
    } (#{ $send } → { $recvs }).
byte-map-cut-filled = recv({ $max }) takes at most { $max } bytes at a time.
byte-map-outstanding = { $bytes } are sent and not received yet.
byte-map-part = recv #{ $recv } got a part of send #{ $send }.
byte-map-part-filled = recv #{ $recv } got a part of send #{ $send }: its buffer was full.
byte-map-not-yet = Nothing of send #{ $send } ({ $bytes }) is received yet: it is in flight or waits in a kernel buffer.
byte-map-counts = { $sends } sends, { $recvs } recvs.
byte-map-sends-only = { $count } sends.
byte-map-recvs-only = { $count } recvs.
byte-map-stream = TCP is a stream of bytes: it keeps their order, not the boundaries of the calls.
byte-map-datagrams = Each datagram is one call.
byte-map-datagram-counts = { $sent } sent, { $received } received, { $lost } lost, { $cut } cut off.
byte-map-inferred = Which is which is inferred from addresses, order and content.
byte-map-pair = Datagram #{ $sent } arrived as #{ $received } (inferred): its boundaries are kept.
byte-map-pair-cut = Datagram #{ $sent } arrived as #{ $received } (inferred); { $bytes } did not fit into the buffer and are lost.
byte-map-pair-lost = Datagram #{ $sent } did not arrive, but a later one did (inferred): UDP does not repeat it.
byte-map-pair-not-yet = Datagram #{ $sent } has not been received.
byte-map-pair-unsent = Datagram #{ $received } came from outside the lab.

### How much the trace keeps.

retention = Keep at most
retention-choice = { $size }, about { $calls } short calls
retention-tip = Click to choose how much is kept
