// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* The thread that runs. */
#include "kernel_types.h"
#include "knobs.h"

static __always_inline __u32 task_tid(void)
{
	return bpf_get_current_pid_tgid();
}

static __always_inline __u32 task_tgid(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

static __always_inline bool task_started_before_agent(void)
{
	return bpf_get_current_task_btf()->start_time < knobs.agent_start;
}

static __always_inline __u64 task_process_start(void)
{
	return bpf_get_current_task_btf()->group_leader->start_time;
}
