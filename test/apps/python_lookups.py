"""Lookups by glibc, and a server whose requests make them.

python_lookups.py look NAME...          getaddrinfo of each, then stays until it is ended
python_lookups.py plain SERVER NAME     a query from a socket that is not connected; stays, too
python_lookups.py serve PORT NAME DOWN  each request asks for NAME and calls it on port DOWN, in HTTP/1.0
"""
import http.server
import signal
import socket
import struct
import sys


def look(*names):
    for name in names:
        try:
            print(name, sorted({found[4][0] for found in socket.getaddrinfo(name, 80)}))
        except socket.gaierror as error:
            print(name, error)
    signal.pause()


def plain(server, name):
    labels = b''.join(bytes([len(label)]) + label.encode() for label in name.split('.'))
    query = struct.pack('>6H', 4711, 0x100, 1, 0, 0, 0) + labels + b'\0' + struct.pack('>2H', 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.sendto(query, (server, 53))
        print(asking.recvfrom(512)[0][-4:].hex())
    signal.pause()


def serve(port, name, down):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            tag = self.path.rsplit('/', 1)[-1]
            with socket.create_connection((name, int(down)), timeout=5) as callee:
                callee.sendall(f'GET /call/{tag}/1 HTTP/1.0\r\n\r\n'.encode())
                while callee.recv(4096):
                    pass
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    http.server.ThreadingHTTPServer(('127.0.0.1', int(port)), Handler).serve_forever()


{'look': look, 'plain': plain, 'serve': serve}[sys.argv[1]](*sys.argv[2:])
