// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * What the loader sets before the object is loaded; constants to the verifier.
 * layout.ts has writers for both structs and where they lie in .rodata.
 */

enum hook_family {
	HOOKS_SOCKET = 1,  /* sock_send_length, sock_recv_length */
	HOOKS_SYSCALL = 2, /* entry and exit of the system calls */
};

struct knobs {
	__u64 wire_hash;	/* of wire.h and knobs.h; set by the compiler */
	__u64 agent_start;	/* CLOCK_MONOTONIC, ns */
	__u64 agent_start_real; /* CLOCK_REALTIME, s: sockets have no other birthday */
	__u32 agent_tgid;
	__u32 payload_limit; /* bytes copied per operation before the protocol is known; <= PAYLOAD_MAX */
	__u32 hook_family;
	__u32 task_storage;   /* 1: trace_map is task storage (Linux 5.11); 0: trace_hash stands in for it */
	__u32 socket_storage; /* 1: socket_info_map is socket storage (typed programs only); 0: socket_info_hash */
	__u32 verdicts;	      /* entries of socket_verdict_map */
};

#ifdef WIRE_HASH
const volatile struct knobs knobs __attribute__((weak)) = { .wire_hash = WIRE_HASH };
#endif
