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
	facts->shutdown = sk->sk_shutdown;
	facts->done = sk->__sk_common.skc_flags & (1 << SOCK_DONE);
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

/* write_seq or copied_seq. */
static __always_inline __u32 sock_sequence(struct sock *sk, const struct sock_facts *facts, enum direction direction)
{
	if (!facts->tcp)
		return 0;
	return direction == DIRECTION_EGRESS ? facts->tcp->write_seq : facts->tcp->copied_seq;
}

static __always_inline __u32 sock_urgent_sequence(struct sock *sk, const struct sock_facts *facts)
{
	return facts->tcp ? facts->tcp->urg_seq : 0;
}

/* Bytes in a Unix socket's receive queue; -1: it is too long to be counted. */
static __always_inline __s64 sock_queued(struct sock *sk)
{
	__u64 head = (__u64)sk + bpf_core_field_offset(sk->sk_receive_queue);
	struct sk_buff *buffer = sk->sk_receive_queue.next;
	__u32 consumed = 0;
	__s64 bytes = 0;
	int i;

	if (!sk->sk_receive_queue.qlen)
		return 0;
	if (!bpf_core_type_exists(struct unix_skb_parms))
		return -1;
	/* Only of the first some may have been read. */
	bpf_probe_read_kernel(&consumed, sizeof(consumed),
			      (void *)buffer + bpf_core_field_offset(buffer->cb) +
				      bpf_core_field_offset(struct unix_skb_parms, consumed));
#pragma clang loop unroll(disable)
	for (i = 0; i < QUEUE_COUNTED && (__u64)buffer != head; i++) {
		bytes += buffer->len;
		buffer = buffer->next;
	}
	return (__u64)buffer == head ? bytes - consumed : -1;
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
