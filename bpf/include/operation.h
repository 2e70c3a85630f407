// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* One send or receive on a socket, whichever hook saw it. */
#include "sock.h"
#include "socket_info.h"
#include "task.h"
#include "trace.h"
#include "user_data.h"
#include "wire.h"

/*
 * Parts of an operation's way are global functions (__noinline __weak, Linux 5.6,
 * with pointers 5.12): the verifier looks at each once, and takes nothing for
 * granted of what it returns and writes. Inlined, it would follow every way through
 * one part into every way through the next. A call costs 5 ns.
 */

struct place {
	__u64 position; /* of the first byte */
	__u64 known;	/* true or false; as wide as the rest, for padding that is copied upsets the verifier */
};

/*
 * What is known of the ports of a datagram socket, in 32 bits for the sake of the
 * stack: limit (16), protocol (8), role (6: which end this is), and that it was
 * marked, known or not.
 */
enum { DATAGRAMS_MARKED = 1u << 31 };

static __always_inline __u32 datagrams_as(enum socket_role role, __u32 protocol, __u32 limit)
{
	return DATAGRAMS_MARKED | role << 24 | (protocol & 0xff) << 16 | (limit & 0xffff);
}

static __always_inline enum socket_role datagrams_role(__u32 datagrams)
{
	return datagrams >> 24 & 0x3f;
}

static __always_inline __u32 datagrams_protocol(__u32 datagrams)
{
	return datagrams >> 16 & 0xff;
}

static __always_inline __u32 datagrams_limit(__u32 datagrams)
{
	return datagrams & 0xffff;
}

struct operation {
	struct thread thread;
	struct sock *sk;
	struct sock_facts facts;
	__u64 inode; /* of the socket; 0: not looked up yet */
	struct socket_info *info;
	struct trace_info *trace;
	struct place place;
	struct user_data *data;
	__u64 context;
	__u32 turn;
	__u32 length; /* bytes moved; of a failed ingress its errno */
	__u32 limit;  /* bytes to copy */
	__u32 message_flags;
	__u16 flags; /* enum data_flag */
	enum direction direction;
	__u32 datagrams; /* see datagrams_as; 0 nothing, or no datagrams */
	enum uncaptured_reason data_reason; /* why `data` is not where the bytes are */
	__u32 entry_seq; /* write_seq or copied_seq when the call began */
	bool entry_known;
	bool overlapped; /* another call moved bytes in this direction meanwhile, where that is known */
	bool data_found; /* `data` or data_reason is set */
	bool muted;
	bool shed;
};

static __always_inline bool moves_bytes(const struct operation *op)
{
	return !(op->flags & (DATA_END | DATA_FAILED));
}

static __always_inline __u32 bytes_moved(const struct operation *op)
{
	return moves_bytes(op) ? op->length : 0;
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
		op->flags = DATA_END; /* unless nothing was asked for: see is_end */
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
