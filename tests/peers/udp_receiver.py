"""Receives datagrams until one says "exit" and prints each with its sender's port. Prints its address first."""
import socket

receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.settimeout(15)
receiver.bind(("127.0.0.1", 0))
print(*receiver.getsockname())
while True:
    data, (host, port) = receiver.recvfrom(1024)
    print(f"{data.decode()} from {host}:{port}")
    if data == b"exit":
        break
receiver.close()
