// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * The way of an operation, the same for all hooks: admitted, placed in its
 * stream, given its context, sent up.
 */
#include "admit.h"
#include "context.h"
#include "send_up.h"

static __always_inline void put_in_place(struct operation *op)
{
	__u32 moved = moves_bytes(op) ? op->length : 0;
	enum transport transport = op->facts.transport;

	if (transport == TRANSPORT_TCP && op->direction == DIRECTION_EGRESS)
		op->place = tcp_sent(op->sk, &op->facts, op->info, moved, op->entry_known, op->entry_seq);
	else if (transport == TRANSPORT_TCP)
		op->place = tcp_received(op->sk, &op->facts, op->info, moved);
	else if (transport == TRANSPORT_UNIX)
		op->place = unix_place(op->info, op->thread.tid, moved, op->direction);
	if (!op->place.known)
		op->flags |= DATA_POSITION_UNKNOWN;
	if (transport == TRANSPORT_UNIX && op->direction == DIRECTION_INGRESS && (op->info->flags & INFO_LATE) &&
	    !sock_queue_length(op->sk))
		op->flags |= DATA_DRAINED;
}

static __always_inline void obey_verdict(struct operation *op)
{
	struct socket_verdict *verdict = verdict_of(op->info->id);
	__u64 skip;

	op->limit = op->info->limit;
	if (!verdict)
		return;
	op->muted = verdict->mute;
	op->limit = verdict->limit;
	skip = op->direction == DIRECTION_EGRESS ? verdict->skip_egress : verdict->skip_ingress;
	if (op->place.known && op->place.position + op->length <= skip)
		op->limit = 0;
}

/* `op` has thread, sk, facts, direction, message_flags and what take_result sets. */
static __always_inline int handle(void *ctx, struct operation *op)
{
	__u64 both;

	if (!is_wanted(&op->facts))
		return 0;
	if ((op->flags & DATA_END) && !(op->facts.shutdown & RCV_SHUTDOWN))
		return 0;
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
	if (op->direction == DIRECTION_EGRESS)
		enter_egress(op);
	else
		enter_ingress(op);
	if (op->muted)
		return 0;
	both = forget((__u64)op->limit << 32 | op->flags);
	op->flags = both;
	op->limit = both >> 32;
	if (description_due(op->info))
		describe(ctx, &op->thread, op->sk, op->info, &op->facts);
	send_up(ctx, op);
	return 0;
}
