// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* A socket by typed loads. Included by sock.h. */
#include "knobs.h"

/* Null: in-kernel, not accepted yet, or closed. */
static __always_inline struct file *sock_file(struct sock *sk)
{
	struct socket *socket = sk->sk_socket;

	return socket ? socket->file : 0;
}

static __always_inline void sock_look(struct sock *sk, struct sock_facts *facts)
{
	bool upper_layer = false;

	facts->family = sk->__sk_common.skc_family;
	facts->protocol = sk->sk_protocol;
	facts->local_port = sk->__sk_common.skc_num;
	facts->remote_port = __builtin_bswap16(sk->__sk_common.skc_dport);
	facts->state = sk->__sk_common.skc_state;
	facts->shutdown = sk->sk_shutdown;
	facts->error = sk->sk_err;
	if (is_inet(facts->family) && facts->protocol == IPPROTO_TCP) {
		facts->tcp = bpf_skc_to_tcp_sock(sk);
		upper_layer = !facts->tcp || facts->tcp->inet_conn.icsk_ulp_ops;
	}
	facts->transport = transport_of(facts->family, facts->protocol, sk->sk_type, upper_layer);
}

static __always_inline void sock_tcp_numbers(struct sock *sk, const struct sock_facts *facts,
					     struct tcp_numbers *numbers)
{
	struct tcp_sock *tcp = facts->tcp;

	if (!tcp)
		return;
	numbers->bytes_acked = tcp->bytes_acked;
	numbers->bytes_received = tcp->bytes_received;
	numbers->write_seq = tcp->write_seq;
	numbers->snd_una = tcp->snd_una;
	numbers->copied_seq = tcp->copied_seq;
	numbers->rcv_nxt = tcp->rcv_nxt;
}

static __always_inline __u16 sock_protocol(struct sock *sk)
{
	return sk->sk_protocol;
}

static __always_inline int sock_error(struct sock *sk)
{
	return sk->sk_err;
}

static __always_inline __u32 sock_write_seq(struct sock *sk, const struct sock_facts *facts)
{
	return facts->tcp ? facts->tcp->write_seq : 0;
}

static __always_inline __u32 sock_queue_length(struct sock *sk)
{
	return sk->sk_receive_queue.qlen;
}

static __always_inline __u64 sock_inode(struct sock *sk)
{
	struct file *file = sock_file(sk);

	return file ? file->f_inode->i_ino : 0;
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

static __always_inline __u32 sock_netns(struct sock *sk)
{
	return sk->__sk_common.skc_net.net->ns.inum;
}

/* Both are 16 zeroed bytes. */
static __always_inline void sock_addresses(struct sock *sk, __u16 family, __u8 *local, __u8 *remote)
{
	struct sock_common *common = &sk->__sk_common;

	if (family == AF_INET) {
		*(__u32 *)local = common->skc_rcv_saddr;
		*(__u32 *)remote = common->skc_daddr;
	} else {
		BPF_CORE_READ_INTO((struct in6_addr *)local, common, skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO((struct in6_addr *)remote, common, skc_v6_daddr);
	}
}
