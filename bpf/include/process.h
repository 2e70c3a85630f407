// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* Processes begin with an exec and end with their last thread. Forked ones start with no context: nothing to do. */
#include "emit.h"
#include "task.h"
#include "trace.h"

static __always_inline void send_process(void *ctx, enum event_kind kind)
{
	struct emission emission;
	struct process_event *event;

	if (!emit_open(&emission)) {
		count_lost(LOST_REENTERED, LOST_OTHER, 1);
		return;
	}
	event = emission.event;
	emit_header(&emission, kind, sizeof(*event));
	event->start = task_process_start();
	event->tgid = task_tgid();
	event->parent = task_parent();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	emit_close(ctx, &emission, sizeof(*event), LOST_OTHER);
}

static __always_inline int process_began(void *ctx)
{
	send_process(ctx, EVENT_EXEC);
	return 0;
}

static __always_inline int thread_ended(void *ctx)
{
	trace_forget();
	/* Counted down before this; two threads that exit at once may both be the last. */
	if (task_live_threads() == 0)
		send_process(ctx, EVENT_EXIT);
	return 0;
}
