// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * The way of an operation, the same for all hooks: admitted, placed in its
 * stream, given its context, sent up.
 */
#include "admit.h"
#include "context.h"
#include "datagram.h"
#include "position.h"
#include "unix_position.h"

static __always_inline void put_in_place(struct operation *op)
{
	enum transport transport = op->facts.transport;

	if (transport == TRANSPORT_TCP) {
		if (op->direction == DIRECTION_EGRESS)
			put_sent(op);
		else
			put_received(op);
	} else if (transport == TRANSPORT_UNIX) {
		if (op->direction == DIRECTION_EGRESS) {
			find_data(op);
			if (op->data->flags & MSG_OOB)
				unix_urgent(op->sk, op->info);
		}
		put_unix(op);
	} else if (transport == TRANSPORT_UDP) {
		op->place.position = datagrams_moved(op);
	}
	if (!op->place.known)
		op->flags |= DATA_POSITION_UNKNOWN;
	if (transport == TRANSPORT_UNIX && op->direction == DIRECTION_INGRESS && (op->info->flags & INFO_LATE) &&
	    !sock_queue_length(op->sk))
		op->flags |= DATA_DRAINED;
}

/* Nothing was given because nothing will come, and not because nothing was asked for. */
static __always_inline bool is_end(struct operation *op)
{
	struct tcp_numbers numbers = {};

	if (!(op->facts.shutdown & RCV_SHUTDOWN))
		return false;
	if (op->facts.transport == TRANSPORT_UNIX)
		return !sock_queue_length(op->sk);
	if (op->facts.transport != TRANSPORT_TCP || !op->facts.done)
		return true;
	sock_tcp_numbers(op->sk, &op->facts, &numbers);
	return took_fin(&op->facts, &numbers);
}

enum {
	RUN_LENGTH = 16, /* operations of one direction, each longer than what is copied: after these… */
	RUN_HEAD = 256,	 /* …so much is copied of those that follow */
};

/*
 * Much goes one way, and no operation of it can be read whole: its head shows if a message begins there.
 * A function of its own to the verifier: see operation.h.
 */
__noinline __weak __u32 limit_in_run(struct socket_info *info, __u32 length, __u32 limit, __u32 direction)
{
	if (!info || length <= limit) {
		if (info)
			info->run = 0;
	} else if (info->run_way != direction) {
		info->run_way = direction;
		info->run = 1;
	} else if (info->run < RUN_LENGTH) {
		info->run++;
	} else if (limit > RUN_HEAD) {
		return RUN_HEAD;
	}
	return limit;
}

static __always_inline void obey_verdict(struct operation *op)
{
	struct socket_verdict *verdict = verdict_of(op->info->verdict, op->info->id);
	__u64 skip;

	op->limit = verdict ? verdict->limit : op->info->limit;
	op->limit = limit_in_run(op->info, bytes_moved(op), op->limit, op->direction);
	if (!verdict)
		return;
	op->muted = verdict->mute != MUTE_NONE;
	op->shed = verdict->mute == MUTE_SHED;
	skip = op->direction == DIRECTION_EGRESS ? verdict->skip_egress : verdict->skip_ingress;
	if (op->place.known && op->place.position + op->length <= skip)
		op->limit = 0;
}

/* `op` has thread, sk, facts, direction, message_flags and what take_result sets. */
static __always_inline int handle(void *ctx, struct operation *op)
{
	if (!is_wanted(op))
		return 0;
	if ((op->flags & DATA_END) && !is_end(op))
		return 0;
	op->flags = forget(op->flags); /* else each way that led here is followed through all the rest */
	if (!admit(op))
		return 0;
	if (!moves_bytes(op) && !(op->info->flags & INFO_DESCRIBED))
		return 0;
	if (!op->trace)
		op->trace = trace_of_thread(&op->thread);
	if (!op->trace) {
		count_lost(LOST_NO_ROOM, lost_what_of(op->direction, op->info->role), 1);
		return 0;
	}
	put_in_place(op);
	obey_verdict(op);
	take_context(op);
	if (op->muted) {
		if (op->shed && moves_bytes(op))
			count_lost(LOST_SHED, lost_what_of(op->direction, op->info->role), 1);
		return 0;
	}
	if (description_due(op->info, op->facts.transport))
		describe(ctx, &op->thread, op->sk, op->info, &op->facts);
	send_up(ctx, op);
	return 0;
}
