"""Serves two files by their names to so many clients, one request each. Prints its address first."""
import socket
import sys

clients = int(sys.argv[1])
FILES = {"poem.txt": "床前明月光".encode(), "big.bin": bytes(5000)}
socket.setdefaulttimeout(15)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print(*listener.getsockname())
for _ in range(clients):
    conn, _ = listener.accept()
    with conn:
        name = conn.recv(1024).decode()
        conn.sendall(FILES.get(name, b""))
        print(name)
listener.close()
