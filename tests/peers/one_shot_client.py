"""Asks 127.0.0.1:PORT one question and prints the answer and whether the server has closed then."""
import socket
import sys

port, question = sys.argv[1:]
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.settimeout(15)
client.connect(("127.0.0.1", int(port)))
client.send(question.encode())
print("answered:", client.recv(1024).decode())
print("closed:", client.recv(1024) == b"")
client.close()
