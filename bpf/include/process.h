// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* Processes begin with an exec and end with their last thread. Forked ones start with no context: nothing to do. */
#include "emit.h"
#include "task.h"
#include "trace.h"

static __always_inline void send_process(void *ctx, const struct thread *thread, enum event_kind kind)
{
	struct emission emission;
	struct process_event *event;

	if (!emit_open(&emission, true)) {
		count_lost(LOST_REENTERED, LOST_OTHER, 1);
		return;
	}
	event = emission.event;
	emit_header(&emission, kind, sizeof(*event));
	event->start = process_start(thread);
	event->tgid = thread->tgid;
	event->parent = process_parent(thread);
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	emit_close(ctx, &emission, sizeof(*event), LOST_OTHER);
}

static __always_inline int process_began(void *ctx)
{
	struct thread thread;

	thread_now(&thread);
	send_process(ctx, &thread, EVENT_EXEC);
	return 0;
}

static __always_inline int thread_ended(void *ctx)
{
	struct thread thread;

	thread_now(&thread);
	trace_forget(&thread);
	/* Counted down before this; two threads that exit at once may both be the last. */
	if (process_live_threads(&thread) == 0)
		send_process(ctx, &thread, EVENT_EXIT);
	return 0;
}
