// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* The context under which an operation stands, and what it means for those after it. */
#include "operation.h"

struct context_query {
	__u64 context; /* answer */
	__u32 turn;    /* answer */
	__u32 tid;
	__u32 flags; /* enum data_flag; answer: with those of the context */
	__u32 muted;
	__u32 transport;
};

/* Their ingress is no work begun: the thread goes on with what it did. */
static __always_inline bool is_datagrams(const struct context_query *query)
{
	return query->transport == TRANSPORT_UDP;
}

__noinline __weak __u32 egress_context(struct trace_info *trace, struct socket_info *info, struct context_query *query)
{
	if (!trace || !info || !query)
		return 0;
	query->context = trace->context;
	query->turn = trace->turn;
	if (info->flags & INFO_CONNECT_CONTEXT) {
		info->flags &= ~INFO_CONNECT_CONTEXT;
		query->context = info->connect_context;
		query->turn = info->connect_turn;
		query->flags |= DATA_CONNECT_CONTEXT;
	}
	if (info->role == ROLE_CLIENT) {
		info->flags |= INFO_ASKED;
	} else if (is_datagrams(query) && info->role == ROLE_UNKNOWN) {
		return 0;
	} else if (info->reader) {
		if (info->reader == query->tid && trace->unanswered)
			trace->unanswered--;
		info->reader = 0;
	}
	return 0;
}

/* Counts a read for user space unless it will neither see nor miss it: a muted client's. */
__noinline __weak __u32 ingress_context(struct trace_info *trace, struct socket_info *info, struct context_query *query)
{
	bool client, moves, asks;

	if (!trace || !info || !query)
		return 0;
	client = info->role == ROLE_CLIENT;
	moves = !(query->flags & (DATA_END | DATA_FAILED));
	asks = !client && moves && (!is_datagrams(query) || info->role == ROLE_SERVER);
	query->turn = trace->turn;
	query->context = 0;
	if (!is_datagrams(query) && (moves || (client && (info->flags & INFO_ASKED)))) {
		query->context = next_context_id();
		trace->context = query->context;
	}
	if (client) {
		info->flags &= ~INFO_ASKED;
	} else if (asks && !info->reader) {
		info->reader = query->tid;
		trace->unanswered++;
	}
	if (!query->muted || asks)
		trace->reads++;
	return 0;
}

static __always_inline void take_context(struct operation *op)
{
	struct context_query query = {
		.tid = op->thread.tid,
		.flags = op->flags,
		.muted = op->muted,
		.transport = op->facts.transport,
	};

	if (op->direction == DIRECTION_EGRESS)
		egress_context(op->trace, op->info, &query);
	else
		ingress_context(op->trace, op->info, &query);
	op->context = query.context;
	op->turn = query.turn;
	op->flags = query.flags;
}
