# When and for whom a fault acts, as the window lets it be edited.

rack-when = When: { $summary }
rack-when-of = When { $name } acts: { $summary }
rack-when-tip = From when until when it acts, on which pieces, for which connections
rack-always = always
rack-nth = only { $numbers }
rack-size-least = at least
rack-spread = Spread
rack-spread-uniform = spread evenly
rack-spread-uniform-tip = Each delay within the jitter is as likely as any other.
rack-spread-normal = mostly in the middle
rack-spread-normal-tip = A normal distribution: the jitter is its standard deviation.

mark-at-once = at once
mark-start = the start
mark-end = the end
mark-time = time
mark-time-tip = Since the connection began, or since the fault was switched on if that was later
mark-bytes = bytes
mark-bytes-tip = When this many bytes have come this way on a connection
mark-calls = calls
mark-calls-tip = When this many pieces have come: what one recv of the relay gave, or a datagram. Connections, where connections are what is harmed.

when-from = from
when-until = until
when-nth = only number
when-nth-tip = Exactly these, counted from 1: pieces or datagrams of each direction of each connection, or connections where they are what is harmed. Empty: all
when-nth-wrong = Numbers from 1, such as 3, 5
when-share = of the connections
when-share-tip = This part of all connections is harmed; which ones follows from the seed.
when-first = first connections
when-first-all = all
when-first-tip = Only the first connections, up to this number. 0: all
when-client = client
when-client-any = any
when-client-tip = Only connections from this IP address. Empty: from any
when-client-wrong = An IP address, such as 127.0.0.1
when-name = name
when-name-tip = What the ledger, the filter and the steps of the lab call it
