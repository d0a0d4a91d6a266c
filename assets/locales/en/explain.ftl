# What errors and calls mean, and what to do about them.

explain-bytes = { $count ->
    [one] { $shown } byte
   *[other] { $shown } bytes
 }
explain-datagrams = { $count ->
    [one] { $shown } datagram
   *[other] { $shown } datagrams
 }
explain-seconds = { $number } s
explain-milliseconds = { $number } ms
explain-microseconds = { $number } µs
explain-system-says = The system says: { $words }.
explain-where = { $what } ({ $errno }, { $call })
explain-one-line = { $title }. { $meaning } { $advice }
explain-one-line-at = { $endpoint }: { $title }. { $meaning } { $advice }

## errno: what it says, what it means for a call, what to do

errno-eaddrinuse-short = Address already in use
errno-eaddrinuse-port = Port { $port } is already in use
errno-eaddrinuse-bind = Another socket has this address and port, or had it a moment ago and the system still holds it back (TIME_WAIT).
errno-eaddrinuse-bind-do = Close the other program or endpoint, choose another port, or use port 0 for any free one.
errno-eaddrinuse-connect = From this local address and port there is, or was until a moment ago, a connection to that same server, or every local port is taken.
errno-eaddrinuse-connect-do = Let the system choose the local port (port 0), or wait a minute and try again.

errno-eacces-short = Permission denied
errno-eacces-bind = Ports below 1024 are privileged: on this system an ordinary user may not take them.
errno-eacces-bind-do = Choose a port from 1024 on, or use port 0 for any free one.
errno-eacces-send = The destination is a broadcast address and the socket has no permission to broadcast, or a firewall forbids it.
errno-eacces-send-do = Turn on the option SO_BROADCAST and open the endpoint again.
errno-eacces-other = The system does not allow this program to do that.
errno-eacces-other-do = Look at the rights of the user, at the firewall and at the sandbox that the program may run in.

errno-eperm-short = Operation not permitted
errno-eperm = The system forbids it: most often a firewall rule on this machine rejects the packet.
errno-eperm-do = Look at the firewall of this machine and at the rights of the user.

errno-eaddrnotavail-short = Address not available
errno-eaddrnotavail-bind = This machine has no such address. A socket can only be bound to an address of its own machine.
errno-eaddrnotavail-bind-do = Use 127.0.0.1, one of the addresses listed on the left of the window, or 0.0.0.0 for all of them.
errno-eaddrnotavail-connect = There is no local address or no free local port from which that destination could be reached.
errno-eaddrnotavail-connect-do = Check the destination and the local address of the endpoint; close connections that are no longer needed.

errno-econnrefused-short = Connection refused
errno-econnrefused-connect = The machine was reached, but no program listens on that port (it answered with a reset).
errno-econnrefused-connect-do = Start the server first, and check the address and the port.
errno-econnrefused-datagram = An earlier datagram came back as undeliverable (ICMP port unreachable): no socket has that port. UDP itself has no connection; the system reports it with the next call.
errno-econnrefused-datagram-do = Start the receiver first, and check the address and the port. The socket goes on working.

errno-econnreset-short = Connection reset by the peer
errno-econnreset = The peer broke the connection off: its program crashed, it closed with bytes still unread, or it closed with SO_LINGER 0. What was on the way is lost; what had arrived before can still be read on Linux and is thrown away on Windows.
errno-econnreset-do = Connect again. If it happens each time, look at what the other program does with the last bytes.

errno-epipe-short = Broken pipe
errno-epipe = The connection can no longer send: this side has ended it with shutdown, or the peer has closed it.
errno-epipe-do = Connect again to send more.

errno-emsgsize-short = Message too long
errno-emsgsize = One datagram can't hold that much: a UDP datagram has at most 65,507 bytes of data over IPv4 and 65,527 over IPv6.
errno-emsgsize-do = Send it in several datagrams, best of at most 1,472 bytes each (over Ethernet these are not taken apart), or use TCP.
errno-emsgsize-unix = One datagram can't hold that much: on a Unix socket it must fit in the sender's send buffer (SO_SNDBUF), on Linux with 32 bytes to spare.
errno-emsgsize-unix-do = Send it in several datagrams, make the send buffer larger, or use a Unix stream.

errno-emfile-short = Too many open files
errno-emfile-accept = This program has as many sockets and files open as it may; the next connection can't be accepted.
errno-emfile-accept-do = Close connections that are no longer needed, or raise the limit (ulimit -n) before the program is started.
errno-emfile-other = This program has as many sockets and files open as it may.
errno-emfile-other-do = Close endpoints that are no longer needed, or raise the limit (ulimit -n) before the program is started.

errno-enfile-short = Too many open files in the system
errno-enfile = All programs of this machine together have as many sockets and files open as the system allows.
errno-enfile-do = Close other programs, or raise the system's limit (fs.file-max).

errno-eafnosupport-short = Address family not supported
errno-eafnosupport-socket = This machine has no IPv6 (or not this address family): it is turned off or not installed.
errno-eafnosupport-socket-do = Use an IPv4 address such as 127.0.0.1, or turn on IPv6 in the system's settings.
errno-eafnosupport-other = The address is of another family (IPv4 or IPv6) than the socket.
errno-eafnosupport-other-do = Use addresses of one family for both ends.

errno-enetunreach-short = Network unreachable
errno-enetunreach = This machine has no route to the network of that address: no cable or Wi-Fi, no gateway, or no IPv6.
errno-enetunreach-do = Check the network connection and the address.

errno-ehostunreach-short = Host unreachable
errno-ehostunreach = The network was reached, but not the machine: nobody has that address, it is turned off, or a firewall on the way says no.
errno-ehostunreach-do = Check the address, that the machine is on and in the same network, and the firewalls between.

errno-ehostdown-short = Host is down
errno-ehostdown = The machine with that address does not answer in the local network.
errno-ehostdown-do = Check the address and that the machine is on.

errno-enetdown-short = Network is down
errno-enetdown = The network interface is turned off.
errno-enetdown-do = Turn the network on and try again.

errno-etimedout-short = Timed out
errno-etimedout-connect = The other end never answered, although the system asked again and again for more than a minute (Linux: after 1, 2, 3, 4, 5, 7, 11 s and so on). Either a server is there whose queue is full because it does not call accept, or no machine has that address, it is turned off, or a firewall throws the packets away without a word.
errno-etimedout-connect-do = On this machine, look at the server: does it accept, and how long is its backlog? Otherwise check the address and the port, that the machine is on, and the firewalls between.
errno-etimedout-other = The peer has stopped answering, and the system has given the connection up. Most often the network or the other machine has failed.
errno-etimedout-other-do = Check the network, then connect again.

errno-einval-short = Invalid argument
errno-einval-bind = The socket is bound already, or the address does not fit this kind of socket.
errno-einval-bind-do = Close the endpoint, check its address and open it again.
errno-einval-setsockopt = The system does not take this value for this option.
errno-einval-setsockopt-do = Choose another value, or leave the option as the system sets it.
errno-einval-other = The system does not take this call with these arguments, or not in the state that the socket is in.
errno-einval-other-do = Check the address and the options of the endpoint, then open it again.

errno-enotconn-short = Not connected
errno-enotconn = The socket has no peer: it was never connected, or the connection has ended already.
errno-enotconn-do = Connect first.

errno-eisconn-short = Already connected
errno-eisconn = The socket has a peer already; one socket makes one connection.
errno-eisconn-do = Close the endpoint and open it again to connect to somebody else.

errno-edestaddrreq-short = Destination address required
errno-edestaddrreq = The socket is not connected and no destination was given.
errno-edestaddrreq-do = Name a destination (host:port), or give the endpoint a remote address.

errno-enobufs-short = No buffer space
errno-enobufs = The system has no memory left for the network's queues, or the interface's queue is full.
errno-enobufs-do = Send more slowly, or try again in a moment.

errno-enomem-short = Out of memory
errno-enomem = The system has no memory left for this socket.
errno-enomem-do = Close other programs or connections that are no longer needed.

errno-eagain-short = Would block, try again
errno-eagain = The call would have had to wait, and the socket is set not to. On connect: every local port is taken.
errno-eagain-do = Try again in a moment.

errno-einprogress-short = Under way
errno-einprogress = The connection is being made; its result comes later.
errno-einprogress-do = Wait for the result.

errno-ealready-short = Already under way
errno-ealready = An earlier connect on this socket has not finished yet.
errno-ealready-do = Wait for its result.

errno-enoprotoopt-short = No such option
errno-enoprotoopt = This system or this kind of socket does not know the option.
errno-enoprotoopt-do = Leave the option as the system sets it.

errno-eopnotsupp-short = Operation not supported
errno-eopnotsupp = This kind of socket can't do that; only stream sockets listen and accept, for example.
errno-eopnotsupp-do = Choose another kind of endpoint.

errno-eprotonosupport-short = Protocol not supported
errno-eprotonosupport = This system does not have this protocol.
errno-eprotonosupport-do = Choose another kind of endpoint.

errno-ebadf-short = Bad file descriptor
errno-ebadf = The socket is closed: there is nothing left to call.
errno-ebadf-do = Open the endpoint first.

errno-enotsock-short = Not a socket
errno-enotsock = The descriptor belongs to something that is not a socket.
errno-enotsock-do = Close the endpoint and open it again.

errno-econnaborted-short = Connection aborted
errno-econnaborted = The connection broke off before it could be used: the client gave up while it waited to be accepted, or the system of this machine ended it. Linux does not say so here: accept returns such a connection, and its first recv says ECONNRESET.
errno-econnaborted-do = The server goes on; let the client connect again.

errno-eshutdown-short = Already shut down
errno-eshutdown = This side has ended sending with shutdown; nothing more can go out.
errno-eshutdown-do = Connect again to send more.

errno-enetreset-short = Connection dropped by the network
errno-enetreset = Keep-alive found that the connection no longer works.
errno-enetreset-do = Check the network, then connect again.

errno-eintr-short = Interrupted
errno-eintr = A signal interrupted the call before it had done anything.
errno-eintr-do = Try again.

errno-enodev-short = No such device
errno-enodev = The network interface that the address names (the part after %) does not exist.
errno-enodev-do = Check the name of the interface.
errno-group-eaddrinuse-short = Already a member
errno-group-eaddrinuse = The socket has joined this group on this interface before; once is enough.
errno-group-eaddrinuse-do = Nothing is left to do, or leave the group first.
errno-group-eaddrnotavail-short = Not a member
errno-group-eaddrnotavail = The socket is not in this group on this interface, so it can't leave it; or (when joining) this machine has no interface with that address.
errno-group-eaddrnotavail-do = Check the group and the interface.
errno-group-einval-short = Not a multicast group
errno-group-einval = The system does not take this address as a multicast group, or not together with this interface.
errno-group-einval-do = Choose a group from 224.0.0.0 to 239.255.255.255 (239.x.x.x is for private use), or for IPv6 one that begins with ff, such as ff02::1234; IPv6 names the interface by its name or number.
errno-group-enodev-short = No such interface
errno-group-enodev = This machine has no interface with that address or number (any more), or none was named and no route says which one to take.
errno-group-enodev-do = Name an interface that is there: its own address or its name for IPv4, its name or number for IPv6; 127.0.0.1 or lo for this machine alone.
errno-group-enobufs-short = Too many groups
errno-group-enobufs = The socket is in as many groups as the system allows one socket (on Linux net.ipv4.igmp_max_memberships, mostly 20).
errno-group-enobufs-do = Leave a group first, or use a second UDP endpoint.
errno-group-enoprotoopt-short = Not for this socket
errno-group-enoprotoopt = Only UDP sockets join groups, and an IPv4 socket only groups of IPv4.
errno-group-enoprotoopt-do = Use a UDP endpoint; for an IPv6 group bind it to an IPv6 address such as [::]:5000.

errno-eio-short = Input/output error
errno-eio = The system reports a failure without saying which.
errno-eio-do = Try again; if it stays, look at the system's log.

errno-eproto-short = Protocol error
errno-eproto = The other end broke the rules of the protocol.
errno-eproto-do = Connect again.

errno-unknown-do = Look the name up in the manual page of { $op } (section 2).

## Notices

notice-not-sent = { $meaning } { $unsent } did not go out.
notice-unsent = { $bytes } could not be sent
notice-unsent-to = { $bytes } for { $peer } could not be sent
notice-unsent-what = The connection ended while they still waited: the peer did not read fast enough, or the connection broke.
notice-unsent-do = Send them again on a new connection if they are needed. Everything that did go out is in the trace.
notice-unresolved = No address was found for the name "{ $host }" ({ $errno }, getaddrinfo)
notice-unresolved-failed = The name service does not know this name. The system says: { $words }.
notice-unresolved-failed-do = Check the spelling and the network connection, or give the IP address itself, for example 127.0.0.1.
notice-unresolved-family = The name has addresses, but none of the family (IPv4 or IPv6) that this socket needs.
notice-unresolved-family-do = Give the local address in the other family, or leave it out.
notice-unresolved-timeout = The name service did not answer in time.
notice-unresolved-timeout-do = Check the network connection and the DNS server, or give the IP address itself.
notice-not-joined = { $group } was not joined: { $what } ({ $errno }, setsockopt { $call })
notice-not-left = { $group } was not left: { $what } ({ $errno }, setsockopt { $call })
notice-no-interface = There is no network interface “{ $name }” (ENODEV, if_nametoindex)
notice-no-interface-what = This machine has no interface of that name now: it is misspelled, or the interface has disappeared.
notice-no-interface-do = Look the name up (ip link, ifconfig, ipconfig), or name the interface by its own IPv4 address.
notice-accept-paused = { $local } can't accept connections for the moment ({ $errno }, accept)
notice-accept-paused-what = { $meaning } Clients that connect now wait in the system's queue; the server tries again by itself.
notice-accept-resumed = { $local } accepts connections again
notice-accept-resumed-what = The clients that were waiting are being accepted now.
notice-accept-limit = { $limit ->
    [one] One connection was accepted: the server has stopped listening
   *[other] { $limit } connections were accepted: the server has stopped listening
 }
notice-accept-limit-what = This is the accept limit of the endpoint. The connections that it has go on; new clients are refused.
notice-accept-limit-do = Close the endpoint and open it again to accept more.
notice-localhost = localhost is { $taken } and { $other } here; { $taken } was taken
notice-localhost-what = These are two places: a socket at one of them is not found at the other. Where both are possible, IPv4 is taken, which most programs mean by localhost.
notice-localhost-only = localhost is only { $taken } here
notice-localhost-only-what = A program that uses 127.0.0.1 is in another place and is not reached.
notice-localhost-do = To choose yourself, write 127.0.0.1 or ::1 instead of the name.
notice-datagram-cut = A datagram was cut off: { $kept } kept, { $lost } lost
notice-datagram-cut-from = A datagram from { $peer } was cut off: { $kept } kept, { $lost } lost
notice-datagram-cut-what = The datagram was longer than the buffer that recvfrom was given. Other than with TCP, what does not fit is gone.
notice-datagram-cut-do = Raise recv_size of the endpoint to the longest datagram that may come (65,535 always suffices).
notice-came-back = A datagram to { $to } came back: { $short } ({ $errno })
notice-came-back-refused = { $by } says so by ICMP (port unreachable): no socket has that port there.
notice-came-back-what = { $by } says so by ICMP. { $meaning }
notice-came-back-do = { $advice } Further ones to the same address are in the traffic and are not reported.
notice-kernel-drops = The system threw away { $datagrams }
notice-kernel-drops-what = They came faster than they were read, and the socket's receive buffer was full. With UDP nobody sends them again. The buffer counts more than the bytes: of datagrams of 1 to 100 bytes Linux's default of 212,992 holds 256.
notice-kernel-drops-do = Raise SO_RCVBUF of the endpoint, or let the sender go more slowly.
notice-reply-not-encodable = A reply was not sent: '{ $character }' can't be written in { $encoding }
notice-reply-not-encodable-what = The text that the service made has a character that the endpoint's encoding does not have. Nothing is replaced in silence.
notice-reply-not-encodable-do = Choose an encoding that has it, for example UTF-8, on both ends.
notice-no-endpoint = The endpoint is not open (EBADF)
notice-no-endpoint-what = It has no socket now, so nothing can be sent or closed on it. What you typed is still there.
notice-no-endpoint-do = Open it first.
notice-no-connection = There is no such connection (ENOTCONN)
notice-no-connection-what = The connection has ended, or the server has no client yet. What you typed is still there.
notice-no-connection-do = Wait for a client, or connect again.
notice-no-destination = No destination was given (EDESTADDRREQ, sendto)
notice-no-destination-what = The UDP socket has no usual destination, and every datagram needs one.
notice-no-destination-do = Name one (host:port), or set the remote address of the endpoint.
notice-peer-not-open = "{ $name }" is not open
notice-peer-not-open-what = The address @{ $name } stands for that endpoint's actual address, which it has only while it is open.
notice-peer-not-open-do = Open "{ $name }" first.
notice-queue-full = The bytes were not taken: { $queued } wait already (ENOBUFS)
notice-queue-full-to = The bytes were not taken: { $queued } for { $peer } wait already (ENOBUFS)
notice-queue-full-what = The peer does not read, so its receive buffer, the system's send buffer and the queue in this program are full.
notice-queue-full-do = Let the peer read, or close the connection. What you typed is still there.
notice-bad-service = The service can't be used as it is set
notice-bad-service-what = Its settings say: { $reason }.
notice-bad-service-do = Change the service or the encoding of the endpoint, then open it again.
notice-opening-cancelled = The opening was given up (ECANCELED)
notice-opening-cancelled-what = The endpoint was closed before it was open.
notice-opening-cancelled-do = Open it again when it is needed.
notice-busy = The order was not taken: too many are waiting already (ENOBUFS)
notice-busy-what = The endpoint gets orders faster than it can carry them out. What you typed is still there.
notice-busy-do = Try again in a moment.

## Calls in words

call-who = “{ $endpoint }”
call-who-conn = “{ $endpoint }” (connection { $conn })
call-socket-stream = { $who } asked the system for a new stream socket over { $family }. The program knows it by the file descriptor { $fd }. It has no address and no peer yet.
call-socket-datagram = { $who } asked the system for a new datagram socket over { $family }. The program knows it by the file descriptor { $fd }. It has no address yet.
call-option-granted = Asked { $asked }, granted { $granted } (getsockopt): the system has a smallest and a largest size, and Linux doubles what is asked, for its own bookkeeping.
call-option-set = { $who } set { $option } to { $value }. { $meaning }
call-option-on = on
call-option-off = off
call-came-back = { $who } read its error queue (recvmsg with MSG_ERRQUEUE): a datagram to { $peer } came back. { $by } says by ICMP: { $short } ({ $errno }). Without IP_RECVERR nobody would have heard of it, or, on a connected socket, the next call would have failed in its place.
call-option-recverr = With it, what ICMP says of datagrams that did not arrive is kept in the socket's error queue. Who turns it on must read the queue before each call: else the next call fails with the error and sends nothing.
call-option-reuseaddr = With it, the address can be bound again at once after a server has ended, while old connections are still in TIME_WAIT.
call-option-keepalive = With it, the system asks an idle peer from time to time whether it is still there.
call-option-linger = It says what close does with bytes that are still to be sent: with 0 seconds they are discarded and the peer gets a reset.
call-option-broadcast = Without it, datagrams to a broadcast address fail with EACCES.
call-option-recvbuffer = It is the size of the receive buffer: what arrives waits there until recv fetches it. Linux doubles the value for its own bookkeeping.
call-option-sendbuffer = It is the size of the send buffer: what send takes waits there until the peer has confirmed it. Linux doubles the value for its own bookkeeping.
call-option-nodelay = With it, small pieces go out at once instead of waiting to be sent together (Nagle's algorithm).
call-option-v6only = With it, an IPv6 socket takes no IPv4 clients.
call-option-join = From now on the socket receives what is sent to this multicast group, on this interface and on the port that it is bound to.
call-option-leave = From now on the socket receives no more of what is sent to this multicast group. On Linux a socket that is bound to all addresses goes on receiving it while any other socket of this machine is in the group (IP_MULTICAST_ALL).
call-option-multicast-ttl = It says how far datagrams to a group go: 0 stays on this machine, 1 in the local network, more cross as many routers less one.
call-option-multicast-loop = With it, sockets of this machine that are in the group hear what this machine sends to it.
call-option-multicast-interface = Datagrams to a group leave through this interface.
call-bind = { $who } took the address { $local }. What is sent there now comes to this socket.
call-bind-any-port = { $who } asked for any free port on { $host }: the system chose { $port }.
call-bind-all = That is on every address of this machine, so other machines can reach it too.
call-listen = { $who } now waits for clients. The backlog is { $backlog }: that is how many connections that are made, but not yet accepted, may stand in its queue. Linux lets one more in.
call-accept = { $who } fetched a client from its queue: { $peer }. The connection has a socket of its own; the listening socket goes on listening.
call-accept-waited = { $who } waited { $time } for a client; then { $peer } came. The connection has a socket of its own; the listening socket goes on listening.
call-connect = { $who } connected to { $peer } in { $time }. Its own end is { $local }.
call-connect-itself = { $who } connected to { $peer }, which is its own address: TCP lets a socket connect to itself where both ends choose the same port (simultaneous open). What it sends comes back to it, and no server is there.
call-kept-back = Most likely call { $second } was kept back by Nagle's algorithm: call { $first } before it was not acknowledged yet, and with nothing to answer, the other side put its ACK off (on Linux for 40 ms). TCP_NODELAY sends at once.
call-connect-datagram = { $who } chose { $peer } as its only peer. With UDP nothing is sent for that; the system only remembers the address.
call-send = { $who } gave { $len } to the system, which took them all. That means they are in the send buffer, not that the peer has read them.
call-send-waited = { $who } gave { $len } to the system and waited { $time } until there was room for them in the send buffer. That does not mean that the peer has read them.
call-send-partial = { $who } gave { $len } to the system, which took only { $taken }: there was no more room in the send buffer. The rest must be sent again.
call-sendto = { $who } sent a datagram of { $len } to { $to }. The call itself does not say whether it arrives.
call-sendfile = { $who } told the system to send up to { $len } straight from the file; it took { $taken }. The bytes do not pass through the program.
call-recv = { $who } asked for up to { $max }. Some were there already, and it got { $got }.
call-recv-waited = { $who } asked for up to { $max } and waited { $time } until some came. It got { $got }.
call-recv-bytes = recv returns bytes, not messages: one send may arrive in several parts, or several together.
call-recv-full = That is all that was asked for, so more may be waiting for the next recv.
call-recv-eof = { $who } got 0 bytes: the peer has ended its side, and no more bytes will come.
call-recv-eof-waited = { $who } waited { $time } and got 0 bytes: the peer has ended its side, and no more bytes will come.
call-recv-zero = { $who } asked for 0 bytes and got 0: this says nothing about the peer.
call-abandoned-accept = { $call } waited { $time }; nobody came; closed
call-abandoned-connect = { $call } waited { $time }; no answer came; closed
call-abandoned-receive = { $call } waited { $time }; nothing came; closed
call-abandoned-send = { $call } waited { $time }; there was no room; closed
call-gave-up-accept = { $who } called { $call } and waited { $time } for a client; none came.
call-gave-up-connect = { $who } called { $call } and waited { $time } for an answer; none came.
call-gave-up-receive = { $who } called { $call } and waited { $time }; nothing came.
call-gave-up-send = { $who } called { $call } and waited { $time } for room in the send buffer; there was none.
call-gave-up = Then its socket was closed, so the call has no result.
call-recv-own-end = { $who } got 0 bytes because it has shut down reading itself. This says nothing about the peer, which may go on sending.
call-recvfrom = { $who } fetched a datagram of { $got } from { $peer }.
call-recvfrom-waited = { $who } waited { $time } for a datagram; one of { $got } came from { $peer }.
call-recvfrom-message = One recvfrom gives one datagram, whole.
call-recvfrom-cut = { $lost } more did not fit into recvfrom({ $max }) and are lost.
call-shutdown-write = { $who } ended its own side. When the peer has read everything, its recv gives 0. The other direction goes on.
call-shutdown-read = { $who } has said that it will not read any more: recv gives 0 from now on when nothing is there. The peer is not told. On Linux, TCP still takes what comes, and a later recv returns it; a Unix peer that sends gets EPIPE; other systems discard it.
call-shutdown-both = { $who } ended both directions. The socket itself stays until close.
call-close-conn = { $who } gave the connection's socket back. If it was the last to use it, the system sends what is left and then tells the peer that no more will come.
call-close-unread = But { $unread } had come and nobody had read them: for these the peer gets a reset (ECONNRESET) in place of an orderly end.
call-close = { $who } gave its socket back. The address is free for others, and nobody reaches it there any more.
call-failed = { $who } called { $call }. It failed: { $short } ({ $errno }). { $meaning } { $advice }
call-failed-waited = { $who } called { $call } and waited { $time }. It failed: { $short } ({ $errno }). { $meaning } { $advice }

notice-port-of-endpoint = The endpoint "{ $name }" of this lab has the port.
notice-port-of-program = The program { $program } (process { $pid }) has the port.
notice-path-stale = { $path } is left over from a socket that is gone (EADDRINUSE, bind)
notice-path-stale-what = A Unix socket's file stays when its program ends without removing it, and bind() makes no socket over it.
notice-path-stale-do = Remove the file and open again, or choose another path.
notice-path-live = Another socket is bound to { $path } (EADDRINUSE, bind)
notice-path-live-what = A program answers there: two sockets can't have one path.
notice-path-live-do = Close that program's socket, or choose another path.
notice-path-other = { $path } is there and is no socket (EADDRINUSE, bind)
notice-path-other-what = bind() makes the socket's file itself and never replaces what is there.
notice-path-other-do = Choose another path. Socket Lab never deletes such a file.

notice-reply-too-long = A reply is longer than { $limit } and was not sent
notice-reply-too-long-what = The rule or template made more of the message than a message may be.
notice-reply-too-long-do = Use fewer placeholders in the reply.
notice-no-rule = A message met no rule and is not answered
notice-no-rule-what = None of this endpoint's rules is for what came. The message is in the traffic; further ones like it are not reported.
notice-no-rule-do = Try the message with the rules, or add a last rule for every message. Without framing a message is what one recv() gave, which may be part of one or several.
notice-reply-not-frameable = A reply does not fit the framing and was not sent
notice-reply-not-frameable-what = { $reason }
notice-reply-not-frameable-do = Choose a framing that can carry the reply: a wider length prefix, another length.
notice-framing-lost = What comes on this connection can no longer be cut into messages
notice-framing-too-long = At byte { $at } begins a message of more than { $limit }.
notice-framing-lying = The length prefix at byte { $at } announces { $announced }; at most { $limit } is taken.
notice-framing-missing = Bytes before byte { $at } are missing, so where a message begins is not known.
notice-framing-lost-do = Check whether both ends use the same framing and byte order. The bytes are still shown; they are not answered.
notice-urgent-byte = The peer has sent an urgent byte (TCP's out-of-band data)
notice-urgent-byte-what = It stands after byte { $at } of what was received and is not in the stream: recv stops before it and goes on behind it. Its value is not shown.
notice-urgent-byte-do = Nothing has to be done. A program that wants it calls recv with MSG_OOB; few do (RFC 6093 advises against it).
notice-held-open = The peer has ended its side, and this side stays open
notice-held-open-by = { $peer } has ended its side, and this side stays open
notice-held-open-what = recv() gave 0: nothing more will come. A manual server closes only when you do, and a peer that waits for that waits as long (a print queue on port 9100 for a minute and a half).
notice-held-open-do = Close the connection, or let the end of the peer close it: "When the peer ends" in the settings of the server.
notice-message-cut-off = The peer ended in the middle of a message: { $bytes } of it had come
notice-message-cut-off-what = Its end (line end, delimiter or the announced length) was not there yet, so it was not answered.
notice-message-cut-off-do = Check whether the peer sends the end of its last message, and whether both ends use the same framing.
notice-replies-capped = The service has answered { $count } times within a second and rests until the second is over
notice-replies-capped-what = Two programs that answer each other would go on for ever at full speed. The cap keeps it visible and stoppable.
notice-replies-capped-do = Close one of the two endpoints, or give one of them the service "manual".
