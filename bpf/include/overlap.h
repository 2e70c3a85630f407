// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * Whether two calls move bytes of one socket in one direction at the same time.
 * Their hooks may then run in another order than the bytes went, and each may
 * take the other's place for its own.
 *
 * Where entries are seen (saved_call.h) it is known. Where not, a call holds a
 * reference to the file until after its hook, so whoever finds more than its own
 * and the table's may not be alone; it leaves a mark for those that come after it.
 */
#include "operation.h"

/* So long after the last overlap no hook of those calls is still to come. */
#define AT_REST 1000000000ULL /* ns */

/* Signs of others, by which `company` is told. */
enum company {
	COMPANY_KNOWN = 1,    /* another call in this direction was under way */
	COMPANY_POSSIBLE = 2, /* the file has other references */
	COMPANY_THREADS = 4,  /* the process has other threads */
};

#ifdef BY_OFFSETS

static __always_inline __u8 company_of(const struct operation *op)
{
	return op->overlapped ? COMPANY_KNOWN : 0;
}

#else

static __always_inline long file_references(struct file *file)
{
	if (bpf_core_field_exists(file->f_ref))
		return file->f_ref.refcnt.counter + 1;
	return ((struct file___v612 *)file)->f_count.counter;
}

static __always_inline __u8 company_of(const struct operation *op)
{
	struct file *file = sock_file(op->sk);
	__u8 threads = op->thread.task->files->count.counter > 1;

	if (!file || file_references(file) <= 1 + threads)
		return 0;
	return COMPANY_POSSIBLE | (threads ? COMPANY_THREADS : 0);
}

#endif

/*
 * Other references may be permanent (copies of the descriptor) or those of calls in
 * the other direction: not doubted for them is a thread that has been the only one
 * for a while, or that is the only one of its process and was the only one so far.
 */
static __always_inline bool may_overlap(struct socket_info *info, __u32 direction, __u32 tid, __u8 company)
{
	__u64 now;

	if (company & COMPANY_KNOWN)
		return true;
	now = bpf_ktime_get_ns();
	if (info->mover[direction] != tid) {
		if (info->mover[direction])
			info->flags |= INFO_SHARED << direction;
		info->mover[direction] = tid;
		info->mover_since[direction] = now;
	}
	if ((company & COMPANY_POSSIBLE) && now - info->mover_since[direction] < AT_REST &&
	    ((company & COMPANY_THREADS) || (info->flags & (INFO_SHARED << direction))))
		info->doubt[direction] = now;
	return info->doubt[direction] && now - info->doubt[direction] < AT_REST;
}
