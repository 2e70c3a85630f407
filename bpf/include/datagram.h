// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Datagrams count only where user space wants them: on a port marked, or known to
 * speak a protocol of datagrams. The port is the socket's, or of a socket that is
 * not connected the one that it sends to; after that what comes back is looked at,
 * too, from wherever it comes: its sender is not known before the call returns.
 */
#include "admit.h"
#include "send_up.h"

/* Start of struct sockaddr_in and sockaddr_in6. */
struct address_head {
	__u16 family;
	__u16 port; /* big endian */
};

/* 0: none given, or it could not be read. A function of its own to the verifier: see operation.h. */
__noinline __weak __u32 destination_port(struct user_data *data)
{
	struct address_head head = {};
	__u64 name;

	if (!data)
		return 0;
	name = data->name;
	if (data->form == DATA_MESSAGE && bpf_probe_read_user(&name, sizeof(name), (void *)data->base))
		return 0;
	if (!name || bpf_probe_read_user(&head, sizeof(head), (void *)name) || !is_inet(head.family))
		return 0;
	return __builtin_bswap16(head.port);
}

/* Where an operation on a socket that is not connected goes to; 0: unknown. */
static __always_inline __u16 sent_to(struct operation *op)
{
	find_data(op);
	if (op->data_reason && op->data_reason != UNCAPTURED_MANY)
		return 0;
	return destination_port(op->data);
}

/* A function of its own to the verifier: see operation.h. */
__noinline __weak __u32 has_asked(struct socket_info *info, __u64 inode)
{
	return info && info->id && info->role == ROLE_CLIENT && !is_stale(info, inode);
}

/* What is known of a socket's ports; 0 nothing. A function of its own to the verifier: see operation.h. */
__noinline __weak __u32 look_up_ports(__u32 local_port, __u32 remote_port)
{
	__u16 local = local_port, remote = remote_port;
	struct proto_infer_cache *cached = protocol_of_datagrams(remote);

	if (ports_left_alone(local, remote))
		return 0;
	if (cached)
		return datagrams_as(ROLE_CLIENT, cached->protocol, cached->limit);
	cached = protocol_of_datagrams(local);
	if (cached)
		return datagrams_as(ROLE_SERVER, cached->protocol, cached->limit);
	return ports_unrecognised(local, remote) ? DATAGRAMS_MARKED : 0;
}

/* 0: one. Hooks on sockets see each by itself. */
static __always_inline __u64 datagrams_moved(const struct operation *op)
{
#ifdef BY_OFFSETS
	return op->data->messages;
#else
	return 0;
#endif
}

static __always_inline bool is_wanted(struct operation *op)
{
	__u16 local = op->facts.local_port;

	if (op->facts.transport == TRANSPORT_OTHER)
		return false;
	if (op->facts.transport != TRANSPORT_UDP)
		return true;
	op->datagrams = look_up_ports(local, op->facts.remote_port);
	if (!op->datagrams && !op->facts.remote_port) {
		if (op->direction == DIRECTION_EGRESS)
			op->datagrams = look_up_ports(local, sent_to(op));
		else if (has_asked(socket_info_find(op->sk), op->inode))
			op->datagrams = DATAGRAMS_MARKED;
		op->datagrams = forget(op->datagrams);
	}
	if (op->datagrams)
		return true;
	count_uncaptured(UNCAPTURED_PROTOCOL);
	return false;
}
