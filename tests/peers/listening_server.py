"""Only listens to one client: prints what came and that it has left. Prints its address first."""
import socket

socket.setdefaulttimeout(15)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 0))
listener.listen(1)
print(*listener.getsockname())
conn, _ = listener.accept()
came = b""
while True:
    part = conn.recv(1024)
    if not part:
        break
    came += part
print(f"{len(came)} bytes: {came.decode()}")
print("the client has left")
conn.close()
listener.close()
