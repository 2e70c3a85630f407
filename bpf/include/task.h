// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* The thread that runs: by typed loads, or at offsets where BY_OFFSETS is defined (see sock.h). */
#include "kernel_types.h"
#include "knobs.h"
#include "read_kernel.h"

static __always_inline __u32 task_tid(void)
{
	return bpf_get_current_pid_tgid();
}

static __always_inline __u32 task_tgid(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

#ifdef BY_OFFSETS

static __always_inline void *task_struct_of_thread(void)
{
	return (void *)bpf_get_current_task();
}

static __always_inline bool task_started_before_agent(void)
{
	return read_u64(task_struct_of_thread(), member_offsets.task_start_time) < knobs.agent_start;
}

static __always_inline __u64 task_process_start(void)
{
	void *leader = read_pointer(task_struct_of_thread(), member_offsets.task_group_leader);

	return read_u64(leader, member_offsets.task_start_time);
}

static __always_inline __u32 task_parent(void)
{
	return read_u32(read_pointer(task_struct_of_thread(), member_offsets.task_real_parent), member_offsets.task_tgid);
}

static __always_inline __u32 task_live_threads(void)
{
	return read_u32(read_pointer(task_struct_of_thread(), member_offsets.task_signal), member_offsets.signal_live);
}

#else

static __always_inline bool task_started_before_agent(void)
{
	return bpf_get_current_task_btf()->start_time < knobs.agent_start;
}

static __always_inline __u64 task_process_start(void)
{
	return bpf_get_current_task_btf()->group_leader->start_time;
}

static __always_inline __u32 task_parent(void)
{
	return bpf_get_current_task_btf()->real_parent->tgid;
}

static __always_inline __u32 task_live_threads(void)
{
	return bpf_get_current_task_btf()->signal->live.counter;
}

#endif
