"""A thread for each connection; four statements for each request, by psycopg2 with a pool of connections.

python_postgresql.py PORT POSTGRESQLPORT [CONNECTIONS]  answers /front/TAG after an INSERT, a SELECT, an
INSERT that fails and a SELECT of many rows
"""
import http.server
import queue
import socketserver
import sys

import psycopg2

port, store = map(int, sys.argv[1:3])
connections = int(sys.argv[3]) if len(sys.argv) > 3 else 8


def connect():
    connection = psycopg2.connect(host='127.0.0.1', port=store, user='shop', dbname='postgres')
    connection.autocommit = True
    return connection


pool = queue.LifoQueue()
for _ in range(connections):
    pool.put(connect())

with connect().cursor() as cursor:
    cursor.execute('CREATE TABLE orders (tag text PRIMARY KEY, number int)')


def work(tag):
    connection = pool.get()
    try:
        with connection.cursor() as cursor:
            cursor.execute('INSERT INTO orders VALUES (%s, 1)', (tag,))
            cursor.execute('SELECT tag FROM orders WHERE tag = %s AND number IN (1, 2)', (tag,))
            if cursor.fetchone() != (tag,):
                return 'wrong answer'
            try:
                cursor.execute('INSERT INTO orders VALUES (%s, 2)', (tag,))
                return 'no error'
            except psycopg2.errors.UniqueViolation:
                pass
            cursor.execute('SELECT %s, n FROM generate_series(1, 500) n', (tag,))
            return f'front {tag}' if len(cursor.fetchall()) == 500 else 'rows are missing'
    finally:
        pool.put(connection)


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
