"""Calls 127.0.0.1:PORT by connect_ex: prints the number that it returns, its name, and the answer to each argument."""
import errno
import socket
import sys

port, *words = sys.argv[1:]
phone = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
phone.settimeout(15)
status = phone.connect_ex(("127.0.0.1", int(port)))
print(status, errno.errorcode.get(status, "connected"))
if status == 0:
    for word in words:
        phone.send(word.encode())
        print(phone.recv(1024).decode())
phone.close()
