"""Shows so many browsers the same page, whatever they ask for, and prints the first line of what they ask. Prints its
address first."""
import socket
import sys

requests = int(sys.argv[1])
socket.setdefaulttimeout(15)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print(*listener.getsockname())
for _ in range(requests):
    conn, _ = listener.accept()
    request = conn.recv(8192).decode()
    print(request.splitlines()[0])
    conn.send("HTTP/1.1 200 OK\r\nServer: tutorial\r\n\r\n<h1>你好，浏览器</h1>".encode())
    conn.close()
listener.close()
