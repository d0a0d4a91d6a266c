# The window around the panes: menus, lists, forms, dialogs.

app-name = Socket Lab
untitled = untitled lab
not-saved-yet = Not saved yet
has-changes = There are changes that are not saved.
new-endpoint = New endpoint
cancel = Cancel
close = Close
open = Open
save = Save
drop-here = Drop the file here to open it

menu-lab = Lab
menu-view = View
menu-help = Help
menu-recent = Open recent
lab-title = Title
palette-button = Commands { $keys }

cmd-new-endpoint = New endpoint…
cmd-new-endpoint-tip = Make a TCP server, a TCP client or a UDP socket
cmd-open-all = Open all endpoints
cmd-open-all-tip = Open every endpoint that is closed
cmd-close-all = Close all endpoints
cmd-close-all-tip = Close every endpoint that is open
cmd-new-lab = New lab
cmd-new-lab-tip = Begin with an empty lab
cmd-open-lab = Open a lab…
cmd-open-lab-tip = Open a lab file (*.lab.toml)
cmd-open-recent = Open a recent lab
cmd-open-recent-tip = Open a lab that was used before
cmd-save-lab = Save lab
cmd-save-lab-tip = Save the lab in its file
cmd-save-lab-as = Save lab as…
cmd-save-lab-as-tip = Save the lab in another file
cmd-run-steps = Run the steps
cmd-run-steps-tip = Run the lab's steps, one after the other
cmd-stop-steps = Stop the steps
cmd-stop-steps-tip = Stop carrying out the lab's steps
cmd-quit = Quit
cmd-quit-tip = Close every socket and leave
cmd-next-part = Next part of the window
cmd-next-part-tip = Put the keyboard into the next part of the window: list, panes, inspector, notices
cmd-previous-part = Previous part of the window
cmd-previous-part-tip = Put the keyboard into the part before
cmd-menu-bar = Menus
cmd-menu-bar-tip = Open the first menu; the arrow keys walk through them, Esc leaves. A tap of Alt goes there too
cmd-palette = Find a command…
cmd-palette-tip = Find any command, endpoint or recent lab by typing
cmd-filter = Filter the traffic
cmd-filter-tip = Show only the calls that match an expression or contain a text
cmd-clear-trace = Clear the traffic
cmd-clear-trace-tip = Forget the recorded calls; the sockets go on
cmd-show-traffic = Show Traffic
cmd-show-traffic-tip = Every socket call, in order of completion
cmd-show-ladder = Show the ladder
cmd-show-ladder-tip = Time downwards, an arrow from each send to its recv
cmd-show-byte-map = Show the byte map
cmd-show-byte-map-tip = Which send became which recv, along the stream
cmd-show-plots = Show the plots
cmd-show-plots-tip = Rates, and what the kernel says of a connection
cmd-show-transfers = Show the transfers
cmd-show-transfers-tip = Files that are served and downloaded
cmd-serve-files = Serve files…
cmd-serve-files-tip = Serves a folder or files to the tutorials' clients and to browsers
cmd-download = Download a file…
cmd-download-tip = Fetches a file from a server of this lab or from another one
cmd-open-trace = Open a trace…
cmd-open-trace-tip = Shows a trace that was saved or recorded
cmd-save-trace = Save the trace…
cmd-save-trace-tip = Every call that is kept, with its bytes, in one file
cmd-export-trace = Export…
cmd-export-trace-tip = Calls as JSON lines, CSV, text or pcapng for Wireshark
cmd-record = Record to a file…
cmd-record-tip = Writes every call to a pcapng file as it happens, or ends that
cmd-follow-connection = Follow the connection
cmd-follow-connection-tip = Both directions of the selected connection, one after the other
cmd-bookmark = Bookmark the call
cmd-bookmark-tip = Marks the selected call, or takes the mark away
cmd-pause-display = Pause the display
cmd-pause-display-tip = Hold traffic, ladder and plots still on the screen; recording goes on
cmd-follow-end = Follow the newest call
cmd-follow-end-tip = Keep the newest call in sight
cmd-toggle-endpoints = Endpoint list
cmd-toggle-endpoints-tip = Show or hide the list at the left
cmd-toggle-inspector = Inspector
cmd-toggle-inspector-tip = Show or hide the inspector at the right
cmd-reset-layout = Arrange the panes anew
cmd-reset-layout-tip = Put every endpoint side by side above the traffic
cmd-toggle-theme = Light or dark
cmd-toggle-theme-tip = Change between light and dark
cmd-system-theme = Follow the system's theme
cmd-system-theme-tip = Light or dark as the system has it
cmd-english = Switch to English
cmd-english-tip = Show every text in English
cmd-chinese = Switch to 简体中文
cmd-chinese-tip = Show every text in simplified Chinese
cmd-zoom-in = Larger
cmd-zoom-in-tip = Make everything larger, for a projector
cmd-zoom-out = Smaller
cmd-zoom-out-tip = Make everything smaller
cmd-zoom-reset = Normal size
cmd-zoom-reset-tip = Back to the system's own size
cmd-help = Shortcuts and tour
cmd-help-tip = Show the shortcuts and a short tour
cmd-first-steps = First steps
cmd-first-steps-tip = Show the three first steps, from opening a pair to reading a call
cmd-about = About Socket Lab
cmd-about-tip = Version and licence

endpoints-heading = Endpoints
addresses-heading = This machine
addresses-none = The system does not tell its addresses.
addresses-copy = Copy { $address }
addresses-tcp-server = New TCP server here…
addresses-udp = New UDP socket here…
addresses-tcp-client = New TCP client to it…

kind-tcp-server = TCP server
kind-tcp-client = TCP client
kind-udp = UDP socket
name-server = server
name-client = client
name-udp = udp


endpoint-spoken = { $name }: { $kind }, { $state }, { $address }
conn-spoken = Connection #{ $number } of { $name }: { $peer }, { $state }
endpoint-menu = Menu of { $name }
endpoint-conn-menu = Menu of connection #{ $conn } of { $name }
endpoint-fold = { $count ->
    [one] Hide 1 connection
   *[other] Hide { $count } connections
 }
endpoint-unfold = { $count ->
    [one] Show 1 connection
   *[other] Show { $count } connections
 }
endpoint-new-name = New name
endpoint-show = Show its pane
endpoint-hide = Hide its pane
endpoint-copy-address = Copy the address
conn-send-only = Send only to this one
conn-copy-peer = Copy the peer's address
conn-half-close = Half-close (shutdown)
conn-close = Close the connection
conn-reset = Reset the connection (RST)

tabs = Panes
tab-traffic = Traffic
tab-ladder = Ladder
tab-byte-map = Byte map
tab-plots = Plots
tab-transfers = Transfers
tab-close = Close the pane of { $name } (the endpoint stays)

boundary-endpoints = Width of the list of endpoints
boundary-inspector = Width of the inspector

first-steps = First steps
first-steps-pair = Open a pair: a server and its client
first-steps-line = Type a line as the client and press Enter
first-steps-call = Click a call in the table to see what it did
first-steps-done = Done: { $step }
first-steps-all = That is all it takes. F1 shows the rest.
first-steps-close = Put the first steps away

status-open = open
status-calls = calls
status-down-tip = Received per second, over all endpoints
status-up-tip = Sent per second, over all endpoints
status-evicted = { $calls ->
    [one] { $count } call evicted
   *[other] { $count } calls evicted
 }
status-evicted-short = { $count } evicted
status-evicted-tip = The oldest calls leave when the trace is full; this is how many have left
status-dropped = { $datagrams ->
    [one] { $count } datagram dropped by the kernel
   *[other] { $count } datagrams dropped by the kernel
 }
status-dropped-short = { $count } dropped
status-dropped-tip = Datagrams that the kernel threw away because a receive buffer was full
status-local = listening on this machine only
status-local-tip = Every open socket is bound to a loopback address: no other machine can reach it.
status-lan = reachable from the LAN
status-lan-tip = At least one open socket is bound to an address that other machines can reach.

welcome-title = Socket Lab
welcome-left = { $name } was open when the program was ended.
welcome-left-reopen = Open it again
welcome-left-forget = Forget it
welcome-what = Open sockets, send messages, and watch every socket call that results.
welcome-pair = TCP server + client
welcome-pair-tip = An echo server and a client connected to it, side by side. Type a line and watch it go.
welcome-server-tip = Listens on 127.0.0.1, on any free port
welcome-client-tip = Connects to a server that you name
welcome-udp-tip = Bound to 127.0.0.1, on any free port

palette-hint = Type to find a command, an endpoint, a lab…
palette-nothing = Nothing has that name.
palette-of = { $name }: { $command }
palette-call = call #{ $number }

# Other words by which the palette finds a command, separated by spaces.
words-undo = take back revert
words-redo = do again repeat
words-new-endpoint = add create socket server client
words-find = find search
words-clear = empty delete calls
words-theme = dark light colours colors appearance
words-help = keys shortcuts manual
words-quit = exit leave
words-picture = screenshot image png svg
words-open = start listen bind connect
words-close = stop shut
words-reopen = reopen restart
words-connect = reconnect new connection
words-half-close = half close shutdown fin eof
words-reset = rst abort kill linger
words-disconnect = disconnect drop hang up
words-options = edit settings properties change service framing
words-duplicate = copy clone
words-remove = delete
words-pane = panel window tab
words-send-again = resend repeat once more
palette-recent = Open { $file }

help-title = Help
help-tour = A tour in a minute
help-tour-1 = "TCP server + client" in an empty lab gives you a listening echo server and a connected client, side by side.
help-tour-2 = Type hello in the client's pane and press Enter: it leaves, arrives at the server, and comes back.
help-tour-3 = Every row of the traffic table is one real socket call. Click one: the inspector shows what it was given, what it returned and how long it waited.
help-tour-4 = Set recv to 4 bytes in a server's options and send a longer line: one send becomes several recvs.
help-tour-5 = Drag a pane by its header to dock it elsewhere; save the lab to have everything back later.
help-keys = Keys
help-key-enter = Send what is typed
help-key-history = Earlier messages, in the field for a message
help-key-snippet = Send the snippet with that digit
help-key-tab = The next control
help-key-rename = Rename the selected endpoint
help-key-tabs = The tab beside, where a tab has the keyboard
help-key-alt = Pressed and released alone: go to the menus
help-key-escape = Leave a field or close a window
about-title = About
about-version = Version { $version }
about-licence = Free software under the MIT licence or the Apache licence 2.0, as you choose.
about-fonts = With the fonts Inter (SIL Open Font License) and JetBrains Mono (Apache licence 2.0) and Google's Material Symbols.

unsaved-title = Save the changes to { $name }?
unsaved-text = They are lost if you don't save them.
unsaved-save = Save
unsaved-discard = Don't save
path-open-title = Open a lab
path-save-title = Save the lab
path-why = This system has no file dialog. Type the path:
path-name = Path of the lab file
path-no-file = There is no such file.
path-no-folder = There is no such folder.
load-error-title = The lab can't be opened
load-error-file = File
load-error-line = Place
load-error-place = line { $line }, column { $column }
load-error-field = Field
load-error-kept = The lab that was open is unchanged.

level-info = Note
level-warning = Warning
level-error = Error
trouble-heading = Notices
trouble-count = { $count ->
    [one] 1 notice
   *[other] { $count } notices
}
trouble-show-all = { $count ->
    [one] Show the notice
   *[other] Show all { $count } notices
}
trouble-fold = Fold the notices
trouble-more = { $count } more
trouble-dismiss = Dismiss: { $title }
trouble-dismiss-all = Dismiss all
trouble-file-why = { $file }: { $reason }
trouble-settings-damaged = The settings could not be read
trouble-settings-long = it has { $length } bytes
trouble-settings-damaged-why = { $reason }. The usual settings are in use.
trouble-settings-damaged-kept = The damaged file was kept as { $file }.
trouble-settings-damaged-lost = The damaged file could not be put aside.
trouble-settings-not-saved = The settings could not be saved
trouble-settings-not-saved-do = Until that works, language, theme and recent labs are forgotten at the end.
trouble-no-font = This system has no Chinese font
trouble-no-fonts = No font was found on this system
trouble-no-font-why = Chinese text, also what a peer sends, can't be shown.
trouble-no-font-english = The window is in English until there is one. Simplified Chinese (简体中文) stays chosen. Chinese text, also what a peer sends, can't be shown.
trouble-no-font-linux = Install one, for example: sudo apt install fonts-noto-cjk (Debian, Ubuntu), sudo dnf install google-noto-sans-cjk-fonts (Fedora). Chinese appears when you come back to this window.
trouble-no-font-other = Install a Chinese font, for example Noto Sans CJK. Chinese appears when you come back to this window.
trouble-left-taken = That lab is not left over any more
trouble-left-taken-why = Another window of Socket Lab has opened it again or forgotten it.
trouble-left-taken-do = Look for it in the other window.
trouble-not-saved = The lab was not saved
trouble-not-saved-do = Save it under another name (Ctrl+Shift+S). Nothing is lost while the window is open.

form-edit-title = Options of { $name }
form-edit-open = What can take effect at once does; what needs a new socket takes effect at the next opening.
form-edit-closed = Everything takes effect at the next opening.
form-name = Name
form-name-tip = How the endpoint is called in this lab. Other endpoints find it as @name.
form-address = Address
form-address-tip = The address that the socket is bound to, bind(2): an IP address of this machine or a host name. Empty or 0.0.0.0 means all IPv4 addresses.
form-lan = Reachable from the LAN
form-lan-tip = Binds to 0.0.0.0 (or ::), so that other machines can reach it. Without it only programs on this machine can.
form-port = Port
form-port-tip = 0 to 65535. Ports below 1024 mostly need special rights.
form-port-any = 0: the system picks any free port
form-path-free = a path that is free now
form-wrong-in = { $field }: { $why }
form-bound = Bound to an address of its own
form-bound-tip = bind(2). A socket that only sends needs none: it gets a free port with its first sendto().
form-server = Server
form-server-tip = Where connect(2) goes: host:port, [IPv6]:port, or @name for a server of this lab
form-destination = Sends to
form-destination-tip = The usual destination of sendto(2): host:port or @name. May be empty.
form-pick = Choose an endpoint of this lab
form-server-now = @{ $name } is { $address }
form-server-none = This lab has no "{ $name }" now; it is looked up at opening.
form-service = Answers
form-service-tip = What it does with what it receives
service-suffix-text = Suffix
service-template-text = Template
service-constant-text = Reply
form-text-tip = Text with the escapes \n \r \t \0 \\
service-suffix-text-tip = { form-text-tip }
service-constant-text-tip = { form-text-tip }
service-template-text-tip = {"{msg}"} {"{len}"} {"{host}"} {"{port}"} {"{counter}"} {"{time}"} are filled in; {"{{"} and {"}}"} stand for braces
form-hex = The reply is hex
form-hex-tip = Bytes as 68 65, 6865 or 0x68,0x65
form-encoding = Encoding
form-encoding-tip = How text becomes bytes and bytes become text
form-options = Options
form-open-at-once = Open at once
form-create = Create
form-create-open = Create and open
form-apply = Apply
form-apply-again = Apply and open again
form-apply-again-tip = Closes its socket and connections, and opens it with all that was changed
form-waits = At the next opening: { $fields }
form-waits-comma = , {""}
form-waits-address = address and port
form-waits-options = socket options

service-manual = by hand
service-manual-tip = You type the answers.
service-echo = echo
service-echo-tip = The same bytes go back.
service-suffix = echo + suffix
service-suffix-tip = The same bytes and then a text of yours
service-upper = upper case
service-upper-tip = The text in upper case
service-constant = always the same
service-constant-tip = One reply, whatever was received
service-template = template
service-template-tip = A text with parts of the message filled in

opt-serving = Serving
opt-serving-tip = One after the other: the next client is accepted only when the one before has ended; the others wait in the kernel's queue, listen(2).
opt-concurrent = all clients at once
opt-one-at-a-time = one client after the other
opt-backlog = Backlog
opt-backlog-tip = The n of listen(n), listen(2): how many connections may wait to be accepted. Linux cuts it to net.core.somaxconn and lets one more wait.
opt-accept-limit = Accept at most
opt-accept-limit-tip = The server stops listening after this many connections.
opt-no-limit = no limit
opt-local = Own address
opt-local-tip = bind(2) before connect(2): the client's own host:port. Empty lets the system choose.
opt-local-hint = chosen by the system
opt-recv-size = recv size
opt-recv-size-tip = The n of recv(n), recv(2): the most bytes that one call takes. A datagram longer than that is cut.
opt-close-after-reply = Close the connection after the first reply
opt-close-after-reply-tip = As the simplest tutorial servers do: recv, send, close(2).
opt-quit = Quit words
opt-quit-tip = Separated by commas. A message that is exactly one of them ends its connection and is not answered.
opt-eof = When the peer ends
opt-eof-tip = What follows recv() = 0, recv(2): close this side too, or keep it half-open and go on sending.
opt-eof-auto = automatic
opt-eof-close = close this side too
opt-eof-keep = keep sending (half-open)
opt-system = as the system has it
opt-nodelay = Send small segments at once
opt-nodelay-tip = tcp(7): without Nagle's algorithm, which waits for an ACK before it sends another small segment.
opt-keepalive = Probe idle connections
opt-keepalive-tip = socket(7): after a long silence the kernel asks the peer whether it is still there.
opt-linger-tip = socket(7): for how many seconds close() waits until everything is sent. 0 makes close() reset the connection.
opt-linger-hint = off
opt-reuse = Bind also while old connections linger
opt-reuse-tip = socket(7): allows bind() while connections of an earlier server on that port are in TIME_WAIT.
opt-v6-only = IPv6 only
opt-v6-only-tip = ipv6(7): a socket bound to :: takes no IPv4 connections or datagrams, and another socket may use the same port for IPv4.
opt-broadcast = Allow sending to broadcast addresses
opt-broadcast-tip = ip(7): without it sendto() to a broadcast address fails with EACCES.
opt-groups = Groups
opt-groups-tip = ip(7), IP_ADD_MEMBERSHIP: the multicast groups that it joins when it opens, separated by commas; after % the interface: its name, its number or (IPv4) its own address.
opt-groups-hint = 239.1.2.3, ff02::1234%lo
opt-groups-example = 239.1.2.3%lo
group-not-heard = Bound to { $local }, it hears only what is sent to that address: bind it to { $any } or to the group's own address.
opt-multicast-ttl-tip = ip(7), and IPV6_MULTICAST_HOPS: how far datagrams to a group go. 0 stays on this machine, 1 in the local network.
opt-multicast-loop = Hear on this machine what it sends to a group
opt-multicast-loop-tip = ip(7), and IPV6_MULTICAST_LOOP: without it, other sockets of this machine don't get what this one sends to a group.
opt-multicast-if-tip = ip(7), and IPV6_MULTICAST_IF: the interface through which datagrams to a group leave: its name, its number or (IPv4) its own address.
opt-rcvbuf-tip = socket(7): the size of the receive buffer in bytes. Linux doubles it for its own use.
opt-sndbuf-tip = socket(7): the size of the send buffer in bytes. Linux doubles it for its own use.

wrong-number = Expected a whole number from { $least } to { $most }.
wrong-byte-in-text = A single byte above \x7f is not text: choose "always the same" with hex for that.

kind-unix-server = Unix server
kind-unix-client = Unix client
kind-unix-datagram = Unix datagram
form-path = Path
form-path-tip = Where the socket appears in the file system (unix(7)). On Linux @name is an abstract name: no file.
remedy-connect-again = Connect again
remedy-connect-again-tip = Closes this socket and connects a new one
remedy-any-port = Use any free port
remedy-close-on-eof = Close when the peer ends
remedy-open-other = Open { $name }
trouble-remove-stale = Remove the file and open

menu-examples = Examples
cmd-open-example = Open an example
cmd-open-example-tip = Open a lab that comes with the program
cmd-edit-title = Title and note…
cmd-edit-title-tip = What this lab is called and what it is about
title-window = Title and note
cmd-show-note = Note
cmd-show-note-tip = Show what this lab is about, or write it down
cmd-addresses = Addresses of this machine
cmd-addresses-tip = Show every network interface with its addresses, and who can reach them
palette-example = Example { $number }: { $title }
welcome-examples = Examples

note-heading = Note
note-hint = What is this lab about?
note-edit = Edit the note
note-done = Done
note-hide = Hide the note
note-fold = Fold the note to one line
note-unfold = Show all of the note

steps-run = Run steps
steps-run-again = Run again
steps-stop = Stop
steps-not-run = Steps: { $of }, not run yet
steps-running = Step { $step } of { $of }
steps-passed = { $count ->
    [one] The step passed
   *[other] All { $of } steps passed
 }
steps-failed = Step { $step } of { $of } failed
steps-not-opened = The steps were not run: { $name } could not be opened

addresses-title = Addresses of this machine
addresses-default = way to the Internet
addresses-down = down
addresses-broadcast = Broadcast
addresses-broadcast-what = a UDP datagram to it reaches every machine of this network
addresses-mac-what = the card's own address, known only on this cable or Wi-Fi
addresses-gateway = Gateway
addresses-gateway-what = the router that everything for other networks goes to
addresses-advice = A server on 127.0.0.1 is reached by this machine only. To let others in, bind it to one of the other addresses or to all of them (0.0.0.0), and give them that address and the port. A firewall may still keep them out.
reach-machine = programs on this machine only
reach-link = machines on the same cable or Wi-Fi only
reach-private = machines of the same private network, not the Internet
reach-global = the whole Internet, if no firewall is in between
reach-special = set aside for documentation, tests or protocols

# Rules: the editor in the form.
service-rules = rules
service-rules-tip = The first rule that matches the message says what to answer.
rules-order = From top to bottom: the first rule that matches answers.
rules-add = Add a rule
rules-part = Rule { $number }: { $what }
rules-name = name
rules-name-hint = name (may be empty)
rules-name-tip = Named in the trace beside the reply that this rule caused; without a name it is its number.
rules-up = move up
rules-down = move down
rules-duplicate = duplicate
rules-remove = delete
rules-when = when the message
when-exact = is exactly
when-contains = contains
when-starts = begins with
when-ends = ends with
when-regex = matches regex
rules-regex-tip = A regular expression that is found somewhere in the text: ^ is its beginning, $ its end. What stands in (…) can be used in the reply as $1, $2 …
when-hex = is the bytes
rules-bytes-tip = Hex bytes, with ?? for any byte: 01 ?? 0a. The message must be as long.
when-any = is any
rules-any-tip = Every message; good as the last rule.
rules-pattern = pattern
rules-reply-kind = kind of reply
rules-reply-text = answer text
rules-reply-hex = answer hex
rules-no-reply = no answer
rules-no-reply-tip = The message is not answered.
rules-reply = reply
rules-reply-tip = Text with the escapes \n \r \t \0 \\. {"{msg}"} {"{len}"} {"{host}"} {"{port}"} {"{counter}"} {"{time}"} are filled in; {"{{"} and {"}}"} stand for braces.
rules-reply-regex-tip = Text with escapes. $1 or {"${name}"} is what the expression captured, $0 the whole match, $$ a dollar; {"{msg}"} {"{len}"} {"{host}"} {"{port}"} {"{counter}"} {"{time}"} are filled in.
rules-delay = delay
rules-delay-tip = How long the reply (or the closing) waits, in milliseconds; at most 60,000. 10..50 is any time between.
rules-close = then close the connection
rules-close-tip = close(2) once the reply has gone out.
rules-try = Try it
rules-try-tip = Type a message: the rule that matches first and its answer show at once; nothing is switched on yet.
rules-sample = Sample message
rules-hex = hex
rules-try-matched = Rule { $rule } matches first.
rules-try-none = No rule matches: no answer.
rules-try-wrong = No earlier rule matches, and rule { $number } is not right yet.
rules-try-silent = no answer
rules-try-delay = after { $ms } ms
rules-try-close = then the connection is closed
wrong-no-rules = There is no rule yet: add one.
wrong-byte-in-rule = A single byte above \x7f is not text: choose bytes (hex) for that.
