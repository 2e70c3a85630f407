// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Waits that end a turn of an event loop: epoll and io_uring always; poll and
 * select on more than two descriptors that may block. Blocking clients, libcurl's
 * socket and wake-up pair among them, poll one or two before each send.
 */
#include "kernel_types.h"
#include "trace.h"

enum wait_call {
	CALL_POLL = 7,
	CALL_SELECT = 23,
	CALL_EPOLL_WAIT = 232,
	CALL_PSELECT6 = 270,
	CALL_PPOLL = 271,
	CALL_EPOLL_PWAIT = 281,
	CALL_IO_URING_ENTER = 426,
	CALL_EPOLL_PWAIT2 = 441,
};

enum {
	POLL_LOOKED_AT = 16,   /* entries of a pollfd array */
	SELECT_LOOKED_AT = 16, /* words of a descriptor set: all 1024 that select allows */
	FEW = 2,	       /* descriptors that are not taken for a loop's */
};

struct pollfd {
	__s32 fd;
	__u32 events;
};

struct time_out {
	__s64 seconds;
	__s64 fraction;
};

static __always_inline bool polls_many(__u64 array, __u32 count)
{
	struct pollfd entries[POLL_LOOKED_AT];
	int i, used = 0;

	__builtin_memset(entries, 0xff, sizeof(entries)); /* unused, like the entries whose fd is negative */
	if (count <= FEW)
		return false;
	if (count > POLL_LOOKED_AT)
		return true;
	bpf_probe_read_user(entries, (count & (2 * POLL_LOOKED_AT - 1)) * sizeof(entries[0]), (void *)array);
	for (i = 0; i < POLL_LOOKED_AT; i++)
		used += ~(__u32)entries[i].fd >> 31;
	return used > FEW;
}

static __always_inline void add_set(__u64 *all, __u64 set, __u32 words)
{
	__u64 bits[SELECT_LOOKED_AT] = {};
	int i;

	if (!set || bpf_probe_read_user(bits, words * sizeof(bits[0]), (void *)set))
		return;
	for (i = 0; i < SELECT_LOOKED_AT; i++)
		all[i] |= bits[i];
}

/* Without a branch: the verifier would follow both ways of each. */
static __always_inline __u32 bits_in(__u64 word)
{
	word -= (word >> 1) & 0x5555555555555555ULL;
	word = (word & 0x3333333333333333ULL) + ((word >> 2) & 0x3333333333333333ULL);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (word * 0x0101010101010101ULL) >> 56;
}

static __always_inline bool selects_many(struct pt_regs *regs)
{
	__u64 all[SELECT_LOOKED_AT] = {};
	__u32 words = ((__u32)regs->di + 63) / 64;
	int i, used = 0;

	if ((__u32)regs->di <= FEW)
		return false;
	if (words > SELECT_LOOKED_AT)
		words = SELECT_LOOKED_AT;
	add_set(all, regs->si, words);
	add_set(all, regs->dx, words);
	add_set(all, regs->r10, words);
	for (i = 0; i < SELECT_LOOKED_AT; i++)
		used += bits_in(all[i]);
	return used > FEW;
}

static __always_inline bool may_block(__u64 timeout)
{
	struct time_out time = {};

	if (!timeout)
		return true;
	bpf_probe_read_user(&time, sizeof(time), (void *)timeout);
	return time.seconds || time.fraction;
}

/* Calls that overwrite what they were given, looked at before they do. */
static __always_inline void wait_entered(const struct thread *thread, struct pt_regs *regs, enum wait_call call)
{
	struct trace_info *trace = trace_find(thread);

	if (!trace)
		return;
	if (call == CALL_PPOLL)
		trace->waits = may_block(regs->dx) && polls_many(regs->di, regs->si);
	else
		trace->waits = may_block(regs->r8) && selects_many(regs);
}

static __always_inline void wait_returned(const struct thread *thread, struct pt_regs *regs, enum wait_call call)
{
	struct trace_info *trace = trace_find(thread);
	bool ends_turn = true;

	if (!trace)
		return;
	if (call == CALL_POLL)
		ends_turn = (int)regs->dx != 0 && polls_many(regs->di, regs->si);
	else if (call == CALL_PPOLL || call == CALL_SELECT || call == CALL_PSELECT6)
		ends_turn = trace->waits;
	trace->waits = 0;
	if (ends_turn)
		trace_next_turn(trace);
}
