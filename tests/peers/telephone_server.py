"""Takes so many calls and answers in upper case until the caller hangs up. Prints its address first."""
import socket
import sys

calls = int(sys.argv[1])
socket.setdefaulttimeout(15)
phone = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
phone.bind(("127.0.0.1", 0))
phone.listen(5)
print(*phone.getsockname())
for _ in range(calls):
    line, _ = phone.accept()
    while True:
        words = line.recv(1024)
        if not words:
            break
        print("heard:", words.decode())
        line.send(words.decode().upper().encode())
    print("hung up")
    line.close()
phone.close()
