"""Connects to 127.0.0.1, sends each argument and prints what comes back for it."""
import socket
import sys

port, *messages = sys.argv[1:]
with socket.create_connection(("127.0.0.1", int(port)), timeout=20) as client:
    for message in messages:
        data = message.encode()
        client.sendall(data)
        answer = b""
        while len(answer) < len(data):
            part = client.recv(1024)
            if not part:
                break
            answer += part
        print(answer.decode())
