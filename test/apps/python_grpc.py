"""Calls of gRPC, bytes as they are; a method bears the tag of the request: /call.TAG/N.

python_grpc.py PORT           answers calls after up to 15 ms and prints them; /call.TAG/missing is NOT_FOUND
python_grpc.py PORT DOWNPORT  answers /front/TAG after two calls, a thread for each connection and one
                              channel for all; /missing/TAG after a call for which there is nothing
"""
import concurrent.futures
import random
import sys
import time

import grpc
from threaded_server import serve

port = int(sys.argv[1])
down = sys.argv[2] if len(sys.argv) > 2 else None


class Answers(grpc.GenericRpcHandler):
    def service(self, details):
        service, name = details.method.strip('/').split('/')

        def answer(request, context):
            time.sleep(random.random() * 0.015)
            # In one write: threads print at once.
            sys.stdout.write(f'/{service.replace(".", "/")}/{name}\n')
            if name == 'missing':
                context.abort(grpc.StatusCode.NOT_FOUND, 'no cart 4711 \u2014 sorry')
            return request

        return grpc.unary_unary_rpc_method_handler(answer) if service.startswith('call.') else None


if down is None:
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(32))
    server.add_generic_rpc_handlers((Answers(),))
    server.add_insecure_port(f'127.0.0.1:{port}')
    server.start()
    server.wait_for_termination()

channel = grpc.insecure_channel(f'127.0.0.1:{down}')


def call(tag, name):
    return channel.unary_unary(f'/call.{tag}/{name}')(tag.encode(), timeout=10)


def work(path):
    words = path.strip('/').split('/')
    if words[0] == 'missing':
        try:
            call(words[1], 'missing')
        except grpc.RpcError as error:
            return f'{words[0]} {error.code().name}'
    for name in ('1', '2'):
        if call(words[1], name) != words[1].encode():
            return 'wrong answer'
    return ' '.join(words)


serve(port, work)
