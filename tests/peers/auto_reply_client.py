"""Connects to 127.0.0.1:PORT, prints its own address, then asks each argument and prints the answer, until "exit"."""
import socket
import sys

port, *messages = sys.argv[1:]
client = socket.create_connection(("127.0.0.1", int(port)), timeout=15)
print(*client.getsockname())
for message in messages:
    client.sendall(message.encode())
    if message == "exit":
        break
    print(client.recv(1024).decode())
client.close()
