"""Connects to a path, prints whom it reached and its own address (it has none), then asks each argument and prints the
answer.

unix_client.py PATH MESSAGE ...
"""
import socket
import sys

path, *messages = sys.argv[1:]
client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
client.settimeout(15)
client.connect(path)
print(client.getpeername(), repr(client.getsockname()))
for message in messages:
    client.sendall(message.encode())
    print(client.recv(1024).decode())
client.close()
