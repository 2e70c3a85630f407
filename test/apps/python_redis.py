"""A thread for each connection; three commands for each request, by redis-py with a pool of connections.

python_redis.py PORT REDISPORT  answers /front/TAG after SET, GET and an LPUSH that fails
"""
import http.server
import socketserver
import sys

import redis

port, store = map(int, sys.argv[1:])
client = redis.Redis(connection_pool=redis.ConnectionPool(host='127.0.0.1', port=store, db=2))


def work(tag):
    client.set(f'{tag}:key', tag)
    if client.get(f'{tag}:key') != tag.encode():
        return 'wrong answer'
    try:
        client.lpush(f'{tag}:key', 'x')
    except redis.ResponseError:
        return f'front {tag}'
    return 'no error'


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def do_GET(self):
        body = work(self.path.split('/')[2]).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


Server(('127.0.0.1', port), Handler).serve_forever()
