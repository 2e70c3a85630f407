// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * End of a loop's turn, one tracepoint for each call. Attached only while a
 * traced process runs a loop. Registers come from bpf_task_pt_regs (Linux 5.15).
 */
#include "wait.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int on_return(enum wait_call call)
{
	struct thread thread;

	thread_now(&thread);
	wait_returned(&thread, (struct pt_regs *)bpf_task_pt_regs(thread.task), call);
	return 0;
}

static __always_inline int on_entry(enum wait_call call)
{
	struct thread thread;

	thread_now(&thread);
	wait_entered(&thread, (struct pt_regs *)bpf_task_pt_regs(thread.task), call);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_epoll_wait")
int on_epoll_wait(void *ctx)
{
	return on_return(CALL_EPOLL_WAIT);
}

SEC("tracepoint/syscalls/sys_exit_epoll_pwait")
int on_epoll_pwait(void *ctx)
{
	return on_return(CALL_EPOLL_PWAIT);
}

SEC("tracepoint/syscalls/sys_exit_epoll_pwait2")
int on_epoll_pwait2(void *ctx)
{
	return on_return(CALL_EPOLL_PWAIT2);
}

SEC("tracepoint/syscalls/sys_exit_io_uring_enter")
int on_io_uring_enter(void *ctx)
{
	return on_return(CALL_IO_URING_ENTER);
}

SEC("tracepoint/syscalls/sys_exit_poll")
int on_poll(void *ctx)
{
	return on_return(CALL_POLL);
}

SEC("tracepoint/syscalls/sys_enter_ppoll")
int on_ppoll_entry(void *ctx)
{
	return on_entry(CALL_PPOLL);
}

SEC("tracepoint/syscalls/sys_exit_ppoll")
int on_ppoll(void *ctx)
{
	return on_return(CALL_PPOLL);
}

SEC("tracepoint/syscalls/sys_enter_select")
int on_select_entry(void *ctx)
{
	return on_entry(CALL_SELECT);
}

SEC("tracepoint/syscalls/sys_exit_select")
int on_select(void *ctx)
{
	return on_return(CALL_SELECT);
}

SEC("tracepoint/syscalls/sys_enter_pselect6")
int on_pselect6_entry(void *ctx)
{
	return on_entry(CALL_PSELECT6);
}

SEC("tracepoint/syscalls/sys_exit_pselect6")
int on_pselect6(void *ctx)
{
	return on_return(CALL_PSELECT6);
}
