// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * One send or receive on a socket, whichever hook saw it: admitted, placed in
 * its stream, given its context, sent up.
 */
#ifndef BY_OFFSETS
#include "call.h"
#endif
#include "copy.h"
#include "describe.h"
#include "emit.h"
#include "position.h"
#include "trace.h"
#include "verdict.h"

struct operation {
	struct thread thread;
	struct sock *sk;
	struct sock_facts facts;
	__u64 inode; /* of the socket; 0: not looked up yet */
	struct socket_info *info;
	struct trace_info *trace;
	struct place place;
	struct user_data data;
	__u64 context;
	__u32 turn;
	__u32 length; /* bytes moved; of a failed ingress its errno */
	__u32 limit;  /* bytes to copy */
	__u32 message_flags;
	__u16 flags; /* enum data_flag */
	enum direction direction;
	enum uncaptured_reason data_reason; /* why `data` is not where the bytes are */
	__u32 entry_seq; /* write_seq when the call began */
	bool entry_known;
	bool muted;
};

static __always_inline bool moves_bytes(const struct operation *op)
{
	return !(op->flags & (DATA_END | DATA_FAILED));
}

/* Asked once for each socket, by the first thread that moves bytes. */
static __always_inline void judge(struct socket_info *info, const struct sock_facts *facts, __u32 tgid)
{
	struct proto_infer_cache *cached = 0;

	info->flags |= INFO_JUDGED;
	info->limit = knobs.payload_limit;
	if (process_ignored(tgid)) {
		info->flags |= INFO_IGNORED;
		return;
	}
	if (facts->transport != TRANSPORT_TCP)
		return;
	if (info->role == ROLE_SERVER)
		cached = protocol_of_port(facts->local_port);
	else if (info->role == ROLE_CLIENT)
		cached = protocol_of_port(facts->remote_port);
	if (!cached)
		return;
	if (protocol_disabled(cached->protocol))
		info->flags |= INFO_IGNORED;
	if (cached->limit < info->limit)
		info->limit = cached->limit;
}

/* The entry was of another socket at the same address, whose end was not seen. */
static __always_inline bool is_stale(const struct socket_info *info, __u64 inode)
{
	return !knobs.socket_storage && info->inode && inode && info->inode != inode;
}

static __always_inline void begin_late(struct operation *op)
{
	if (op->facts.transport == TRANSPORT_UNIX) {
		unix_begin(op->info, op->sk);
		return;
	}
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
	op->info = socket_info_of(op->sk);
	if (!op->info) {
		count_lost(LOST_NO_ROOM, lost_what_of(op->direction, ROLE_UNKNOWN), 1);
		return false;
	}
	if (!op->info->id || is_stale(op->info, op->inode))
		begin_late(op);
	if (!(op->info->flags & INFO_JUDGED))
		judge(op->info, &op->facts, tgid);
	if (op->info->flags & INFO_IGNORED)
		return false;
	if (!op->info->inode)
		op->info->inode = op->inode ? op->inode : sock_inode(op->sk);
	return true;
}

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

static __always_inline enum uncaptured_reason capture(struct operation *op, __u8 *payload, __u32 *captured)
{
	if (op->facts.transport == TRANSPORT_OPAQUE)
		return UNCAPTURED_PROTOCOL;
	if (!op->limit)
		return UNCAPTURED_VERDICT;
#ifndef BY_OFFSETS
	op->data_reason = find_user_data(op->thread.task, op->sk, op->direction, &op->data);
#endif
	if (op->data_reason)
		return op->data_reason;
	/* The tracepoint after a send says no flags. */
	if ((op->direction == DIRECTION_EGRESS ? op->data.flags : op->message_flags) & (MSG_TRUNC | MSG_OOB))
		return UNCAPTURED_FLAGS;
	return copy_user_data(payload, op->length, op->limit, &op->data, captured);
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

	if (!emit_open(&emission)) {
		count_lost(LOST_REENTERED, what, 1);
		return;
	}
	event = emission.event;
	if (op->direction == DIRECTION_EGRESS)
		op->info->write_time = emission.time;
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
	__builtin_memset(event->payload + captured, 0, 8);
	emit_header(&emission, EVENT_DATA, (sizeof(*event) + captured + 7) & ~7u);
	emit_close(ctx, &emission, event->header.size, what);
	if (reason)
		count_uncaptured(reason);
}

/* Datagrams count only where user space wants them: on a port marked, or known to speak a protocol. */
static __always_inline bool is_wanted(const struct sock_facts *facts)
{
	if (facts->transport == TRANSPORT_OTHER)
		return false;
	if (facts->transport != TRANSPORT_UDP)
		return true;
	if (ports_unrecognised(facts->local_port, facts->remote_port) || protocol_of_port(facts->local_port) ||
	    protocol_of_port(facts->remote_port))
		return true;
	count_uncaptured(UNCAPTURED_PROTOCOL);
	return false;
}

/* Errors that end nothing. */
static __always_inline bool is_passing(int error)
{
	return error == EAGAIN || error == EINTR || error == ERESTARTSYS || error == EIOCBQUEUED;
}

/* What a call's result says; false: nothing that concerns the stream. */
static __always_inline bool take_result(struct operation *op, int result)
{
	if (result > 0) {
		op->length = result;
		return true;
	}
	if (op->direction == DIRECTION_EGRESS)
		return false;
	if (result == 0) {
		op->flags = DATA_END; /* unless nothing was asked for: see handle */
		return true;
	}
	op->length = -result;
	op->flags = DATA_FAILED;
	return !is_passing(-result);
}

/* Outside the stream: a look ahead, an error report, the urgent byte. Where that is skipped the positions jump. */
static __always_inline bool is_beside_stream(const struct operation *op)
{
	if (op->direction == DIRECTION_EGRESS)
		return false;
	if (op->message_flags & MSG_PEEK)
		return true;
	if (!(op->message_flags & (MSG_ERRQUEUE | MSG_OOB)))
		return false;
	count_uncaptured(UNCAPTURED_FLAGS);
	return true;
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
