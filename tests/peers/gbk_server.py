"""Serves so many clients and takes what they send for GBK; an empty recv says that one has left. Prints its address
first."""
import socket
import sys

clients = int(sys.argv[1])
socket.setdefaulttimeout(15)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
# The tutorial binds ("", 7890): all addresses. A test stays at home.
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print(*listener.getsockname())
for number in range(1, clients + 1):
    conn, _ = listener.accept()
    while True:
        data = conn.recv(1024)
        if not data:
            print(f"{number} has left")
            break
        print(f"{number}: {data.decode('gbk')}")
        conn.send("收到".encode("gbk"))
    conn.close()
listener.close()
