"""Chats with 127.0.0.1:PORT: says an argument, hears the answer, and so on; Q ends it."""
import socket
import sys

port, *lines = sys.argv[1:]
client = socket.create_connection(("127.0.0.1", int(port)), timeout=15)
for line in lines:
    client.send(line.encode("utf-8"))
    if line == "Q":
        break
    print("heard:", client.recv(1024).decode("utf-8"))
print("the server has closed:", client.recv(1024) == b"")
client.close()
