// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* The bytes of an operation, and its event. */
#ifndef BY_OFFSETS
#include "call.h"
#endif
#include "activity.h"
#include "copy.h"
#include "emit.h"
#include "operation.h"

/* Hooks on system calls have saved it at the entry. */
static __always_inline void find_data(struct operation *op)
{
#ifndef BY_OFFSETS
	if (!op->data_found)
		op->data_reason = find_user_data(op->thread.task, op->sk, op->direction, op->data);
	op->data_found = true;
#endif
}

static __always_inline enum uncaptured_reason capture(struct operation *op, __u8 *payload, __u32 *captured)
{
	if (op->facts.transport == TRANSPORT_OPAQUE)
		return UNCAPTURED_PROTOCOL;
	if (!op->limit)
		return UNCAPTURED_VERDICT;
	find_data(op);
	if (op->data_reason)
		return op->data_reason;
	/* The tracepoint after a send says no flags. */
	if ((op->direction == DIRECTION_EGRESS ? op->data->flags : op->message_flags) & (MSG_TRUNC | MSG_OOB))
		return UNCAPTURED_FLAGS;
	return copy_user_data(payload, op->length, op->limit, op->direction == DIRECTION_INGRESS, op->data, captured);
}

/*
 * The same number, of which the verifier knows nothing any more (of a global
 * function it takes no result for granted, Linux 5.6). Ways that differ in a constant
 * only are then one way to it: without this it looks at the rest once for each.
 */
__noinline __weak __u64 forget(__u64 number)
{
	barrier_var(number);
	return number;
}

static __always_inline void send_up(void *ctx, struct operation *op)
{
	enum lost_what what = lost_what_of(op->direction, op->info->role);
	enum uncaptured_reason reason = UNCAPTURED_NONE;
	struct emission emission;
	struct data_event *event;
	__u32 captured = 0;
	__u64 both;

	if (!emit_open(&emission, false)) {
		count_lost(LOST_REENTERED, what, 1);
		return;
	}
	event = emission.event;
	if (moves_bytes(op))
		reason = capture(op, event->payload, &captured);
	both = forget((__u64)captured << 32 | reason);
	reason = (__u32)both;
	captured = at_most(both >> 32, PAYLOAD_MAX);
	event->socket_id = op->info->id;
	event->context_id = op->context;
	event->position = op->place.position;
	event->tgid = op->thread.tgid;
	event->tid = op->thread.tid;
	event->turn = op->turn;
	event->reads = op->trace->reads;
	event->initial_sent = op->info->initial_sent;
	event->initial_received = op->info->initial_received;
	event->length = op->length;
	event->captured = captured;
	event->flags = op->flags | (op->trace->loops ? DATA_LOOPS : 0) | (op->trace->late ? DATA_THREAD_LATE : 0);
	event->direction = op->direction;
	event->role = op->info->role;
	event->uncaptured = reason;
	__builtin_memset(event->pad_1, 0, sizeof(event->pad_1));
	tell_activity(event, &op->thread);
	*(__u64 *)(event->payload + captured) = 0;
	emit_header(&emission, EVENT_DATA, (sizeof(*event) + captured + 7) & ~7u);
	emit_close(ctx, &emission, event->header.size, what);
	if (reason)
		count_uncaptured(reason);
}
