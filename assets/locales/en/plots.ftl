### The plots.

plots-subject = What is plotted
plots-selected = what is selected
plots-selected-one = selected: { $name }
plots-selected-none = all endpoints (nothing is selected)
plots-all = all endpoints
plots-endpoint = endpoint { $name }
plots-conn = connection { $name }
plots-span = How far back
plots-last-seconds = last { $count } s
plots-last-minutes = last { $count } min
plots-all-time = all
plots-paused = paused

plots-empty-title = Nothing to plot yet
plots-empty-text = Open a server and a client and send something: bytes and calls per second are drawn here, and of a selected TCP connection what the kernel says of it: round trip, congestion window, queues.

plots-titled = { $name }: { $title }
plots-bytes-title = bytes per second
plots-calls-title = calls per second
plots-sends = sends
plots-receives = receives
plots-others = other calls
plots-mean = mean over { $time } s
plots-peak = { $name } at most { $value }
plots-nothing-counted = no call in this time
plots-counting = Counting calls: { $done } of { $all }
plots-busiest = The { $shown } busiest of { $all } endpoints are drawn: choose one at the top for the others.
plots-missed =
    { $count ->
        [one] { $shown } call had left the trace before it was counted here.
       *[other] { $shown } calls had left the trace before they were counted here.
    }
plots-left-out =
    { $count ->
        [one] { $shown } call is of an endpoint for which there is no room here.
       *[other] { $shown } calls are of endpoints for which there is no room here.
    }

plots-rtt-title = round trip
plots-rtt = round-trip time
plots-rtt-var = variation
plots-segments-title = congestion
plots-cwnd = congestion window
plots-ssthresh = slow-start threshold
plots-unacked = unacknowledged
plots-mss = A segment is { $mss } at most, so the congestion window is { $cwnd }.
plots-no-ssthresh = No slow-start threshold before the first loss.
plots-losses-title = losses
plots-retransmits = sent again
plots-lost = held lost
plots-queues-title = queues
plots-send-queue = send queue
plots-recv-queue = receive queue
plots-queues-tip = Sent but not yet acknowledged by the peer, and arrived but not yet received by recv.
plots-windows-title = windows
plots-send-window = peer's window
plots-recv-window = own window
plots-windows-tip = How much the peer is ready to take, and how much this side has offered to take.
plots-accept-title = accept queue
plots-accept-waiting = wait for accept
plots-accept-most = may wait

plots-not-recorded = What the kernel says is plotted of open sockets only; a saved trace does not have it.
plots-not-this-system = This system does not report round trips, windows and queues of sockets (Linux does).
plots-never-connected = The client was never connected: the kernel has nothing to report.
plots-listener-closed = The listener is closed: the kernel reports nothing of it now.
plots-conn-over = The connection is over: the kernel reports no more of it.
plots-udp = For UDP the kernel reports queues only: there is no round trip, window or retransmission.
plots-unix = For Unix sockets the kernel reports queues only: there is no round trip, window or retransmission.
plots-unix-listener = For a Unix listener the kernel reports nothing.
plots-not-reported = not reported by this system
plots-no-sample = no sample in this time

plots-unit-bytes-rate = bytes per second
plots-unit-calls-rate = calls per second
plots-unit-micros = microseconds
plots-unit-segments = segments
plots-unit-bytes = bytes
plots-unit-conns = connections
plots-value-bytes-rate = { $value } bytes/s
plots-value-calls-rate = { $value } calls/s
plots-value-micros = { $value } µs
plots-value-segments =
    { $count ->
        [one] { $value } segment
       *[other] { $value } segments
    }
plots-value-bytes =
    { $count ->
        [one] { $value } byte
       *[other] { $value } bytes
    }
plots-value-conns =
    { $count ->
        [one] { $value } connection
       *[other] { $value } connections
    }
plots-seconds = { $value } s
plots-at = at { $time } s
plots-unknown = not known

# The inspector.
inspector-tcp-state = kernel's state
inspector-accept-queue = { $waiting } of { $most }
plots-cursor = shown at { $time } s
