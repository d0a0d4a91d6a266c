"""Connects to 127.0.0.1, says nothing and waits to be ended."""
import socket
import sys
import time

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=20)
time.sleep(60)
