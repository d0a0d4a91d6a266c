"""Sends each argument to 127.0.0.1:PORT in GBK, prints each answer, and leaves."""
import socket
import sys

port, *texts = sys.argv[1:]
with socket.create_connection(("127.0.0.1", int(port)), timeout=15) as client:
    for text in texts:
        client.send(text.encode("gbk"))
        print(client.recv(1024).decode("gbk"))
