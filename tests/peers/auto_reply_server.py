"""Serves so many clients, one after the other: each message comes back with " SB" after it until "exit". Prints its
address first."""
import socket
import sys

clients = int(sys.argv[1])
socket.setdefaulttimeout(15)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 0))
listener.listen(5)
print(*listener.getsockname())
for number in range(1, clients + 1):
    conn, _ = listener.accept()
    with conn:
        while True:
            data = conn.recv(1024)
            if data in (b"", b"exit"):
                break
            print(f"{number}: {data.decode()}")
            conn.sendall(data + b" SB")
    print(f"{number} has left")
listener.close()
