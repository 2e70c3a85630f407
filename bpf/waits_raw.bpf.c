// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * End of a loop's turn where tracefs is not mounted: seen among all system calls
 * of the host, which costs each of them.
 */
#include "wait.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline bool is_32_bit(const struct thread *thread)
{
	return thread->task->thread_info.status & TS_COMPAT;
}

SEC("tp_btf/sys_enter")
int on_any_entry(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	struct thread thread;
	long call = ctx[1];

	if (call != CALL_PPOLL && call != CALL_SELECT && call != CALL_PSELECT6)
		return 0;
	thread_now(&thread);
	if (!is_32_bit(&thread))
		wait_entered(&thread, regs, call);
	return 0;
}

SEC("tp_btf/sys_exit")
int on_any_return(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	long call = regs->orig_ax;
	struct thread thread;

	switch (call) {
	case CALL_POLL:
	case CALL_SELECT:
	case CALL_EPOLL_WAIT:
	case CALL_PSELECT6:
	case CALL_PPOLL:
	case CALL_EPOLL_PWAIT:
	case CALL_IO_URING_ENTER:
	case CALL_EPOLL_PWAIT2:
		thread_now(&thread);
		if (!is_32_bit(&thread))
			wait_returned(&thread, regs, call);
	}
	return 0;
}
