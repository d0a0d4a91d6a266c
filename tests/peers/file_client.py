"""Asks 127.0.0.1:PORT for each named file on a connection of its own; prints the name and how many bytes came."""
import socket
import sys

port, *names = sys.argv[1:]
for name in names:
    with socket.create_connection(("127.0.0.1", int(port)), timeout=15) as client:
        client.send(name.encode())
        contents = b""
        while True:
            part = client.recv(1024)
            if not part:
                break
            contents += part
        print(name, len(contents))
