// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which context object of a CPython was copied from which, and when. Attached to functions of single
 * processes: PyContext_CopyCurrent as it returns, and what frees the object, so that its address tells
 * nothing of the next one there.
 *
 * These programs can be preempted (Linux 6.0 and newer): they must not emit.
 */
#define BY_OFFSETS
#include "activity.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define BORN (1ULL << 52) /* no address of user space is as high */

SEC("uretprobe")
int on_context_born(struct pt_regs *regs)
{
	struct birth_key key = { .object = regs->ax };
	struct birth birth = {}, *parent;
	struct thread thread;

	if (!key.object)
		return 0;
	thread_now(&thread);
	key.tgid = thread.tgid;
	birth.activity = BORN | ((bpf_ktime_get_ns() - knobs.agent_start) >> 3 & (BORN - 1));
	birth.parent = activity_in(thread.tgid, thread_pointer(&thread));
	parent = birth.parent ? birth_of(thread.tgid, birth.parent) : NULL;
	if (parent) {
		birth.parent = parent->activity;
		birth.grandparent = parent->parent;
	}
	bpf_map_update_elem(&context_births, &key, &birth, BPF_ANY);
	return 0;
}

SEC("uprobe")
int on_context_gone(struct pt_regs *regs)
{
	struct birth_key key = { .object = regs->di, .tgid = bpf_get_current_pid_tgid() >> 32 };
	struct birth *birth = bpf_map_lookup_elem(&context_births, &key);
	__u64 activity;

	if (!birth)
		return 0;
	activity = birth->activity;
	if (birth->used)
		bpf_map_push_elem(&contexts_gone, &activity, BPF_EXIST);
	bpf_map_delete_elem(&context_births, &key);
	return 0;
}
