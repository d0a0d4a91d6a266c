"""Connects to 127.0.0.1:PORT, sends one text and closes, without waiting for anything."""
import socket
import sys

port, text = sys.argv[1:]
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.settimeout(15)
client.connect(("127.0.0.1", int(port)))
print("sent", client.send(text.encode()))
client.close()
