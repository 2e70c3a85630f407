// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Where bytes lie in their direction of a connection: the same number at both
 * ends, right for connections older than the agent.
 */
#include "sock.h"
#include "socket_info.h"
#include "task.h"
#include "wire.h"

struct place {
	__u64 position; /* of the first byte */
	bool known;
};

static __always_inline void initials_of(const struct tcp_numbers *numbers, __u32 *sent, __u32 *received)
{
	*sent = numbers->snd_una - (__u32)numbers->bytes_acked;
	*received = numbers->rcv_nxt - (__u32)numbers->bytes_received;
}

/*
 * The socket's lock is gone, so an acknowledgement may land between two loads.
 * The initial numbers never change: numbers that give others are read again.
 */
static __always_inline bool numbers_agree(struct sock *sk, const struct sock_facts *facts,
					   struct socket_info *info, struct tcp_numbers *numbers)
{
	__u32 sent = 0, received = 0;
	struct trace_stats *stats;
	int attempt;

	for (attempt = 0; attempt < 3; attempt++) {
		sock_tcp_numbers(sk, facts, numbers);
		initials_of(numbers, &sent, &received);
		if ((info->flags & INFO_INITIALS) && sent == info->initial_sent && received == info->initial_received)
			return true;
		if (!(info->flags & INFO_INITIALS)) {
			info->initial_sent = sent;
			info->initial_received = received;
			info->flags |= INFO_INITIALS; /* the next attempt confirms them */
		}
		barrier();
	}
	info->initial_sent = sent;
	info->initial_received = received;
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

/* After so long without a write no hook of one is still to come. */
#define WRITERS_AT_REST 1000000000ULL /* ns */

/*
 * Whether a write's place is its own. write_seq is read after the socket's lock is
 * gone, so other threads' writes may have moved it on. Up to sent_end all bytes
 * belong to writes whose hooks have run; so bytes that fill exactly what lies
 * between there and write_seq are this write's. Others are in doubt, until the
 * count of bytes says that all hooks up to write_seq have run.
 */
static __always_inline bool is_own_place(struct sock *sk, const struct sock_facts *facts, struct socket_info *info,
					 __u64 start, __u32 length, __u32 write_seq)
{
	__u64 end = start + length;
	bool own, at_rest;

	if (!(info->flags & INFO_SENT)) {
		info->flags |= INFO_SENT;
		info->sent_base = info->flags & INFO_LATE ? start : 0;
		info->sent_end = info->sent_base;
	}
	own = start == info->sent_end;
	at_rest = !own && bpf_ktime_get_ns() - info->write_time > WRITERS_AT_REST;
	if (own || at_rest)
		info->sent_end = end;
	__sync_fetch_and_add(&info->moved[DIRECTION_EGRESS], length); /* after the look at sent_end */
	barrier();
	if (at_rest)
		info->sent_base = end - info->moved[DIRECTION_EGRESS]; /* some were not seen */
	else if (!own && info->sent_base + info->moved[DIRECTION_EGRESS] == end && sock_write_seq(sk, facts) == write_seq)
		info->sent_end = end;
	return own || at_rest;
}

/* `entry_seq`: write_seq when the call began, if that is known; where only this call's bytes came since, they are its own. */
static __always_inline struct place tcp_sent(struct sock *sk, const struct sock_facts *facts, struct socket_info *info,
					     __u32 length, bool entry_known, __u32 entry_seq)
{
	struct tcp_numbers numbers = {};
	struct place place = {};
	bool agree = numbers_agree(sk, facts, info, &numbers);
	bool alone = entry_known && numbers.write_seq == entry_seq + length;

	place.position = widen(numbers.write_seq - length - info->initial_sent, numbers.bytes_acked);
	if (info->role == ROLE_CLIENT)
		place.position--; /* bytes_acked counts the SYN */
	place.known = (is_own_place(sk, facts, info, place.position, length, numbers.write_seq) || alone) && agree;
	return place;
}

static __always_inline struct place tcp_received(struct sock *sk, const struct sock_facts *facts,
						 struct socket_info *info, __u32 length)
{
	struct tcp_numbers numbers = {};
	struct place place = {};

	place.known = numbers_agree(sk, facts, info, &numbers);
	place.position = widen(numbers.copied_seq - length - info->initial_received, numbers.bytes_received);
	if (took_fin(facts, &numbers))
		place.position--;
	return place;
}

/* Two threads that write a Unix socket within so short a time may be seen in the wrong order, and nothing shows it. */
#define UNIX_WRITERS_APART 1000000ULL /* ns */

static __always_inline bool is_usual_writer(struct socket_info *info, __u32 tid)
{
	__u32 last = info->writer;

	info->writer = tid;
	return !last || last == tid;
}

/* No kernel counts these bytes: our own count since connect. */
static __always_inline struct place unix_place(struct socket_info *info, __u32 tid, __u32 length,
					       enum direction direction)
{
	struct place place = { .position = info->moved[direction & 1], .known = true };

	__sync_fetch_and_add(&info->moved[direction & 1], length);
	if (direction == DIRECTION_EGRESS && !is_usual_writer(info, tid))
		place.known = bpf_ktime_get_ns() - info->write_time > UNIX_WRITERS_APART;
	return place;
}
