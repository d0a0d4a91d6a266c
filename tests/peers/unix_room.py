"""One person in a room of Unix datagram sockets: writes to the paths that it knows and answers whoever writes, until it
has heard so many messages. Prints its path first and removes it in the end.

unix_room.py PATH HOW_MANY [PATH-OF-SOMEBODY ...]
"""
import os
import socket
import sys

path, how_many, *people = sys.argv[1:]
room = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
room.settimeout(15)
room.bind(path)
print(room.getsockname())
for person in people:
    room.sendto("你好".encode(), person)
for _ in range(int(how_many)):
    data, address = room.recvfrom(1024)
    print(f"{data.decode()} from {address or 'nobody'}")
    if address and address not in people:
        room.sendto(b"re: " + data, address)
room.close()
os.unlink(path)
