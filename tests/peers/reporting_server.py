"""Tells so many clients, one after the other, what it got and from which address. Prints its address first."""
import socket
import sys

clients = int(sys.argv[1])
socket.setdefaulttimeout(15)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 0))
listener.listen(5)
print(*listener.getsockname())
for _ in range(clients):
    conn, addr = listener.accept()
    msg = conn.recv(1024).decode()
    conn.send(f"Received msg: {msg} from {addr}".encode())
    conn.close()
    print(msg, addr)
listener.close()
