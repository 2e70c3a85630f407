// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Processes that begin and end, where the kernel's own BTF is out of reach. */
#define BY_OFFSETS
#include "process.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("raw_tp/sched_process_exec")
int on_exec_raw(void *ctx)
{
	return process_began(ctx);
}

SEC("raw_tp/sched_process_exit")
int on_exit_raw(void *ctx)
{
	return thread_ended(ctx);
}
