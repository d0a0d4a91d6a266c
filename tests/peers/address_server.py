"""Tells so many clients, one after the other, the address that it sees them at, HOST:PORT. Prints its own address
first."""
import socket
import sys

clients = int(sys.argv[1])
socket.setdefaulttimeout(15)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 0))
listener.listen(5)
print(*listener.getsockname())
for _ in range(clients):
    conn, (host, port) = listener.accept()
    conn.recv(1024)
    conn.sendall(f"{host}:{port}".encode())
    conn.close()
    print(f"{host}:{port}")
listener.close()
