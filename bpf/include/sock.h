// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * What is read of a socket, in one of two ways: typed loads (sock_typed.h, where
 * the kernel gives a typed pointer: 1 ns each) or pieces at offsets
 * (sock_pieces.h, where the pointer was found by walking: 30 ns a read). A source
 * file is compiled for one of them; it defines BY_OFFSETS for the latter.
 */
#include "kernel_types.h"
#include "wire.h"

enum transport {
	TRANSPORT_OTHER = 0,  /* of no interest */
	TRANSPORT_TCP = 1,
	TRANSPORT_UNIX = 2,   /* stream */
	TRANSPORT_UDP = 3,
	TRANSPORT_OPAQUE = 4, /* MPTCP, or TCP under kTLS or another upper layer: no place in a TCP stream */
};

struct sock_facts {
	struct tcp_sock *tcp; /* typed loads only; null: no TCP */
	enum transport transport;
	__u16 family;
	__u16 protocol;
	__u16 local_port;
	__u16 remote_port;
	__u8 shutdown;
	bool done; /* TCP: the peer's FIN has come */
};

struct tcp_numbers {
	__u64 bytes_acked;
	__u64 bytes_received;
	__u32 write_seq;
	__u32 snd_una;
	__u32 copied_seq;
	__u32 rcv_nxt;
};

enum { QUEUE_COUNTED = 8 }; /* buffers of a receive queue that are looked at */

static __always_inline bool is_inet(__u16 family)
{
	return family == AF_INET || family == AF_INET6;
}

/* `upper_layer`: TCP with an upper layer protocol on top of it. */
static __always_inline enum transport transport_of(__u16 family, __u16 protocol, __u16 type, bool upper_layer)
{
	if (family == AF_UNIX)
		return type == SOCK_STREAM ? TRANSPORT_UNIX : TRANSPORT_OTHER;
	if (!is_inet(family))
		return TRANSPORT_OTHER;
	if (protocol == IPPROTO_TCP)
		return upper_layer ? TRANSPORT_OPAQUE : TRANSPORT_TCP;
	if (protocol == IPPROTO_UDP)
		return TRANSPORT_UDP;
	return protocol == IPPROTO_MPTCP ? TRANSPORT_OPAQUE : TRANSPORT_OTHER;
}

/* The peer's FIN lies before copied_seq: it was given to a reader. A reset gives none. */
static __always_inline bool took_fin(const struct sock_facts *facts, const struct tcp_numbers *numbers)
{
	return numbers->copied_seq == numbers->rcv_nxt && facts->done;
}

#ifdef BY_OFFSETS
#include "sock_pieces.h"
#else
#include "sock_typed.h"
#endif
