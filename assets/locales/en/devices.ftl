# What rules of devices have.
when-frame = fields of the message
rules-frame-tip = Asks for fields of the message by the protocol that the framing names: function == 3 and unit != 0. Relations: == != > < >= <=.
rules-reply-hex-tip = Bytes in hex. $1 is a capture of the pattern, {"{frame.id}"} a field of the message, {"{length:2}"} how many bytes follow it, {"{checksum:crc-16/modbus}"} the checksum of what stands before it.
rules-more = more
rules-more-tip = When it acts by itself, states, several replies, and what follows a reply.
rules-on = Answers
rules-on-tip = A message, or nothing: when a connection has been made, or again and again.
rules-on-message = a message
rules-on-connect = a new connection
rules-on-every = again after
rules-on-every-tip = How much time passes between: 1s, 500ms. It is counted from the connection's beginning.
rules-from = From state
rules-from-hint = any
rules-to = to state
rules-to-hint = the same
rules-state-tip = A rule with a state is there only while the connection is in it. A connection begins in the state of the first rule that has one.
rules-other = another reply
rules-other-at = or reply { $number }
rules-other-add = Another reply to choose from
rules-then = then
rules-then-at = then, part { $number }
rules-then-add = A part that follows
rules-part-remove = remove { $what }
rules-pick = Which reply
rules-pick-next = one after another, the last stays
rules-pick-round = one after another, round and round
rules-pick-random = at random, by the seed
rules-no-field = the message has no field { $name }, which the reply copies
service-rules-seed = Seed
service-rules-seed-tip = What is chosen at random is the same with every opening. Another number gives other choices.
notice-no-frame-field = A rule could not answer a message
notice-no-frame-field-what = The reply copies { "{frame." }{ $name }{"}"} from the message, and this message has no such field.
notice-no-frame-field-do = Let the rule ask for the messages that have it, or reply without it.
lab-what-replies = an array of texts, or of tables such as {"{ hex = \"00 ff\" }"}
lab-what-then = an array of parts, each with reply or reply_hex, for example {"[{ reply = \"a\", delay = \"1s\" }]"}
lab-when-of-message = a rule that acts by itself has no when
wrong-hex-reference = the brace or "$" at character { $at } names nothing: expected for example $1 or {"{frame.id}"}
wrong-frame-test = "{ $part }" asks for no field: expected for example function == 3 and unit != 0
wrong-frame-field = the field at character { $at } has no name: expected for example {"{frame.id}"}
wrong-frame-no-preset = {"{frame."}{ $name }{"}"} is a field of a protocol, and the endpoint's framing names none: expected framing = {"{ preset = … }"}
wrong-frame-unknown = messages of { $preset } have no field { $name }: expected one of { $known }
wrong-length-field = the length at character { $at } is none: expected for example {"{length:2}"}, {"{length:4:le:all:-4}"}
wrong-many-parts = a rule has at most { $most } of them
wrong-checksum = "{ $name }" is no checksum: expected one of { $known }
wrong-checksum-option = "{ $text }" is no option of a checksum: expected le, be, hex, HEX or a range such as 1..-1
checksum-form = Written as
checksum-form-tip = The order of its bytes, as bytes or as hex digits, and over which bytes of the message it is: from the first number on, up to the second, or, where that is negative, up to that number of bytes before the checksum.
checksum-order-usual = usual order
checksum-order-big = big endian
checksum-order-little = little endian
checksum-digits = Bytes or digits
checksum-binary = bytes
checksum-hex = hex digits
checksum-hex-capital = HEX digits
checksum-from = From byte
checksum-to = Up to byte (negative: before the end)

# Clients.
opt-reconnect = connects again by itself
opt-reconnect-tip = When the connection has ended or could not be made, the client tries again. Each pause is twice as long as the one before.
opt-reconnect-delay = First pause
opt-reconnect-delay-tip = Before the first try: 1s, 500ms.
opt-reconnect-most = Longest pause
opt-reconnect-most-tip = Pauses grow no longer than this.
opt-reconnect-tries = Most tries
opt-reconnect-tries-tip = How often in a row it tries before it gives up.
opt-keep-alive = Keep alive after
opt-keep-alive-tip = Sends a message where nothing was sent for so long: 30s. It is the program's own message; SO_KEEPALIVE is the system's.
opt-keep-alive-content = Message
opt-keep-alive-content-tip = What is sent to keep the connection alive, as a message of the framing.
opt-greeting = Wait for greeting
opt-greeting-tip = Sends nothing before something has come, for at most so long: 5s. Servers of FTP, SMTP and MySQL speak first.
opt-never = never
notice-connects-again = The client connects again after { $after }
notice-connects-again-what = Its connection has ended, or could not be made, and it is set to connect again by itself. Each further pause is twice as long, up to the longest.
notice-connects-again-do = Close it to stop that, or change it in its options.
notice-no-greeting = No greeting came
notice-no-greeting-what = The client was to send nothing before the server has spoken, and within { $within } nothing came. It sends now.
notice-no-greeting-do = Perhaps this server waits for its client to speak first.
menu-devices = Examples: devices
fact-met = met
rule-times = { $times ->
    [one] { $count } time
   *[other] { $count } times
}
fact-message = Message
fact-more-messages = { $count ->
    [one] and 1 more
   *[other] and { $count } more
}
message-not-whole = not whole yet
opt-connected = connected to its destination
opt-connected-tip = connect() of a UDP socket sends nothing: the kernel notes the destination, lets in only what comes from there, and reports ICMP errors. Sends to a closed port then alternate between success and ECONNREFUSED.
opt-recverr = says what comes back
opt-recverr-tip = Linux keeps what ICMP says of datagrams that did not arrive, and they are told and shown. Off, a socket that is not connected never hears of it, as with most programs.
row-not-asked = was not asked
call-not-asked = { $from } was not asked: this socket had sent nothing there, and { $asked } was asked last. A server may answer from another port, as TFTP does; a connected socket would not have heard it.

# Whether a datagram has arrived.
delivery = Did it arrive?
delivery-ask = Ask who has UDP port { $port } now
delivery-came-back = No: call { $seq } of this socket says that it came back ({ $errno }).
delivery-to-endpoint = "{ $name }" of this lab has that address, and has not received it so far.
delivery-hears-only = It is connected to { $peer }, so the kernel lets in nothing that comes from elsewhere.
delivery-drops = The system has thrown away { $datagrams } there because the receive buffer was full: this may be one of them.
delivery-nobody = No: no socket of this machine has UDP port { $port }. Start the receiver first, and check address and port.
delivery-program = { $program } (process { $pid }) has UDP port { $port } of this machine, so its system has it. Whether the program has read it is not seen from here.
delivery-hidden = A program of this machine has UDP port { $port }, so its system has it; this user may not see which program it is.
delivery-here = Nothing of this lab has received it. It went to an address of this machine.
delivery-elsewhere = Nothing here says so. Perhaps no program has that port there, or a firewall, here, there or on the way, has thrown it away without a word. With UDP nobody sends it again.
delivery-no-icmp = No ICMP message has come back so far.
delivery-recverr = With IP_RECVERR, an option of the endpoint, you are told where an ICMP message comes back.

# expect: messages and frame.
step-messages = { $times ->
    [one] 1 message
   *[other] { $count } messages
}
step-does-expect-frame = a message with { $what }
step-other-message = the message is another: expected { $expected }, got { $got }
step-no-such-message = what came from byte { $at } on is no message of the framing
lab-no-framing = "{ $name }" cuts nothing into messages: expected a framing there
