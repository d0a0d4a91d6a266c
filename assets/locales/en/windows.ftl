# What errors mean on Windows, where that differs from other systems.

windows-eacces-bind = On Windows this port belongs to another program that took it for itself alone (SO_EXCLUSIVEADDRUSE), or lies in a range that the system keeps for itself (netsh interface ipv4 show excludedportrange protocol=tcp).
windows-eacces-bind-do = Choose another port, or use port 0 for any free one.
windows-eafnosupport = This Windows lacks the address family: Unix sockets need Windows 10 version 1803 or later, and there only as streams; IPv6 may be turned off.
windows-eafnosupport-do = Use an IPv4 address such as 127.0.0.1.
windows-econnreset-datagram-short = No one listens there
windows-econnreset-datagram = An earlier datagram of this socket reached a port on which no program listens. Windows reports the answer (ICMP port unreachable) as a reset at the next call; the socket itself is unharmed.
windows-econnreset-datagram-do = Open the other socket, or check the port; then send again.
windows-econnrefused-connect = No program listens at this address. On Windows a server at [::] takes IPv6 alone, unless v6_only is switched off; and a listener whose queue is full refuses too.
windows-econnrefused-connect-do = Start the server first, check address and port, and use [::1] for a server at [::].
windows-ebusy-short = In use by another program
windows-ebusy = Another program has the file open and does not share it.
windows-ebusy-do = Close the file in the other program, then try again.
windows-unknown-do = Look number { $number } up in Microsoft's list of system error codes.
