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
	__u64 wire_hash;   /* of wire.h and knobs.h; set by the compiler */
	__u64 agent_start; /* CLOCK_MONOTONIC, ns */
	__u32 agent_tgid;
	__u32 payload_limit; /* bytes copied per operation before the protocol is known; <= PAYLOAD_MAX */
	__u32 hook_family;
	__u32 task_storage;   /* 1: trace_map is task storage (Linux 5.11); 0: trace_hash stands in for it */
	__u32 socket_storage; /* 1: socket_info_map is socket storage (typed programs only); 0: socket_info_hash */
	__u32 verdicts;	      /* entries of socket_verdict_map */
	__u32 typed_task;     /* 1: the running thread can be read by typed loads (Linux 5.11 with BTF) */
	__u32 state_hooks;    /* 1: inet_sock_set_state tells when TCP connections begin and end */
};

/*
 * Where members lie, in bytes from the start of their struct, for programs that
 * hold plain pointers. Found before loading (src/loader/member-offsets.ts).
 */
struct member_offsets {
	__u32 task_files;
	__u32 task_group_leader;
	__u32 task_real_parent;
	__u32 task_signal;
	__u32 task_start_time;
	__u32 task_tgid;
	__u32 task_thread_pointer; /* fsbase */
	__u32 signal_live;
	__u32 files_fdt;
	__u32 fdt_max_fds;
	__u32 fdt_fd;
	__u32 file_op;
	__u32 file_private_data;
	__u32 file_count;      /* of references, */
	__u32 file_count_last; /* which is this when one is left: not an offset */
	__u32 inode_number;
	__u32 socket_file;
	__u32 socket_sk;
	__u32 socket_inode; /* in struct socket_alloc, which begins with the struct socket */
	__u32 sock_error;
	__u32 sock_family;
	__u32 sock_flags;
	__u32 sock_local_port;
	__u32 sock_local_v4;
	__u32 sock_local_v6;
	__u32 sock_net;
	__u32 sock_protocol;
	__u32 sock_queue;
	__u32 sock_queue_length;
	__u32 sock_remote_port;
	__u32 sock_remote_v4;
	__u32 sock_remote_v6;
	__u32 sock_shutdown;
	__u32 sock_socket;
	__u32 sock_type;
	__u32 net_inum;
	__u32 buffer_next;     /* struct sk_buff */
	__u32 buffer_length;
	__u32 buffer_consumed; /* of struct unix_skb_parms, in cb */
	__u32 unix_addr;
	__u32 unix_peer;
	__u32 tcp_ulp;
	__u32 tcp_bytes_acked;
	__u32 tcp_bytes_received;
	__u32 tcp_copied_seq;
	__u32 tcp_rcv_nxt;
	__u32 tcp_snd_una;
	__u32 tcp_urg_seq;
	__u32 tcp_write_seq;
	/* Pieces that hold several members and are read at once: a read costs 30 ns whatever its size. */
	__u32 sock_piece; /* start, */
	__u32 sock_piece_size;
	__u32 tcp_piece;
	__u32 tcp_piece_size;
};

#ifdef WIRE_HASH
const volatile struct knobs knobs __attribute__((weak)) = { .wire_hash = WIRE_HASH };
const volatile struct member_offsets member_offsets __attribute__((weak)) = {};
#endif
