"""Sends each argument to 127.0.0.1:PORT on a connection of its own; prints whether the answer names that connection."""
import socket
import sys

port, *messages = sys.argv[1:]
for message in messages:
    with socket.create_connection(("127.0.0.1", int(port)), timeout=15) as client:
        client.send(message.encode())
        answer = b""
        while True:
            part = client.recv(1024)
            if not part:
                break
            answer += part
        expected = f"Received msg: {message} from {client.getsockname()}"
        print(message, answer.decode() == expected)
