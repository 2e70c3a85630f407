// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/types.h>
#include "wire.h"
#include "knobs.h"
/*
 * Never loaded. clang writes a type to BTF only if a global or a map uses it;
 * each line below anchors one so that layout.ts can be generated from this
 * object.
 */
struct event_header event_header_;
struct socket_event socket_event_;
struct data_event data_event_;
struct close_event close_event_;
struct process_event process_event_;
struct trace_stats trace_stats_;
struct burst burst_;
struct socket_verdict socket_verdict_;
struct proto_infer_cache proto_infer_cache_;
struct kprobe_port_bitmap kprobe_port_bitmap_;
struct protocol_filter protocol_filter_;
struct wake wake_;
struct trace_conf trace_conf_;
struct proc_info proc_info_;
struct proc_info_count proc_info_count_;
enum event_kind event_kind_;
enum direction direction_;
enum socket_role socket_role_;
enum socket_flag socket_flag_;
enum data_flag data_flag_;
enum uncaptured_reason uncaptured_reason_;
enum lost_reason lost_reason_;
enum lost_what lost_what_;
enum mute mute_;
enum burst_size burst_size_;
enum id_source id_source_;
enum runtime_kind runtime_kind_;
enum hook_family hook_family_;
