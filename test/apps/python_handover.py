"""One thread reads the requests of a connection, others make the calls and answer.

python_handover.py PORT DOWNPORT
"""
import http.client
import queue
import socket
import sys
import threading

port, down = int(sys.argv[1]), int(sys.argv[2])
jobs = queue.Queue()


def read(connection):
    pending = b''
    while True:
        piece = connection.recv(65536)
        if not piece:
            return
        pending += piece
        while b'\r\n\r\n' in pending:
            head, pending = pending.split(b'\r\n\r\n', 1)
            jobs.put((connection, head.split(b' ')[1].decode()))


def work():
    client = http.client.HTTPConnection('127.0.0.1', down, timeout=10)
    while True:
        connection, path = jobs.get()
        tag = path.split('/')[2]
        for number in (1, 2):
            client.request('GET', f'/call/{tag}/{number}')
            client.getresponse().read()
        body = f'front {tag}'.encode()
        head = b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(body)
        connection.sendall(head + body)


for _ in range(16):
    threading.Thread(target=work, daemon=True).start()
listener = socket.create_server(('127.0.0.1', port), backlog=128)
while True:
    accepted, _ = listener.accept()
    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=read, args=(accepted,), daemon=True).start()
