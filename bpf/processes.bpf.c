// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Processes that begin and end. */
#include "process.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sched_process_exec")
int on_exec(void *ctx)
{
	return process_began(ctx);
}

SEC("tp_btf/sched_process_exit")
int on_exit(void *ctx)
{
	return thread_ended(ctx);
}
