// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Where bytes lie in their direction of a connection: the same number at both
 * ends, right for connections older than the agent.
 */
#include "operation.h"
#include "overlap.h"
#include "sock.h"
#include "socket_info.h"
#include "task.h"
#include "wire.h"

static __always_inline void initials_of(const struct tcp_numbers *numbers, __u32 *sent, __u32 *received)
{
	*sent = numbers->snd_una - (__u32)numbers->bytes_acked;
	*received = numbers->rcv_nxt - (__u32)numbers->bytes_received;
}

/* Whether the initial numbers are those that are kept. The first that are seen twice are. */
__noinline __weak __u32 initials_agree(struct socket_info *info, const struct tcp_numbers *numbers)
{
	__u32 sent, received, agree;

	if (!info || !numbers)
		return 0;
	initials_of(numbers, &sent, &received);
	agree = sent == info->initial_sent && received == info->initial_received;
	if (info->flags & INFO_INITIALS)
		return agree;
	info->initial_sent = sent;
	info->initial_received = received;
	if (agree)
		info->flags |= INFO_INITIALS;
	return agree;
}

/*
 * The socket's lock is gone, so an acknowledgement may land between two loads. The
 * initial numbers never change: numbers that give others are read again.
 */
static __always_inline bool numbers_agree(struct sock *sk, const struct sock_facts *facts, struct socket_info *info,
					  struct tcp_numbers *numbers)
{
	struct trace_stats *stats;
	__u32 sent, received;
	int attempt;

	sock_tcp_numbers(sk, facts, numbers);
	initials_of(numbers, &sent, &received);
	if ((info->flags & INFO_INITIALS) && sent == info->initial_sent && received == info->initial_received)
		return true;
#pragma clang loop unroll(disable)
	for (attempt = 0; attempt < 4; attempt++) {
		sock_tcp_numbers(sk, facts, numbers);
		if (initials_agree(info, numbers))
			return true;
	}
	info->flags &= ~(INFO_INITIALS | INFO_COUNTED | INFO_COUNTED << 1); /* another connection: begin anew */
	info->flags |= INFO_LATE;
	stats = stats_of_cpu();
	if (stats)
		stats->conflicts++;
	return false;
}

/* `low`: a position's lower half; `near`: a position less than 2^31 away. */
static __always_inline __u64 widen(__u32 low, __u64 near)
{
	return near + (__s64)(__s32)(low - (__u32)near);
}

/* What own_place is asked, beside the socket. */
struct own_query {
	__u64 start;
	__u32 length;
	__u32 tid;
	__u8 direction;
	__u8 entry_known; /* so `alone` is, too */
	__u8 alone;	  /* the sequence number moved by this call's bytes only, from its entry to its exit */
	__u8 company;	  /* see overlap.h */
};

enum own_answer {
	OWN_PLACE = 1,
	OWN_ALL_COUNTED = 2, /* up to the sequence number, if it has not moved on meanwhile */
};

/*
 * Whether a TCP place is the operation's own. The sequence number is read after
 * the socket's lock is gone, so others may have moved it on. Up to end[] all bytes
 * belong to operations whose hooks have run; so bytes that fill exactly what lies
 * between there and the sequence number are this operation's. Others are in doubt,
 * unless nobody else can be under way, until the count of bytes says that all hooks
 * have run.
 */
__noinline __weak __u32 own_place(struct socket_info *info, const struct own_query *query)
{
	__u32 direction;
	__u64 end;
	bool next, quiet;

	if (!info || !query)
		return 0;
	direction = query->direction & 1;
	end = query->start + query->length;
	if (!(info->flags & (INFO_COUNTED << direction))) {
		info->flags |= INFO_COUNTED << direction;
		info->base[direction] = info->flags & (INFO_LATE | INFO_PASSED) ? query->start : 0;
		info->end[direction] = info->base[direction];
	}
	next = query->start == info->end[direction];
	quiet = !next && !query->entry_known && !may_overlap(info, direction, query->tid, query->company);
	if (next || quiet)
		info->end[direction] = end;
	__sync_fetch_and_add(&info->moved[direction], query->length); /* after the look at end[] */
	barrier();
	if (quiet)
		info->base[direction] = end - info->moved[direction]; /* some were not seen */
	if (next || quiet || query->alone)
		return OWN_PLACE;
	return info->base[direction] + info->moved[direction] == end ? OWN_ALL_COUNTED : 0;
}

/* What own_place would find nearly always. */
static __always_inline bool is_next_place(struct operation *op, __u64 position)
{
	enum direction direction = op->direction & 1;
	__u32 length = bytes_moved(op);

	if (!(op->info->flags & (INFO_COUNTED << direction)) || op->info->end[direction] != position)
		return false;
	op->info->end[direction] = position + length;
	__sync_fetch_and_add(&op->info->moved[direction], length);
	return true;
}

/* `sequence`: as it was when the place was worked out. */
static __always_inline bool settle_place(struct operation *op, __u64 position, __u32 sequence, bool alone)
{
	struct own_query query = {
		.start = position,
		.length = bytes_moved(op),
		.tid = op->thread.tid,
		.direction = op->direction,
		.entry_known = op->entry_known,
		.alone = alone,
		.company = company_of(op),
	};
	__u32 answer = own_place(op->info, &query);

	if (answer == OWN_ALL_COUNTED && sock_sequence(op->sk, &op->facts, op->direction) == sequence)
		op->info->end[op->direction & 1] = position + query.length;
	return answer == OWN_PLACE;
}

static __always_inline void put_sent(struct operation *op)
{
	struct tcp_numbers numbers = {};
	bool agree = numbers_agree(op->sk, &op->facts, op->info, &numbers);
	__u32 length = bytes_moved(op), low = numbers.write_seq - length - op->info->initial_sent;
	__u64 position = widen(low, numbers.bytes_acked);

	position -= op->info->role == ROLE_CLIENT; /* bytes_acked counts the SYN */
	op->place.position = position;
	op->place.known = is_next_place(op, position) ||
			  settle_place(op, position, numbers.write_seq,
				       op->entry_known && numbers.write_seq == op->entry_seq + length);
	op->place.known &= agree;
}

/* copied_seq moved by what this call gave, and perhaps the FIN, or the urgent byte that it stepped over. */
static __always_inline bool took_alone(struct operation *op, const struct tcp_numbers *numbers, bool fin)
{
	__u32 moved = numbers->copied_seq - op->entry_seq, beside = moved - bytes_moved(op);

	if (beside != 1)
		return !beside;
	return fin || sock_urgent_sequence(op->sk, &op->facts) - op->entry_seq < moved;
}

static __always_inline void put_received(struct operation *op)
{
	struct tcp_numbers numbers = {};
	bool agree = numbers_agree(op->sk, &op->facts, op->info, &numbers);
	__u32 length = bytes_moved(op), low = numbers.copied_seq - length - op->info->initial_received;
	__u64 position = widen(low, numbers.bytes_received);
	bool fin = took_fin(&op->facts, &numbers);

	position -= fin;
	op->place.position = position;
	op->place.known = is_next_place(op, position) ||
			  settle_place(op, position, numbers.copied_seq, op->entry_known && took_alone(op, &numbers, fin));
	op->place.known &= agree;
}
