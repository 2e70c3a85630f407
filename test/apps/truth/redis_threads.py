"""Two commands for each request: /HABIT/TAG counts /call/TAG/1 and /call/TAG/2 and answers "HABIT TAG".

redis_threads.py PORT REDISPORT  a thread for each connection, and a pool of redis-py
"""
import sys

import redis
from threaded_server import serve

port, store = map(int, sys.argv[1:])
client = redis.Redis(connection_pool=redis.ConnectionPool(host='127.0.0.1', port=store))


def work(path):
    habit, tag = path.strip('/').split('/')
    ok = all(client.incr(f'/call/{tag}/{number}') == 1 for number in (1, 2))
    return f'{habit} {tag}' if ok else 'wrong answer'


serve(port, work)
