// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/*
 * The kernel types we read, cut down to the members we read. CO-RE finds each
 * member by name in the running kernel's BTF, so order and size do not matter.
 * A suffix (___v66) is another kernel's spelling of the same struct.
 */
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define CO_RE __attribute__((preserve_access_index))

enum {
	AF_UNIX = 1,
	AF_INET = 2,
	AF_INET6 = 10,
	SOCK_STREAM = 1,
	IPPROTO_TCP = 6,
	IPPROTO_UDP = 17,
	IPPROTO_MPTCP = 262,
	RCV_SHUTDOWN = 1,
	MSG_OOB = 0x1,
	MSG_PEEK = 0x2,
	MSG_TRUNC = 0x20,
	MSG_ERRQUEUE = 0x2000,
	/* enum of include/net/tcp_states.h */
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
	TCP_FIN_WAIT1 = 4,
	TCP_CLOSE = 7,
	TCP_LAST_ACK = 9,
	/* enum sock_flags: the peer's FIN has come (tcp_fin) */
	SOCK_DONE = 1,
	/* include/linux/sched.h */
	PF_IO_WORKER = 0x10,
	PF_USER_WORKER = 0x4000,
	PF_KTHREAD = 0x200000,
	/* arch/x86/include/asm/thread_info.h: a 32-bit system call */
	TS_COMPAT = 0x2,
	/* include/linux/errno.h: not for user space */
	ERESTARTSYS = 512,
	EIOCBQUEUED = 529,
};

struct pt_regs {
	unsigned long r10, r8, ax, dx, si, di, orig_ax;
} CO_RE;

struct inode {
	unsigned long i_ino;
} CO_RE;
typedef struct {
	long counter;
} CO_RE atomic64_t;
typedef struct {
	int counter;
} CO_RE atomic_t;
typedef struct {
	atomic64_t refcnt; /* references beside the last one */
} CO_RE file_ref_t;
struct file {
	struct inode *f_inode;
	void *private_data;
	file_ref_t f_ref; /* since 6.13 (90ee6ed776c0) */
} CO_RE;
struct file___v612 {
	atomic64_t f_count;
} CO_RE;
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} CO_RE;
struct files_struct {
	atomic_t count; /* threads that share it */
	struct fdtable *fdt;
} CO_RE;

struct socket {
	struct file *file;
	struct sock *sk;
} CO_RE;
struct in6_addr {
	__u8 s6_addr[16];
};
struct ns_common {
	unsigned int inum;
} CO_RE;
struct net {
	struct ns_common ns;
} CO_RE;
typedef struct {
	struct net *net;
} CO_RE possible_net_t;
struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	unsigned long skc_flags;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
} CO_RE;
struct sk_buff {
	struct sk_buff *next;
	unsigned int len;
	char cb[48];
} CO_RE;
struct unix_skb_parms {
	__u32 consumed; /* in cb */
} CO_RE;
struct sk_buff_head {
	struct sk_buff *next;
	__u32 qlen;
} CO_RE;
struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	struct socket *sk_socket;
	int sk_err;
	__u16 sk_protocol;
	__u16 sk_type;
	__u8 sk_shutdown;
} CO_RE;
struct unix_sock {
	struct sock sk;
	void *addr;
	struct sock *peer;
} CO_RE;
struct inet_connection_sock {
	const void *icsk_ulp_ops;
} CO_RE;
struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u32 copied_seq;
	__u32 urg_seq;
	__u32 write_seq;
	__u32 snd_una;
	__u32 rcv_nxt;
	__u64 bytes_acked;
	__u64 bytes_received;
} CO_RE;

struct thread_info {
	__u32 status;
} CO_RE;
struct signal_struct {
	atomic_t live;
} CO_RE;
struct bpf_iter__task_file {
	void *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

struct thread_struct {
	unsigned long fsbase;
} CO_RE;

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	int pid;
	int tgid;
	__u64 start_time; /* CLOCK_MONOTONIC, ns */
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct files_struct *files;
	struct signal_struct *signal;
	char comm[16];
	struct thread_struct thread;
} CO_RE;
