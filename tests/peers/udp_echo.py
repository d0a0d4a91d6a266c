"""Sends every datagram back to where it came from. Prints its address first."""
import socket

room = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
room.bind(("127.0.0.1", 0))
print(*room.getsockname())
while True:
    data, peer = room.recvfrom(65535)
    room.sendto(data, peer)
