// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* The context under which an operation stands, and what it means for those after it. */
#include "operation.h"

static __always_inline void take_fresh_context(struct operation *op)
{
	op->context = next_context_id();
	op->trace->context = op->context;
}

static __always_inline void enter_egress(struct operation *op)
{
	struct socket_info *info = op->info;
	struct trace_info *trace = op->trace;

	op->context = trace->context;
	op->turn = trace->turn;
	if (info->flags & INFO_CONNECT_CONTEXT) {
		info->flags &= ~INFO_CONNECT_CONTEXT;
		op->context = info->connect_context;
		op->turn = info->connect_turn;
		op->flags |= DATA_CONNECT_CONTEXT;
	}
	if (info->role == ROLE_CLIENT) {
		info->flags |= INFO_ASKED;
	} else if (info->reader) {
		if (info->reader == op->thread.tid && trace->unanswered)
			trace->unanswered--;
		info->reader = 0;
	}
}

/* Counts a read for user space unless it will neither see nor miss it: a muted client's. */
static __always_inline void enter_ingress(struct operation *op)
{
	struct socket_info *info = op->info;
	struct trace_info *trace = op->trace;
	bool client = info->role == ROLE_CLIENT;

	op->turn = trace->turn;
	if (moves_bytes(op) || (client && (info->flags & INFO_ASKED)))
		take_fresh_context(op);
	if (client) {
		info->flags &= ~INFO_ASKED;
	} else if (moves_bytes(op) && !info->reader) {
		info->reader = op->thread.tid;
		trace->unanswered++;
	}
	if (!op->muted || (!client && moves_bytes(op)))
		trace->reads++;
}
