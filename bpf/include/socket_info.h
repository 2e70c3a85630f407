// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once
/* What is kept of a socket. A socket is its struct sock, whoever holds descriptors of it. */
#include "ids.h"
#include "kernel_types.h"
#include "knobs.h"
#include "stats.h"
#include "wire.h"

enum info_flag {
	INFO_DESCRIBED = 1,
	INFO_LATE = 2,
	INFO_IGNORED = 4,	   /* never send anything of it */
	INFO_INITIALS = 8,	   /* the initial numbers were read */
	INFO_CONNECT_CONTEXT = 16, /* the first egress takes the context of connect() */
	INFO_ASKED = 32,	   /* client: wrote, and nothing came back since */
	INFO_JUDGED = 64,	   /* filters were asked */
	INFO_COUNTED = 128,	   /* and the next: base[] and end[] are set, by enum direction */
	INFO_UNCOUNTABLE = 512,	   /* Unix: an urgent byte has passed, which the two ends count differently */
	INFO_SHARED = 1024,	   /* and the next: more than one thread has moved bytes, by enum direction */
	INFO_PASSED = 4096,	   /* bytes went by uncounted: nothing of them was wanted */
};

struct socket_info {
	__u64 id; /* 0: entry not begun */
	__u64 inode;
	__u64 described_time;
	__u64 connect_context;
	/* By enum direction. */
	__u64 moved[2];	      /* bytes, as seen here since the entry began */
	__u64 base[2];	      /* TCP: position of the first byte in moved[] */
	__u64 end[2];	      /* TCP: up to here all bytes are in moved[] */
	__u64 mover_since[2]; /* time */
	__u64 doubt[2];	      /* time when calls were last seen to overlap */
	__u32 mover[2];	      /* thread that moved bytes last */
	__u32 begun[2];	      /* calls, where entries are seen */
	__u32 over[2];
	__u32 initial_sent;
	__u32 initial_received;
	__u32 connect_turn;
	__u32 reader; /* thread that read a request on it which nobody has answered; 0 none */
	__u32 descriptions_lost; /* as of the last description */
	__u32 limit;	  /* bytes copied per operation until a verdict */
	__u32 verdict;	  /* its entry in socket_verdict_map */
	__u32 flags;	  /* enum info_flag */
	__u8 role;	  /* enum socket_role */
	__u8 old;	  /* a Unix socket that was there when the agent came */
	__u8 transport;	  /* enum transport, once it was judged */
	__u8 run;	  /* operations in a row that were cut off, see limit_in_run; */
	__u8 run_way;	  /* their direction */
	__u8 pad_0[3];
};

/* 1: all Unix sockets that were there have been marked; without this mark they cannot be told from new ones. */
__u32 old_sockets_marked __weak = 0;

/* Begun by a state change or the first data; ends with its socket. Typed programs only. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct socket_info);
} socket_info_map __weak SEC(".maps");

/*
 * The same for programs that hold plain pointers. LRU: the end of a Unix socket
 * can be missed; who comes back after being dropped is a late socket. Key:
 * address of struct sock.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct socket_info);
} socket_info_hash __weak SEC(".maps");

static __always_inline struct socket_info *socket_info_find(struct sock *sk)
{
	__u64 key = (__u64)sk;

	if (knobs.socket_storage)
		return bpf_sk_storage_get(&socket_info_map, sk, 0, 0);
	return bpf_map_lookup_elem(&socket_info_hash, &key);
}

/*
 * Another CPU creating the same storage at this moment makes ours fail (-EAGAIN,
 * -EEXIST in kernel/bpf/bpf_local_storage.c): then it is there. Null: no room.
 */
static __always_inline struct socket_info *socket_info_create(struct sock *sk)
{
	struct socket_info *info;

	info = bpf_sk_storage_get(&socket_info_map, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (info)
		return info;
	info = bpf_sk_storage_get(&socket_info_map, sk, 0, 0);
	if (info)
		return info;
	return bpf_sk_storage_get(&socket_info_map, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* Null: no room. A new entry has no id yet. */
static __always_inline struct socket_info *socket_info_of(struct sock *sk)
{
	struct socket_info fresh = {};
	struct socket_info *info;
	__u64 key = (__u64)sk;

	if (knobs.socket_storage)
		return socket_info_create(sk);
	info = bpf_map_lookup_elem(&socket_info_hash, &key);
	if (info)
		return info;
	bpf_map_update_elem(&socket_info_hash, &key, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&socket_info_hash, &key);
}

/* The entry was of another socket at the same address, whose end was not seen. */
static __always_inline bool is_stale(const struct socket_info *info, __u64 inode)
{
	return !knobs.socket_storage && info->inode && inode && info->inode != inode;
}

static __always_inline void socket_info_begin(struct socket_info *info, __u64 inode, enum id_source source)
{
	struct trace_stats *stats = stats_of_cpu();
	__u8 old = info->old;

	__builtin_memset(info, 0, sizeof(*info));
	info->old = old;
	info->id = next_socket_id(source);
	info->verdict = info->id % knobs.verdicts;
	info->inode = inode;
	if (stats)
		count(&stats->sockets, 1);
}

/* The socket is destroyed. */
static __always_inline void socket_info_end(struct sock *sk)
{
	struct socket_info *info = socket_info_find(sk);
	struct trace_stats *stats = stats_of_cpu();
	__u64 key = (__u64)sk;

	if (info && info->id && stats)
		count(&stats->sockets_gone, 1);
	if (!knobs.socket_storage)
		bpf_map_delete_elem(&socket_info_hash, &key);
}
