// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Sockets of which nothing is wanted: left alone, of no protocol, or shed. Told before
 * anything else is looked at, since there may be many, and much may go over them.
 */
#include "admit.h"
#include "context.h"

/* Bytes went by: a place is not known again before the next that is looked at. */
static __always_inline void pass_bytes(struct socket_info *info, const struct operation *op)
{
	if (info->transport == TRANSPORT_UNIX)
		__sync_fetch_and_add(&info->moved[op->direction & 1], op->length);
	else if (!(info->flags & INFO_PASSED) || info->flags & (INFO_COUNTED | INFO_COUNTED << 1))
		info->flags = (info->flags & ~(INFO_COUNTED | INFO_COUNTED << 1)) | INFO_PASSED;
}

/* What the thread works for is another matter from now on, whether that is told or not. */
static __always_inline void pass_context(struct socket_info *info, struct operation *op)
{
	__u32 asked = info->role == ROLE_CLIENT ? INFO_ASKED : 0;

	if (op->direction == DIRECTION_EGRESS && (asked || !info->reader)) {
		if ((info->flags & (INFO_CONNECT_CONTEXT | asked)) != asked)
			info->flags = (info->flags & ~INFO_CONNECT_CONTEXT) | asked;
		return;
	}
	thread_now(&op->thread);
	op->trace = trace_of_thread(&op->thread);
	if (!op->trace) {
		count_lost(LOST_NO_ROOM, lost_what_of(op->direction, info->role), 1);
		return;
	}
	op->info = info;
	op->muted = true;
	take_context(op);
}

/* `op` has sk, direction and what take_result sets. False: it is wanted, or not known yet; op->info is set if it is known. */
static __always_inline bool passes_by(struct operation *op)
{
	struct socket_info *info = socket_info_find(op->sk);
	struct socket_verdict *verdict;

	op->info = info;
	if (!info || !info->id || !(info->flags & INFO_JUDGED))
		return false;
	if (info->flags & INFO_IGNORED)
		return true;
	verdict = verdict_of(info->verdict, info->id);
	if (!verdict || verdict->mute == MUTE_NONE || !moves_bytes(op) || info->transport == TRANSPORT_UDP)
		return false;
	if (verdict->mute == MUTE_SHED)
		count_lost(LOST_SHED, lost_what_of(op->direction, info->role), 1);
	pass_bytes(info, op);
	pass_context(info, op);
	return true;
}
