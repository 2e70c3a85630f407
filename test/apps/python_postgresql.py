"""A thread for each connection; four statements for each request, by psycopg2 with a pool of connections.

python_postgresql.py PORT POSTGRESQLPORT [CONNECTIONS]  answers /front/TAG after an INSERT, a SELECT, an
INSERT that fails and a SELECT of many rows
"""
import queue
import sys

import psycopg2
from threaded_server import serve

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


serve(port, lambda path: work(path.split('/')[2]))
