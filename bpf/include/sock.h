// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* The members of a socket. Typed loads: 1 ns each, where a probe read takes 30. */
#include "kernel_types.h"
#include "knobs.h"

enum transport {
	TRANSPORT_OTHER = 0,  /* of no interest */
	TRANSPORT_TCP = 1,
	TRANSPORT_UNIX = 2,   /* stream */
	TRANSPORT_UDP = 3,
	TRANSPORT_OPAQUE = 4, /* MPTCP, or TCP under kTLS or another upper layer: no place in a TCP stream */
};

struct tcp_numbers {
	__u64 bytes_acked;
	__u64 bytes_received;
	__u32 write_seq;
	__u32 snd_una;
	__u32 copied_seq;
	__u32 rcv_nxt;
};

static __always_inline bool is_inet(__u16 family)
{
	return family == AF_INET || family == AF_INET6;
}

static __always_inline enum transport sock_transport(struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family, protocol = sk->sk_protocol;
	struct tcp_sock *tcp;

	if (family == AF_UNIX)
		return sk->sk_type == SOCK_STREAM ? TRANSPORT_UNIX : TRANSPORT_OTHER;
	if (!is_inet(family))
		return TRANSPORT_OTHER;
	if (protocol == IPPROTO_UDP)
		return TRANSPORT_UDP;
	if (protocol == IPPROTO_MPTCP)
		return TRANSPORT_OPAQUE;
	if (protocol != IPPROTO_TCP)
		return TRANSPORT_OTHER;
	tcp = bpf_skc_to_tcp_sock(sk);
	if (!tcp)
		return TRANSPORT_OTHER;
	return tcp->inet_conn.icsk_ulp_ops ? TRANSPORT_OPAQUE : TRANSPORT_TCP;
}

/* Null: in-kernel, not accepted yet, or closed. */
static __always_inline struct file *sock_file(struct sock *sk)
{
	struct socket *socket = sk->sk_socket;

	return socket ? socket->file : 0;
}

static __always_inline __u64 sock_inode(struct sock *sk)
{
	struct file *file = sock_file(sk);

	return file ? file->f_inode->i_ino : 0;
}

/* The time of its creation: nothing sets it later but utimes(2) on the descriptor. */
static __always_inline bool sock_made_before_agent(struct sock *sk)
{
	struct file *file = sock_file(sk);
	struct inode *inode = file ? file->f_inode : 0;
	__s64 made;

	if (!inode)
		return false;
	if (bpf_core_field_exists(inode->i_mtime_sec))
		made = inode->i_mtime_sec;
	else if (bpf_core_field_exists(((struct inode___v67 *)0)->__i_mtime))
		made = ((struct inode___v67 *)inode)->__i_mtime.tv_sec;
	else
		made = ((struct inode___v66 *)inode)->i_mtime.tv_sec;
	/* Both are whole seconds of a clock that may lag a tick: the same second counts as before. */
	return made <= (__s64)knobs.agent_start_real;
}

static __always_inline struct sock *unix_peer(struct sock *sk)
{
	struct unix_sock *u = bpf_skc_to_unix_sock(sk);

	return u ? u->peer : 0;
}

static __always_inline bool unix_named(struct sock *sk)
{
	struct unix_sock *u = bpf_skc_to_unix_sock(sk);

	return u && u->addr;
}

/* All zero: not a TCP socket any more. */
static __always_inline void sock_tcp_numbers(struct sock *sk, struct tcp_numbers *numbers)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	if (!tcp)
		return;
	numbers->bytes_acked = tcp->bytes_acked;
	numbers->bytes_received = tcp->bytes_received;
	numbers->write_seq = tcp->write_seq;
	numbers->snd_una = tcp->snd_una;
	numbers->copied_seq = tcp->copied_seq;
	numbers->rcv_nxt = tcp->rcv_nxt;
}

/* The peer's FIN lies before copied_seq: it was given to a reader. */
static __always_inline bool sock_took_fin(struct sock *sk, const struct tcp_numbers *numbers)
{
	__u8 state = sk->__sk_common.skc_state;
	int error = sk->sk_err;

	if (numbers->copied_seq != numbers->rcv_nxt)
		return false;
	if (state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK || state == TCP_CLOSING || state == TCP_TIME_WAIT)
		return true;
	/*
	 * FIN_WAIT2 goes to CLOSE with the FIN, while the reader may still be at it. So does a reset,
	 * which leaves an error: EPIPE after a FIN, ECONNRESET otherwise (tcp_reset).
	 */
	return state == TCP_CLOSE && (!error || error == EPIPE);
}
