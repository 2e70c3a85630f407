// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Where bytes lie that go over a Unix socket. No kernel counts them, so both ends
 * do, from when they are first met; and each operation holds the two counts and
 * what is queued between them against each other.
 */
#include "position.h"

/*
 * Bytes that no hook saw: older than the agent, spliced, moved by a call that is
 * not hooked. More than our own end counted must have passed if the other end
 * counted them. What is counted late there can only make it look less. The count
 * is read before the queue: bytes leave the queue before they are counted.
 */
static __always_inline __s64 unix_unseen(struct sock *sk, struct socket_info *info, enum direction direction)
{
	struct sock *peer = unix_peer(sk);
	struct socket_info *other = peer ? socket_info_find(peer) : 0;
	__s64 least, queued;

	if (!other || !other->id)
		return 0;
	least = *(volatile __u64 *)&other->moved[!direction];
	queued = sock_queued(direction == DIRECTION_EGRESS ? peer : sk);
	if (queued < 0)
		return 0;
	least += direction == DIRECTION_EGRESS ? queued : -queued;
	return least - (__s64)info->moved[direction];
}

/* Counts the bytes of an operation; 1: no other call can have come between. */
__noinline __weak __u32 unix_count(struct socket_info *info, const struct own_query *query)
{
	__u32 direction;

	if (!info || !query)
		return 0;
	direction = query->direction & 1;
	__sync_fetch_and_add(&info->moved[direction], query->length);
	barrier();
	return !may_overlap(info, direction, query->tid, query->company);
}

static __always_inline void put_unix(struct operation *op)
{
	enum direction direction = op->direction & 1;
	struct socket_info *info = op->info;
	struct own_query query = {
		.length = bytes_moved(op),
		.tid = op->thread.tid,
		.direction = direction,
		.company = company_of(op),
	};
	__s64 unseen;

	op->place.position = info->moved[direction];
	if (!unix_count(info, &query))
		return;
	unseen = unix_unseen(op->sk, info, direction);
	if (unseen > 0)
		__sync_fetch_and_add(&info->moved[direction], unseen);
	op->place.known = unseen <= 0 && !(info->flags & INFO_UNCOUNTABLE);
}

/* An urgent byte is counted where it is sent; where it is read, it may be stepped over. */
static __always_inline void unix_urgent(struct sock *sk, struct socket_info *info)
{
	struct sock *peer = unix_peer(sk);
	struct socket_info *other = peer ? socket_info_find(peer) : 0;

	info->flags |= INFO_UNCOUNTABLE;
	if (other)
		other->flags |= INFO_UNCOUNTABLE;
}
