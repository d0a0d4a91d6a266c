"""Asks 127.0.0.1:PORT so many times for its own address; prints whether the answer is what getsockname() says."""
import socket
import sys

port, times = int(sys.argv[1]), int(sys.argv[2])
for _ in range(times):
    with socket.create_connection(("127.0.0.1", port), timeout=15) as client:
        client.sendall(b"?")
        answer = b""
        while True:
            part = client.recv(1024)
            if not part:
                break
            answer += part
        host, own_port = client.getsockname()
        print(answer.decode() == f"{host}:{own_port}")
