// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* Which operations are looked at further, and what is kept of their socket. */
#include "describe.h"
#include "filter.h"
#include "operation.h"
#include "verdict.h"

/* Asked once for each socket, by the first thread that moves bytes. */
static __always_inline void judge(struct socket_info *info, const struct operation *op, __u32 tgid)
{
	__u32 protocol = datagrams_protocol(op->datagrams), limit = datagrams_limit(op->datagrams);
	struct proto_infer_cache *cached = 0;

	info->flags |= INFO_JUDGED;
	info->transport = op->facts.transport;
	info->limit = knobs.payload_limit;
	if (process_ignored(tgid)) {
		info->flags |= INFO_IGNORED;
		return;
	}
	if (op->facts.transport == TRANSPORT_UDP)
		info->role = datagrams_role(op->datagrams);
	else if (op->facts.transport == TRANSPORT_TCP && info->role == ROLE_SERVER)
		cached = protocol_of_port(op->facts.local_port);
	else if (op->facts.transport == TRANSPORT_TCP && info->role == ROLE_CLIENT)
		cached = protocol_of_port(op->facts.remote_port);
	if (cached) {
		protocol = cached->protocol;
		limit = cached->limit;
	}
	if (!protocol)
		return;
	if (protocol_disabled(protocol))
		info->flags |= INFO_IGNORED;
	info->limit = limit;
}

static __always_inline void begin_late(struct operation *op)
{
#ifndef BY_OFFSETS /* where entries are seen, it was begun at one */
	if (op->facts.transport == TRANSPORT_UNIX) {
		unix_begin(op->info, op->sk);
		return;
	}
#endif
	socket_info_begin(op->info, op->inode ? op->inode : sock_inode(op->sk), ID_BY_DATA);
	op->info->flags |= INFO_LATE;
}

/* False: left alone, or no room for it. */
static __always_inline bool admit(struct operation *op)
{
	__u32 tgid = op->thread.tgid;

	if (tgid == knobs.agent_tgid)
		return false;
	if (is_inet(op->facts.family) && ports_left_alone(op->facts.local_port, op->facts.remote_port))
		return false;
	if (!op->info)
		op->info = socket_info_of(op->sk);
	if (!op->info) {
		count_lost(LOST_NO_ROOM, lost_what_of(op->direction, ROLE_UNKNOWN), 1);
		return false;
	}
	if (!op->info->id || is_stale(op->info, op->inode))
		begin_late(op);
	if (!(op->info->flags & INFO_JUDGED))
		judge(op->info, op, tgid);
	if (op->info->flags & INFO_IGNORED)
		return false;
	if (!op->info->inode)
		op->info->inode = op->inode ? op->inode : sock_inode(op->sk);
	return true;
}
