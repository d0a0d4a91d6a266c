"""Serves one client after the other on 127.0.0.1 and sends back what it gets. Prints its address first."""
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("127.0.0.1", 0))
server.listen(5)
print(*server.getsockname())
while True:
    conn, _ = server.accept()
    with conn:
        while data := conn.recv(1024):
            conn.sendall(data)
