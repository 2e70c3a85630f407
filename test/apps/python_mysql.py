"""A thread for each connection; four queries for each request, by PyMySQL with a pool that connects when it must.

python_mysql.py PORT MYSQLPORT  answers /front/TAG after an INSERT, a SELECT, an INSERT that fails and a
SELECT of many rows
"""
import http.server
import queue
import socketserver
import sys

import pymysql

CONNECTIONS = 8

port, store = map(int, sys.argv[1:3])


def connect():
    where = {'host': '127.0.0.1', 'port': store}
    return pymysql.connect(**where, user='shop', database='shop', autocommit=True)


with connect().cursor() as cursor:
    cursor.execute('CREATE TABLE orders (tag varchar(20) PRIMARY KEY, number int)')
    cursor.execute('CREATE TABLE numbers (n int PRIMARY KEY)')
    cursor.execute('INSERT INTO numbers VALUES ' + ', '.join(f'({n})' for n in range(500)))

pool = queue.LifoQueue()
for _ in range(CONNECTIONS):
    pool.put(None)


def work(tag):
    connection = pool.get() or connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute('INSERT INTO orders VALUES (%s, 1)', (tag,))
            cursor.execute('SELECT tag FROM orders WHERE tag = %s AND number IN (1, 2)', (tag,))
            if cursor.fetchone() != (tag,):
                return 'wrong answer'
            try:
                cursor.execute('INSERT INTO orders VALUES (%s, 2)', (tag,))
                return 'no error'
            except pymysql.err.IntegrityError:
                pass
            cursor.execute('SELECT %s, n FROM numbers', (tag,))
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
