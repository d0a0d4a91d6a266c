### The filter field, its errors and completions, bookmarks, one connection followed.

filter-name = Filter
filter-hint = Filter: a text, or op == recv and len > 100
filter-clear = Clear the filter
filter-only = Only matching calls
filter-recent = Filters used before
filter-no-recent = No filter was used yet: Enter keeps one.
traffic-sums = { $calls } calls · sent { $sent } · received { $received } · { $time } from the first to the last
filter-nothing-before = The filter has a mistake; the one before it is still in force, and no call meets it.
filter-mark = matches the filter
filter-nothing = No call matches the filter.
filter-by = Filter by
filter-narrow-by = Narrow the filter by

filter-field-endpoint = name of the endpoint
filter-field-conn = number of the connection
filter-field-op = the call: send, recv …
filter-field-len = bytes moved
filter-field-result = what it returned
filter-field-errno = the error; alone: every call that failed
filter-field-took = how long it took, its wait included
filter-field-at = when it began, since the lab's start
filter-field-peer = address of the other end
filter-field-local = own address
filter-field-port = port of either end
filter-field-data = the bytes, exactly
filter-field-msg = the bytes as text
filter-field-offset = place of its first byte in the stream
filter-field-seq = number of the call
filter-field-lost = bytes of a datagram that were cut off
filter-field-rule = the service's rule that caused it
filter-field-note = your note on the call
filter-field-bookmark = has a bookmark
filter-field-eof = recv() = 0: the peer has ended its side
filter-field-truncated = not all bytes were kept
filter-field-abandoned = waited until its socket was closed

filter-op-equal = is
filter-op-unequal = is not
filter-op-less = is less than
filter-op-at-most = is at most
filter-op-more = is more than
filter-op-at-least = is at least
filter-op-contains = contains
filter-op-matches = matches a regular expression
filter-op-in = is one of

filter-kind-text = a text, such as client or "two words"
filter-kind-number = a whole number, such as 100
filter-kind-time = a time, such as 100ms or 1.5s
filter-kind-op = a call, such as recv
filter-kind-errno = an error, such as ECONNRESET
filter-kind-address = an address, such as 127.0.0.1:8000 or :8000
filter-kind-bytes = "text" or bytes in hex, such as 0d:0a
filter-kind-flag = nothing

filter-too-long = The filter is too long: at most { $most } characters.
filter-too-deep = Too many parentheses and "not" in one another: at most { $most }.
filter-expected-operand = Expected a field such as op, or "text" in quotes.
filter-unknown-field-like = "{ $name }" is no field: did you mean { $like }?
filter-unknown-field = "{ $name }" is no field: expected for example endpoint, op, len, data, errno.
filter-expected-operator = Expected an operator after { $field }: { $operators }
filter-single-equals = One = compares nothing: write ==
filter-flag-stands-alone = { $field } stands alone: it is so or not.
filter-unfit-operator = { $operator } does not fit { $field }: expected { $operators }
filter-expected-value = Expected { $values }.
filter-expected-regex = Expected a regular expression between slashes: /^GET/
filter-expected-set = Expected values in braces: {"{"}1, 2{"}"}
filter-bad-value = "{ $text }" does not fit: expected { $values }.
filter-unknown-op = "{ $name }" is no socket call: expected for example send, recv, accept.
filter-unknown-errno = "{ $name }" is no error of this system: expected for example ECONNRESET or EPIPE.
filter-bad-hex = This is not hex: expected pairs of digits, such as 0d 0a.
filter-empty-text = There is nothing to look for: every call would match.
filter-bad-escape = \{ $escape } is no escape: expected \n \r \t \0 \\ \" or \x41; other bytes are written hex"ff".
filter-open-string = The " that ends the text is missing.
filter-open-regex = The / that ends the expression is missing.
filter-open-set = The {"}"} that ends the values is missing.
filter-open-parenthesis = The ) to this ( is missing.
filter-bad-regex = Not a regular expression: { $reason }
filter-regex-too-big = The regular expression is too big.
filter-expected-connective = Expected and, or, or the end.

bookmark-add = Bookmark the call
bookmark-remove = Remove the bookmark
partner-mark = moved the same bytes as the selected call
bookmark-mark = bookmarked
bookmark-note = Note on the call
bookmark-note-hint = Write a note…

follow-open = Follow the connection
follow-title = { $name } · connection { $conn }
follow-nothing = Nothing was sent or received on this connection.
follow-as-text = Text
follow-as-hex = Hex
follow-both = Both directions
follow-find = Find in the connection
follow-find-hint = Find…
follow-found = { $at } of { $count }
follow-found-none = not found
follow-next = Next place
follow-previous = Previous place
follow-reading = reading… { $percent } %
follow-gone = No longer kept: the first { $sent } B sent and { $received } B received.
follow-missing = { $count } B are missing here: they were not kept.
follow-name = Bytes of the connection
follow-save = Save
follow-save-both = Both directions as text…
follow-save-sent = Bytes sent…
follow-save-received = Bytes received…
follow-save-title = Save the connection
follow-saved = Saved { $file }.
follow-not-saved = { $file } was not saved: { $reason }
follow-copy-row = Copy the row
