"""A thread for each connection; three commands for each request, by redis-py with a pool of connections.

python_redis.py PORT REDISPORT  answers /front/TAG after SET, GET and an LPUSH that fails
"""
import sys

import redis
from threaded_server import serve

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


serve(port, lambda path: work(path.split('/')[2]))
