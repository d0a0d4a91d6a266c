# What is wrong with what a lab says. Each is a phrase, so that it can stand behind a place: "file:12:8: field: …".
# Where it stands alone, the window makes a sentence of it.

# Addresses.
wrong-address-empty = no address: expected host:port, for example 127.0.0.1:8000
wrong-address-no-port = no port in "{ $text }": expected host:port, for example 127.0.0.1:8000
wrong-port = "{ $text }" is not a port: expected a whole number from 0 to 65535
wrong-port-zero = a port to connect or send to can't be 0: 0 only means "any free port" when a socket is bound
wrong-ipv6 = "{ $text }" is not an IPv6 address: expected for example ::1, and with a port [::1]:8000
wrong-host = "{ $text }" is not a host: expected an IP address or a host name
wrong-path-empty = no path: expected the path of a Unix socket, for example /tmp/chat.sock
wrong-path-long = the path "{ $text }" is too long for a Unix socket: expected at most { $most } bytes
wrong-path-nul = the path of a Unix socket can't have a NUL byte
wrong-group-address = "{ $text }" is not an IP address: expected a multicast group, for example 239.1.2.3 or ff02::1234
wrong-group = { $text } is not a multicast group: expected an address from 224.0.0.0 to 239.255.255.255, or one that begins with ff
wrong-interface = "{ $text }" is not an interface: expected its name, its number or its own IPv4 address
wrong-interface-ipv6 = an IPv6 group is joined on an interface's name or number, not on the address { $text }
wrong-group-twice = the group "{ $text }" is there already
wrong-groups-many = an endpoint has at most { $most } groups

# Names.
wrong-no-name = a name can't be empty
wrong-name-long = a name has at most { $most } characters
wrong-name-space = a name can't begin or end with a space
wrong-name-hidden = a name can't hold characters that can't be seen or that turn text around
wrong-endpoint-twice = there is another endpoint of the name "{ $name }"
wrong-snippet-twice = there is another snippet of the name "{ $name }"
wrong-peer-twice = there is another peer of the name "{ $name }"

# Texts and bytes.
wrong-encoding = "{ $text }" is not a text encoding: expected for example utf-8, gbk, gb18030, big5, shift_jis, utf-16le, latin-1, ascii
wrong-escape = "\{ $character }" at character { $at } is not an escape: expected \n, \r, \t, \0, \\ or \xNN
wrong-escape-end = the "\" at character { $at } has nothing after it: write \\ for a backslash
wrong-escape-hex = the "\x" at character { $at } needs two hex digits, for example \x0a
wrong-unencodable = '{ $character }' at character { $at } can't be written in { $encoding }, the endpoint's encoding
wrong-hex = '{ $character }' at character { $at } is not hex: expected for example 68 65, 6865, 0x68,0x65 or 68:65
wrong-half-byte = the hex digit at character { $at } is half a byte: a byte has two
wrong-long = a text has at most { $most } characters here
wrong-hex-long = there are at most { $most } bytes here
wrong-sha256 = expected a SHA-256 as 64 hex digits

# Durations.
wrong-duration = "{ $text }" is not a duration: expected for example 2s, 100ms or 1m 30s
wrong-duration-negative = "{ $text }" is not a duration here: it can't be negative
wrong-duration-long = "{ $text }" is too long: expected at most 24h

# Templates, rules and snippets.
wrong-placeholder = "{"{"}{ $name }{"}"}" at character { $at } is not a placeholder: expected {"{msg}"}, {"{len}"}, {"{host}"}, {"{port}"}, {"{counter}"} or {"{time}"}; write {"{{"} for a brace
wrong-brace = the brace at character { $at } has no partner: write {"{{"} or {"}}"} for a brace
wrong-dollar = the "$" at character { $at } stands for nothing: expected $1, {"${name}"}, or $$ for a dollar
wrong-capture = the regular expression has no capture { $name } ("$" at character { $at })
wrong-pattern-empty = an empty text would match every message: expected a text; "any" is for every message
wrong-delay-long = a delay is at most { $most } s
wrong-regex = not a regular expression: { $reason }
wrong-regex-at = not a regular expression: { $reason }, at character { $at }
wrong-regex-bytes-at = character { $at } of the expression stands for a single byte because of (?-u), and messages are read as text in { $encoding }: leave out the (?-u), and . is a character
wrong-regex-bytes = the expression stands for single bytes because of (?-u), and messages are read as text in { $encoding }: leave out the (?-u), and . is a character
wrong-regex-big = the regular expression is too big: compiled it would take more than { $most } MiB
wrong-bytes-empty = no bytes: expected for example 01 ?? 0a
wrong-bytes = '{ $character }' at character { $at } is neither hex nor ??: expected for example 01 ?? 0a
wrong-bytes-bracket = the bracket at character { $at } has no partner, or nothing in it: expected for example (?? ??) 00
wrong-bytes-mask = the / at character { $at } is for a byte with a mask: expected for example 80/c0
wrong-bytes-half = the digit or ? at character { $at } is half a byte: a byte has two digits, and ?? is any byte
wrong-many-rules = a service has at most { $most } rules
snippet-long-filled = with its macros filled in it has more than { $most } KiB
snippet-unknown-macro = "{"{"}{ $name }{"}"}" at character { $at } is not a macro: expected {"{counter}"}, {"{time}"}, {"{random}"} or {"{random:8}"}; write {"{{"} for a brace
snippet-random-digits = the digits of the macro at character { $at } are from 1 to { $most }

# Framing.
framing-delimiter-text-empty = a delimiter has at least one byte
framing-delimiter-text-long = a delimiter has at most { $most } bytes, and this one has { $length }

unframeable-too-long = a framed message has at most { $most } bytes, and this one has { $len }
unframeable-prefix = { $len } bytes do not fit a length prefix of { $width } bytes, whose largest number is { $most }
unframeable-length = by the framing a message has exactly { $length } bytes, and this one has { $len }
rules-reply-too-long = the reply is longer than { $most } MiB
rules-reply-unencodable = the reply has '{ $character }', which can't be written in { $encoding }

# The lab file: values and keys.
lab-nowhere = lab
lab-expected = expected { $what }, found { $found }
lab-missing = is missing: expected { $what }
lab-unknown-key = unknown key: expected one of { $known }
lab-exclude = { $keys } exclude each other
lab-found-text = "{ $text }"
lab-found-value = { $value }
lab-found-date = a date or time
lab-found-array = an array
lab-found-table = a table
lab-what-table = a table
lab-what-text = a string
lab-what-boolean = true or false
lab-what-duration = a duration, for example "2s"
lab-what-number = a number
lab-what-from = a whole number from { $least }
lab-what-range = a whole number from { $least } to { $most }
lab-what-one-of = one of { $known }
lab-what-name = a name
lab-what-address = an address
lab-what-hex = hex
lab-what-path = a path
lab-what-endpoints = an array of tables: [[endpoints]]
lab-what-steps = an array of tables: [[steps]]
lab-what-snippets = an array of tables: [[snippets]]
lab-what-both-languages = the text in both languages, en and zh
lab-what-socket-path = the path of its socket
lab-what-unix-remote = a path or "@name" of a server
lab-what-remote = "host:port" or "@name" of a server
lab-what-groups = an array of groups
lab-what-group = a multicast group
lab-what-peers = an array of peers
service-suffix-text-needed = the text to append
service-template-text-needed = the text to fill in
lab-what-rules = an array of rules, for example {"[{ when = { contains = \"hi\" }, reply = \"hello\" }]"}
lab-what-when = a text, or a table with one of { $known }
lab-what-quit = an array of strings, for example ["exit", "Q"]
lab-what-paths = an array of paths, for example ["a.bin", "b.txt"]
lab-what-layouts = an array of tables: [[layout.parts]]
framing-fixed-length-needed = a number of bytes
lab-what-endpoint = the name of an endpoint
lab-what-tcp-client = the name of a tcp-client
lab-what-asked = what the server is asked for
lab-what-saved = where the file is saved
lab-what-errno = the name of an errno, for example ECONNREFUSED

# The lab file as a whole.
lab-unreadable = can't be read: { $reason }
lab-is-folder = is a folder: expected a lab file
lab-too-long = is longer than { $most } MiB: expected a lab file
lab-not-utf8 = is not UTF-8 from here on: a lab file is UTF-8 text
lab-no-memory = could not be read: there is too little memory
lab-not-toml = is not TOML: { $reason }
lab-unwritable = can't be written: { $reason }
lab-long-title = a title has at most { $most } characters
lab-long-note = a note has at most { $most } characters

# The lab file: endpoints and services.
lab-many-endpoints = a lab has at most { $most } endpoints
lab-own-remote = an endpoint can't be its own remote
lab-no-endpoint = there is no endpoint of the name "{ $name }": expected one of { $known }
lab-no-endpoints = there is no endpoint of the name "{ $name }": the lab has none
lab-not-of-kind = a { $kind } has no { $key }; it is for { $kinds }
lab-key-in-service = { $key } is already in the service
lab-linger = SO_LINGER takes whole seconds, for example "5s"
lab-many-peers = an endpoint remembers at most { $most } names
lab-peer-is-endpoint = expected an address: an endpoint of the lab has a name already
lab-service-table = expected a table with a kind, for example {"{ kind = \"echo\" }"}; kinds: { $known }
lab-framing-table = expected a table, for example { $example }
lab-needs-content = { $what } needs text or hex
framing-delimiter-text-needed = a delimiter needs text or hex
lab-snippet-needs-content = a snippet needs text or hex
lab-empty-quit = expected a message that is not empty
lab-exactly-one = expected exactly one of { $known }
lab-any-is-true = expected true: it matches every message
lab-cannot-serve = a { $kind } can't serve files; this service is for a tcp-server
lab-serves-nothing = needs what it serves: root = "a folder", or files = ["a", "b"]
lab-no-folder-path = expected the path of a folder
lab-no-file-path = expected the path of a file
lab-nul-in-path = a path can't hold a NUL
lab-no-files = expected at least one file
lab-many-files = a service has at most { $most } files; share their folder as root
lab-nameless-file = expected the path of a file, which ends in its name
lab-file-twice = there is another file of the name "{ $name }": a client names only the last part of the path
lab-no-time = expected a time above 0
lab-many-snippets = a lab has at most { $most } snippets
lab-hex-line-ending = hex has no line ending: it is for texts

# The lab file: steps.
lab-many-steps = a lab has at most { $most } steps
lab-no-action = a step needs one of { $known }
lab-two-actions = a step does one thing, and this one has { $actions }
lab-send-needs = send needs one of text, hex, file
lab-to-a-connection = a server sends to a connection: expected its number, from 1
lab-has-no-to = a { $kind } sends to the one it is connected to, and has no to
lab-no-stream-end = a { $kind } has no end of stream
lab-expect-needs = expect needs at least one of text, hex, bytes, messages, frame, eof = true, error, fault
lab-cannot-download = a { $kind } can't download; expected the name of a tcp-client
lab-no-file-name = expected the name of a file, found nothing
lab-nul-in-name = a name can't hold a NUL
lab-no-reset = a { $kind } has no connection to reset
lab-no-connections = a { $kind } has no connections

# The lab file: the layout.
lab-deep-layout = groups of panes lie in each other at most { $most } deep
lab-many-panes = a layout has at most { $most } panes and groups
lab-bad-share = expected every share to be a number above 0
lab-pane-with-parts = a pane can't have parts
lab-no-such-part = active is the number of a part, from 0
