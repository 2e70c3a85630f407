"""Threads of gunicorn: /order/TAG makes two calls, each thread on a connection of its own."""
import http.client
import os
import threading

DOWN = int(os.environ['DOWN'])
own = threading.local()


def call(path):
    if not hasattr(own, 'down'):
        own.down = http.client.HTTPConnection('127.0.0.1', DOWN, timeout=10)
    own.down.request('GET', path)
    return own.down.getresponse().read()


def application(environ, start_response):
    habit, tag = environ['PATH_INFO'].strip('/').split('/')
    for number in (1, 2):
        call(f'/call/{tag}/{number}')
    body = f'{habit} {tag}'.encode()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
