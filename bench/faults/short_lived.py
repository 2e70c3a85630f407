"""Processes that start, ask once over a connection of their own, and end; so many at a time.

short_lived.py PORT COUNT AT_A_TIME: prints how many had their answer.
"""
import os
import socket
import sys

port, count, at_a_time = (int(word) for word in sys.argv[1:])
REQUEST = b'GET /still HTTP/1.1\r\nHost: short\r\nConnection: close\r\n\r\n'


def ask():
    with socket.create_connection(('127.0.0.1', port)) as connection:
        connection.sendall(REQUEST)
        answer = b''
        while piece := connection.recv(4096):
            answer += piece
    return answer.startswith(b'HTTP/1.1 200 ')


answered = running = 0
for started in range(count):
    if running == at_a_time:
        answered += os.waitstatus_to_exitcode(os.wait()[1]) == 0
        running -= 1
    if os.fork() == 0:
        os._exit(0 if ask() else 1)
    running += 1
for _ in range(running):
    answered += os.waitstatus_to_exitcode(os.wait()[1]) == 0
print(answered)
