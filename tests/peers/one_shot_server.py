"""Accepts one client, reads once, answers "stop", closes the connection and the listener. Prints its address first."""
import socket

socket.setdefaulttimeout(15)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 0))
listener.listen(1)
print(*listener.getsockname())
conn, _ = listener.accept()
print("asked:", conn.recv(1024).decode())
conn.send(b"stop")
conn.close()
listener.close()
