"""A thread for each connection; two calls for each request, by requests with kept connections and a timeout.

python_threads.py PORT           answers /call/TAG/N after up to 15 ms
python_threads.py PORT DOWNPORT  answers /front/TAG after two calls
"""
import random
import sys
import time

import requests
from threaded_server import serve

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


serve(port, work)
