# Faults of a relay: their names, what each does in plain words, and what is wrong with one in a lab file.

wrong-rate = "{ $text }" is no rate: expected bytes in a second such as "64KB/s" or "2Mbit/s"
wrong-span = "{ $text }" is no size: expected a number such as 10, or a range such as "10..100", up to { $most }

lab-what-portion = a number from 0 to 1
lab-what-faults = a list of faults
lab-what-ip = an IP address
lab-what-ordinals = a number from 1, or a list of them
lab-many-ordinals = more than { $most } numbers
lab-many-faults = a relay can have { $most } faults at most
lab-fault-of-datagrams = "{ $kind }" harms datagrams, and this relay passes on streams
lab-fault-of-streams = "{ $kind }" harms streams, and this relay passes on datagrams

fault-direction-up = client → server
fault-direction-down = server → client
fault-direction-both = both ways

fault-latency = Delay
fault-latency-tip = Everything arrives later, in the same order.
fault-rate = Limited rate
fault-rate-tip = At most this many bytes get through in a second; the rest waits. Datagrams that find the queue full are lost.
fault-slicer = Small pieces
fault-slicer-tip = What was sent at once arrives in small pieces: one send becomes several recvs.
fault-glue = Glued together
fault-glue-tip = What was sent in pieces arrives at once: several sends become one recv.
fault-stall = Stall
fault-stall-tip = From one point on nothing gets through for a while, or until you switch this off. Nothing is lost.
fault-loss-stall = Lost segments
fault-loss-stall-tip = What a lost segment does to TCP: the bytes come after the retransmission timeout, and all later ones wait behind them. No byte is missing.
fault-cut = Cut off
fault-cut-tip = The receiver sees an orderly end (FIN), as though the sender had finished. What comes later is thrown away.
fault-reset = Reset
fault-reset-tip = The connection is torn down at both ends (RST): the next call fails with ECONNRESET.
fault-half-open = Dead direction
fault-half-open-tip = What is sent is taken and never arrives. Nobody is told, not even of the end.
fault-refuse = Refuse
fault-refuse-tip = Whoever connects is turned away. If everybody is, nobody listens: connect fails with ECONNREFUSED.
fault-accept-late = Accept late
fault-accept-late-tip = Clients wait in the accept queue. With a small backlog the queue is soon full, and connect gets no answer.
fault-close-late = Close late
fault-close-late-tip = The end of a side (FIN) is passed on later.
fault-corrupt = Corrupt
fault-corrupt-tip = A bit is turned, or bytes are changed. The length stays the same.
fault-delete = Delete bytes
fault-delete-tip = Bytes of the stream are missing. No network does this to TCP: it is corruption, not loss.
fault-insert = Insert bytes
fault-insert-tip = Bytes appear in the stream that nobody has sent.
fault-down = Down
fault-down-tip = As though the machine were switched off: nobody listens, and open connections are reset. Datagrams are not answered.
fault-drop = Lost datagrams
fault-drop-tip = A datagram does not arrive, and nobody is told.
fault-drop-burst = Lost in bursts
fault-drop-burst-tip = Several datagrams in a row are lost, as on a radio link.
fault-duplicate = Duplicate
fault-duplicate-tip = A datagram arrives more than once.
fault-reorder = Reorder
fault-reorder-tip = A datagram is overtaken by later ones.
fault-truncate = Truncate
fault-truncate-tip = Only the beginning of a datagram arrives.

preset-mobile = Mobile network
preset-mobile-tip = 60 ms of delay that varies, a slow way up, and now and then a loss.
preset-satellite = Satellite
preset-satellite-tip = 300 ms each way, however good the link is.
preset-wifi = Congested Wi-Fi
preset-wifi-tip = Short delays that vary widely, a narrow link, and frequent losses.
preset-flaky = Flaky server
preset-flaky-tip = Every fourth connection is reset after 1,000 bytes; a switch takes the server down.

lab-relay-across = a { $kind } can't pass on to a { $other }: one carries a stream, the other datagrams
lab-relay-loop = what this relay passes on would come back to itself

notice-relay-loop = The relay leads to itself
notice-relay-loop-what = What comes would be passed on to the relay again, without end.
notice-relay-loop-do = Give it another server as its destination.

kind-relay = TCP relay
kind-udp-relay = UDP relay
kind-unix-relay = Unix relay
name-relay = relay

run-mark-fault = fault
fault-row = { $who }: { $what } { $way }: { $effect }; { $felt }
fault-removed = { $bytes } taken out
fault-added = { $bytes } put in
fault-later = { $time } later
fault-bytes-later = { $bytes } { $time } later
fault-bytes = { $bytes }
fault-happened = happened
fault-felt = felt by call { $seq }
fault-not-felt = nobody has noticed so far
fault-nobody = nobody noticed

composer-relay = A relay sends nothing of its own.
state-relaying = relaying

lab-no-relay = a { $kind } has no faults: only relays have
step-does-fault = { $name }: fault on: { $what }
step-does-calm = { $name }: all faults off
step-does-expect-fault = the fault "{ $what }"
step-harmed = the fault "{ $what }" has happened
step-no-fault = the fault "{ $expected }" has not happened: { $why }
kind-any-relay = Relay

header-put-relay = Put a relay between
header-put-relay-tip = What this endpoint and its server say to each other passes a relay from here on: it shows each side's calls and can delay, cut or corrupt the traffic.
words-relay = proxy, toxiproxy, fault, latency, man in the middle

rack-faults = Faults ({ $count } on)
rack-add = Add a fault
rack-presets = Presets
rack-calm = All off
rack-calm-tip = Switches every fault off; they stay in the list.
rack-reset-now = Reset now
rack-reset-now-tip = Tears down every open connection (RST), once.
rack-ledger = Ledger ({ $count })
rack-ledger-empty = No fault has happened yet.
rack-ledger-tip = Show the call that felt it first
rack-none = No faults: everything passes on as it comes. Add one, or choose a preset.
rack-direction = Direction
rack-remove = Remove { $name }
rack-delay = delay
rack-jitter = jitter
rack-rate = rate
rack-size = size
rack-after = after
rack-chance = chance
rack-from = from { $mark } on
rack-until = until { $mark }
rack-share = { $percent } % of the connections
rack-first = only the first { $count } connections
rack-client = only { $client }
rack-calls = { $count ->
    [one] { $count } call
   *[other] { $count } calls
}
