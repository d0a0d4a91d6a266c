# Steps and the headless run.

step-done = done
step-came = { $what }, as expected
step-came-and = { $first } and { $second }
step-came-bytes = { $bytes }
step-came-eof = the end of the stream
step-came-error = { $errno }
step-failed-as-meant = failed with { $errno }, as it had to
step-wrong = wrong from byte { $at } on: expected { $expected }, got { $got }
step-too-few = { $got } of { $of } came: { $why }
step-more = { $bytes } more came where the end of the stream was expected
step-no-eof = the end of the stream did not come: { $why }
step-no-error = no call failed with { $expected }: { $why }
step-overflow = more came than is kept for the steps (64 MiB); expect it in smaller parts
step-not-kept = the bytes can't be compared from byte { $at } on: the trace kept only the beginning of a longer recv
step-did-not-fail = succeeded, but had to fail with { $expected }
step-failed-otherwise = had to fail with { $expected }, but failed otherwise: { $words }
step-no-endpoint = there is no endpoint "{ $name }" any more
step-not-open = "{ $name }" has no address to send to: it is not open, or it is a UDP socket without a local address
step-unencodable = '{ $character }' can't be written in { $encoding }
step-unreadable = { $path } can't be read: { $reason }
step-not-a-file = not a regular file
step-file-too-long = { $path } is longer than { $limit }, the most that a step sends
step-interrupted = was not finished when the run ended
step-end-late = waited { $time }
step-end-own = this side has shut down reading, so recv gives 0 whatever the peer does
step-end-eof = the peer has ended its side
step-end-error = the connection failed with { $errno }
step-end-closed = the socket is closed
step-does-open = open { $name }
step-does-send = { $name } sends { $what }
step-does-send-to = { $name } sends { $what } to { $to }
step-does-expect = { $name } expects { $what }
step-does-wait = wait { $time }
step-does-shutdown = { $name }: shutdown({ $how })
step-does-close = close { $name }
step-does-reset = reset { $name }
step-does-fail = { $step }, which must fail with { $errno }

run-step = step { $step }: { $detail }
run-mark-ok = ok
run-mark-failed = FAILED
run-mark-info = info
run-mark-warning = warn
run-mark-error = error
run-cant-start = the engine can't start: { $reason }
run-cant-write = the output can't be written: { $reason }
run-no-signal = Ctrl-C can't be watched: { $reason }
run-summary = calls: { $calls }, bytes sent: { $sent }, bytes received: { $received }, calls evicted: { $evicted }, datagrams dropped by the kernel: { $dropped }, steps failed: { $failed }
check-ok = { $file }: ok: { $endpoints ->
    [one] { $endpoints } endpoint
   *[other] { $endpoints } endpoints
 }, { $steps ->
    [one] { $steps } step
   *[other] { $steps } steps
 }{ $programs ->
    [0] {""}
    [one] , { $programs } program
   *[other] , { $programs } programs
 }
window-failed = The window can't be opened: { $reason }
window-no-display = neither DISPLAY nor WAYLAND_DISPLAY is set, so there is no display to open a window on. Start it from a graphical session, or with "ssh -X"
window-display-refuses = { $reason }. There is no display to open a window on: check what DISPLAY or WAYLAND_DISPLAY names
window-display-ended = { $reason }. The display server has ended, or has closed the connection. Start it again, or check what DISPLAY or WAYLAND_DISPLAY names
window-no-graphics = it can't be drawn: { $reason }
window-failed-do = Without a display, "socket-lab run FILE" runs a lab file and prints every call.
