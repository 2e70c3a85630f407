// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* A socket by its address and the offsets of its members. Included by sock.h. */
#include "knobs.h"
#include "read_kernel.h"

enum { PIECE_MAX = 1024 };

struct pieces {
	__u8 sock[PIECE_MAX];
	__u8 tcp[PIECE_MAX];
};

/* What was read last on this CPU; system calls only, so nothing comes between. Key: 0. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pieces);
} scratch_pieces __weak SEC(".maps");

static __always_inline struct pieces *pieces(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch_pieces, &zero);
}

/* `at`: from the start of the piece. Constants once loaded, so the test costs nothing. */
static __always_inline __u64 piece_u64(const __u8 *piece, __u32 at)
{
	return at <= PIECE_MAX - 8 ? *(__u64 *)(piece + at) : 0;
}

static __always_inline __u32 piece_u32(const __u8 *piece, __u32 at)
{
	return at <= PIECE_MAX - 4 ? *(__u32 *)(piece + at) : 0;
}

static __always_inline __u16 piece_u16(const __u8 *piece, __u32 at)
{
	return at <= PIECE_MAX - 2 ? *(__u16 *)(piece + at) : 0;
}

static __always_inline __u8 piece_u8(const __u8 *piece, __u32 at)
{
	return at <= PIECE_MAX - 1 ? piece[at] : 0;
}

static __always_inline void sock_facts_of_piece(const __u8 *piece, struct sock_facts *facts)
{
	__u32 start = member_offsets.sock_piece;

	facts->family = piece_u16(piece, member_offsets.sock_family - start);
	facts->protocol = piece_u16(piece, member_offsets.sock_protocol - start);
	facts->local_port = piece_u16(piece, member_offsets.sock_local_port - start);
	facts->remote_port = __builtin_bswap16(piece_u16(piece, member_offsets.sock_remote_port - start));
	facts->shutdown = piece_u8(piece, member_offsets.sock_shutdown - start);
	facts->done = piece_u64(piece, member_offsets.sock_flags - start) & (1 << SOCK_DONE);
}

static __always_inline void sock_look(struct sock *sk, struct sock_facts *facts)
{
	struct pieces *scratch = pieces();
	__u32 size = member_offsets.sock_piece_size, start = member_offsets.sock_piece;
	bool upper_layer = false;

	if (!scratch || size > PIECE_MAX)
		return;
	bpf_probe_read_kernel(scratch->sock, size, (void *)sk + start);
	sock_facts_of_piece(scratch->sock, facts);
	if (is_inet(facts->family) && facts->protocol == IPPROTO_TCP)
		upper_layer = read_u64(sk, member_offsets.tcp_ulp) != 0;
	facts->transport = transport_of(facts->family, facts->protocol,
					piece_u16(scratch->sock, member_offsets.sock_type - start), upper_layer);
}

/* The struct socket as sock_look saw it. */
static __always_inline __u64 sock_socket_seen(void)
{
	struct pieces *scratch = pieces();

	return scratch ? piece_u64(scratch->sock, member_offsets.sock_socket - member_offsets.sock_piece) : 0;
}

static __always_inline void sock_tcp_numbers(struct sock *sk, const struct sock_facts *facts,
					     struct tcp_numbers *numbers)
{
	struct pieces *scratch = pieces();
	__u32 size = member_offsets.tcp_piece_size, start = member_offsets.tcp_piece;

	if (!scratch || size > PIECE_MAX)
		return;
	bpf_probe_read_kernel(scratch->tcp, size, (void *)sk + start);
	numbers->bytes_acked = piece_u64(scratch->tcp, member_offsets.tcp_bytes_acked - start);
	numbers->bytes_received = piece_u64(scratch->tcp, member_offsets.tcp_bytes_received - start);
	numbers->write_seq = piece_u32(scratch->tcp, member_offsets.tcp_write_seq - start);
	numbers->snd_una = piece_u32(scratch->tcp, member_offsets.tcp_snd_una - start);
	numbers->copied_seq = piece_u32(scratch->tcp, member_offsets.tcp_copied_seq - start);
	numbers->rcv_nxt = piece_u32(scratch->tcp, member_offsets.tcp_rcv_nxt - start);
}

static __always_inline __u16 sock_protocol(struct sock *sk)
{
	return read_u32(sk, member_offsets.sock_protocol);
}

static __always_inline int sock_error(struct sock *sk)
{
	return read_u32(sk, member_offsets.sock_error);
}

/* write_seq or copied_seq. */
static __always_inline __u32 sock_sequence(struct sock *sk, const struct sock_facts *facts, enum direction direction)
{
	return read_u32(sk, direction == DIRECTION_EGRESS ? member_offsets.tcp_write_seq : member_offsets.tcp_copied_seq);
}

static __always_inline __u32 sock_urgent_sequence(struct sock *sk, const struct sock_facts *facts)
{
	return read_u32(sk, member_offsets.tcp_urg_seq);
}

/* A function of its own to the verifier, like copy_vector. */
__noinline __weak __s64 queued_bytes(__u64 queue)
{
	void *head = (void *)queue, *buffer = read_pointer(head, 0);
	__s64 bytes = 0, consumed;
	int i;

	if (buffer == head)
		return 0;
	if (!member_offsets.buffer_consumed)
		return -1;
	consumed = read_u32(buffer, member_offsets.buffer_consumed); /* only of the first some may have been read */
#pragma clang loop unroll(disable)
	for (i = 0; i < QUEUE_COUNTED && buffer != head; i++) {
		bytes += read_u32(buffer, member_offsets.buffer_length);
		buffer = read_pointer(buffer, member_offsets.buffer_next);
	}
	return buffer == head ? bytes - consumed : -1;
}

/* Bytes in a Unix socket's receive queue; -1: it is too long to be counted. */
static __always_inline __s64 sock_queued(struct sock *sk)
{
	return queued_bytes((__u64)sk + member_offsets.sock_queue);
}

static __always_inline __u32 sock_queue_length(struct sock *sk)
{
	return read_u32(sk, member_offsets.sock_queue_length);
}

static __always_inline __u64 socket_inode_number(const void *socket)
{
	return read_u64(socket, member_offsets.socket_inode + member_offsets.inode_number);
}

static __always_inline __u64 sock_inode(struct sock *sk)
{
	void *socket = read_pointer(sk, member_offsets.sock_socket);

	return socket ? socket_inode_number(socket) : 0;
}

static __always_inline struct sock *unix_peer(struct sock *sk)
{
	return read_pointer(sk, member_offsets.unix_peer);
}

static __always_inline bool unix_named(struct sock *sk)
{
	return read_pointer(sk, member_offsets.unix_addr) != 0;
}

static __always_inline __u32 sock_netns(struct sock *sk)
{
	return read_u32(read_pointer(sk, member_offsets.sock_net), member_offsets.net_inum);
}

/* Both are 16 zeroed bytes. */
static __always_inline void sock_addresses(struct sock *sk, __u16 family, __u8 *local, __u8 *remote)
{
	if (family == AF_INET) {
		bpf_probe_read_kernel(local, 4, (void *)sk + member_offsets.sock_local_v4);
		bpf_probe_read_kernel(remote, 4, (void *)sk + member_offsets.sock_remote_v4);
	} else if (member_offsets.sock_local_v6) {
		bpf_probe_read_kernel(local, 16, (void *)sk + member_offsets.sock_local_v6);
		bpf_probe_read_kernel(remote, 16, (void *)sk + member_offsets.sock_remote_v6);
	}
}
