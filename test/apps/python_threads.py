"""A thread for each connection; two calls for each request, by requests with kept connections and a timeout.

python_threads.py PORT           answers /call/TAG/N after up to 15 ms
python_threads.py PORT DOWNPORT  answers /front/TAG after two calls
"""
import http.server
import random
import socketserver
import sys
import time

import requests

port = int(sys.argv[1])
down = sys.argv[2] if len(sys.argv) > 2 else None

session = requests.Session()
session.trust_env = False
session.mount('http://', requests.adapters.HTTPAdapter(pool_maxsize=64))


def work(path):
    words = path.strip('/').split('/')
    if down is None:
        time.sleep(random.random() * 0.015)
    else:
        for number in (1, 2):
            url = f'http://127.0.0.1:{down}/call/{words[1]}/{number}'
            answer = session.get(url, timeout=10)
            if answer.text != f'call {words[1]} {number}':
                return 'wrong answer'
    return ' '.join(words)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def do_GET(self):
        body = work(self.path).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'text/plain')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


Server(('127.0.0.1', port), Handler).serve_forever()
