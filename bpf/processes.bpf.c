// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Processes begin with an exec and end with their last thread. Forked ones start with no context: nothing to do. */
#include "emit.h"
#include "task.h"
#include "trace.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline void send_process(void *ctx, enum event_kind kind)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct emission emission;
	struct process_event *event;

	if (!emit_open(&emission)) {
		count_lost(LOST_REENTERED, LOST_OTHER, 1);
		return;
	}
	event = emission.event;
	emit_header(&emission, kind, sizeof(*event));
	event->start = task_process_start();
	event->tgid = task->tgid;
	event->parent = task->real_parent->tgid;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	emit_close(ctx, &emission, sizeof(*event), LOST_OTHER);
}

SEC("tp_btf/sched_process_exec")
int on_exec(void *ctx)
{
	send_process(ctx, EVENT_EXEC);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int on_exit(void *ctx)
{
	trace_forget();
	/* Counted down before this; two threads that exit at once may both be the last. */
	if (bpf_get_current_task_btf()->signal->live.counter == 0)
		send_process(ctx, EVENT_EXIT);
	return 0;
}
