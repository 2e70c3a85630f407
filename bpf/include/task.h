// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * The thread that runs: by typed loads, or at offsets where BY_OFFSETS is defined
 * (see sock.h). Asked for once in a program: a helper call costs 8 ns and more
 * where returns are made safe against speculation.
 */
#include "kernel_types.h"
#include "knobs.h"
#include "read_kernel.h"

struct thread {
	struct task_struct *task;
	__u32 tgid;
	__u32 tid;
};

#ifdef BY_OFFSETS

static __always_inline void thread_now(struct thread *thread)
{
	__u64 both = bpf_get_current_pid_tgid();

	thread->tgid = both >> 32;
	thread->tid = both;
	/* Typed if it can be: then it has storage. */
	thread->task = knobs.typed_task ? bpf_get_current_task_btf() : (struct task_struct *)bpf_get_current_task();
}

static __always_inline bool started_before_agent(const struct thread *thread)
{
	return read_u64(thread->task, member_offsets.task_start_time) < knobs.agent_start;
}

static __always_inline __u64 process_start(const struct thread *thread)
{
	void *leader = read_pointer(thread->task, member_offsets.task_group_leader);

	return read_u64(leader, member_offsets.task_start_time);
}

static __always_inline __u32 process_parent(const struct thread *thread)
{
	return read_u32(read_pointer(thread->task, member_offsets.task_real_parent), member_offsets.task_tgid);
}

static __always_inline __u32 process_live_threads(const struct thread *thread)
{
	return read_u32(read_pointer(thread->task, member_offsets.task_signal), member_offsets.signal_live);
}

/* Where its thread-local memory is. */
static __always_inline __u64 thread_pointer(const struct thread *thread)
{
	return read_u64(thread->task, member_offsets.task_thread_pointer);
}

#else

static __always_inline void thread_now(struct thread *thread)
{
	struct task_struct *task = bpf_get_current_task_btf();

	thread->task = task;
	thread->tgid = task->tgid;
	thread->tid = task->pid;
}

static __always_inline bool started_before_agent(const struct thread *thread)
{
	return thread->task->start_time < knobs.agent_start;
}

static __always_inline __u64 process_start(const struct thread *thread)
{
	return thread->task->group_leader->start_time;
}

static __always_inline __u32 process_parent(const struct thread *thread)
{
	return thread->task->real_parent->tgid;
}

static __always_inline __u32 process_live_threads(const struct thread *thread)
{
	return thread->task->signal->live.counter;
}

static __always_inline __u64 thread_pointer(const struct thread *thread)
{
	return thread->task->thread.fsbase;
}

#endif
