"""Two ends of a connection that the kernel encrypts: messages that look like HTTP go both ways.

kernel_tls.py COUNT          prints how many messages came as they were sent
"""
import socket
import struct
import sys

TCP_ULP = 31
SOL_TLS = 282
TLS_TX, TLS_RX = 1, 2
TLS_1_2 = 0x0303
AES_GCM_128 = 51
# struct tls12_crypto_info_aes_gcm_128: version, cipher, iv, key, salt, rec_seq
KEY = struct.pack('<HH8s16s4s8s', TLS_1_2, AES_GCM_128, b'i' * 8, b'k' * 16, b's' * 4, bytes(8))


def encrypt(end):
    end.setsockopt(socket.IPPROTO_TCP, TCP_ULP, b'tls')
    end.setsockopt(SOL_TLS, TLS_TX, KEY)
    end.setsockopt(SOL_TLS, TLS_RX, KEY)


listener = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
encrypt(client)
encrypt(server)

right = 0
for number in range(int(sys.argv[1])):
    request = f'GET /secret/{number} HTTP/1.1\r\nHost: here\r\n\r\n'.encode()
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret'
    client.sendall(request)
    right += server.recv(4096) == request
    server.sendall(answer)
    right += client.recv(4096) == answer
print(right)
