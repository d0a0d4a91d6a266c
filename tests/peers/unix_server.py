"""Listens at a path and serves so many clients, one after the other: each message comes back with " SB" after it until
the client leaves. Removes its file in the end; killed, it leaves it behind.

unix_server.py PATH CLIENTS
"""
import os
import socket
import sys

path, clients = sys.argv[1], int(sys.argv[2])
socket.setdefaulttimeout(15)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(path)
listener.listen(5)
print("listening at", listener.getsockname())
for number in range(1, clients + 1):
    conn, address = listener.accept()
    with conn:
        print(f"{number} comes from {address!r}")
        while True:
            data = conn.recv(1024)
            if not data:
                break
            print(f"{number}: {data.decode()}")
            conn.sendall(data + b" SB")
    print(f"{number} has left")
listener.close()
os.unlink(path)
