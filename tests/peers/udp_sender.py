"""Binds a port of its own, prints that address, and sends each argument to 127.0.0.1:PORT, "exit" being the last."""
import socket
import sys

port, *messages = sys.argv[1:]
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.bind(("127.0.0.1", 0))
print(*sender.getsockname())
for message in messages:
    sender.sendto(message.encode(), ("127.0.0.1", int(port)))
    if message == "exit":
        break
sender.close()
