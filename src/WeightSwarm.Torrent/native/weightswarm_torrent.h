/* A C ABI over libtorrent-rasterbar 2.0, shaped for callers that cannot see C++.
 *
 * Rules
 *   - Every function returns a value below zero when it fails, and then fills in the ws_error (which may be NULL).
 *     No exception crosses.
 *   - A torrent is named by a 64-bit tag, chosen by the caller, not 0, and never used twice in one session.
 *   - Pointers passed in are read during the call only.
 *   - A ws_buffer handed out belongs to the caller, who frees it with ws_buffer_free.
 *   - Alerts belong to the session until the next ws_pop_alerts. One thread waits for and pops alerts; all other
 *     functions may be called from any thread, until ws_session_destroy.
 *   - Structs have fixed sizes and no padding that differs between compilers; WS_ABI_VERSION changes with any of them.
 */
#ifndef WEIGHTSWARM_TORRENT_H
#define WEIGHTSWARM_TORRENT_H

#include <stdint.h>

#define WS_ABI_VERSION 1
#define WS_API __attribute__((visibility("default")))

#ifdef __cplusplus
#define WS_NOEXCEPT noexcept
extern "C" {
#else
#define WS_NOEXCEPT
#endif

typedef struct ws_session ws_session;

/* What went wrong. category and message end with a zero byte. */
typedef struct ws_error {
    int32_t code;
    char category[28];
    char message[480];
} ws_error;

typedef struct ws_buffer {
    uint8_t* data;
    int64_t length;
} ws_buffer;

typedef struct ws_span {
    const uint8_t* data;
    int64_t length;
} ws_span;

/* An address and a port. family is 4 or 6; an IPv4 address fills the first four bytes. */
typedef struct ws_endpoint {
    uint8_t address[16];
    uint16_t port;
    uint16_t family;
    uint32_t reserved;
} ws_endpoint;

/* Alerts: the meaning of the members by type. Members that are not named are zero. */
enum ws_alert_type {
    WS_ALERT_PIECE_VERIFIED = 1,     /* tag, a = piece */
    WS_ALERT_PIECE_FAILED = 2,       /* tag, a = piece */
    WS_ALERT_CHECKED = 3,            /* tag */
    WS_ALERT_FINISHED = 4,           /* tag */
    WS_ALERT_PAUSED = 5,             /* tag */
    WS_ALERT_REMOVED = 6,            /* tag; the torrent is gone and its files are closed */
    WS_ALERT_FILE_ERROR = 7,         /* tag, code, a = 1 when code is an errno, text = file, message */
    WS_ALERT_TORRENT_ERROR = 8,      /* tag, code, text = file, message */
    WS_ALERT_FLUSHED = 9,            /* tag */
    WS_ALERT_RESUME_DATA = 10,       /* tag, data */
    WS_ALERT_RESUME_DATA_FAILED = 11,/* tag, code, message */
    WS_ALERT_DHT_PEERS = 12,         /* data = 20 bytes of key, then ws_endpoint after ws_endpoint */
    WS_ALERT_PORT_MAPPED = 13,       /* a = mapping, b = outside port */
    WS_ALERT_PORT_NOT_MAPPED = 14,   /* a = mapping, code, message */
    WS_ALERT_COUNTERS = 15,          /* data = int64_t per counter, in the order of ws_counter_names */
    WS_ALERT_LISTENING = 16,         /* a = port, b = 0 TCP, 1 UDP */
    WS_ALERT_NOT_LISTENING = 17,     /* a = port, b = 0 TCP, 1 UDP, code, message */
    WS_ALERT_DROPPED = 18,           /* the queue overflowed: any other alert may be missing */
    WS_ALERT_RESUME_REJECTED = 19,   /* tag, code, text = file, message; a check of all files follows */
};

typedef struct ws_alert {
    int32_t type;
    int32_t code;
    uint64_t tag;
    int64_t a;
    int64_t b;
    ws_span data;
    ws_span text;
    ws_span message;
} ws_alert;

enum ws_add_flags {
    WS_ADD_READ_ONLY = 1 /* never request a piece, never create or write a file */
};

typedef struct ws_add {
    uint64_t tag;
    ws_span metainfo;
    ws_span save_folder;
    ws_span resume_data;
    ws_span priorities;  /* one byte per piece, 0 to 7; empty: all 4 */
    ws_span have;        /* one byte per piece, 0 or 1: pieces that the caller vouches for; empty: none given */
    int32_t flags;       /* ws_add_flags */
    int32_t upload_limit;   /* bytes per second; 0: none */
    int32_t download_limit; /* bytes per second; 0: none */
    int32_t max_connections; /* 0: no limit but the session's */
} ws_add;

/* What a metainfo says of itself. */
typedef struct ws_metainfo {
    uint8_t v1[20];
    uint8_t v2[32];
    int32_t has_v1;
    int32_t has_v2;
    int32_t pieces;
    int64_t piece_length;
    int64_t total_bytes; /* pad files included */
} ws_metainfo;

enum ws_torrent_state { WS_STATE_CHECKING = 0, WS_STATE_DOWNLOADING = 1, WS_STATE_FINISHED = 2, WS_STATE_SEEDING = 3 };

enum ws_stopped {
    WS_STOPPED = 1,    /* takes no part in the swarm */
    WS_UPLOAD_ONLY = 2 /* requests no piece: added read-only, or a write failed */
};

typedef struct ws_status {
    int32_t state; /* ws_torrent_state */
    int32_t error_code;
    int32_t peers;
    int32_t stopped; /* ws_stopped */
    int64_t download_rate;
    int64_t upload_rate;
    int64_t total_wanted;
    int64_t total_wanted_done;
    int64_t total_downloaded;
    int64_t total_uploaded;
    char error[480];
} ws_status;

typedef struct ws_peer {
    ws_endpoint endpoint;
    int64_t downloaded;
    int64_t uploaded;
    int32_t pieces;
    int32_t seed;
    char client[64];
} ws_peer;

/* One file of ws_metainfo_create. */
typedef struct ws_new_file {
    ws_span path;         /* below the torrent's folder, with '/' */
    int64_t length;
    ws_span piece_hashes; /* 32 bytes per piece of the file: its piece layer, or its root when it has one piece */
} ws_new_file;

WS_API int32_t ws_abi_version(void) WS_NOEXCEPT;
WS_API void ws_buffer_free(ws_buffer* buffer) WS_NOEXCEPT;

/* Session. settings: lines of name=value, named as in libtorrent's own table. state: of ws_session_save_state, or
 * empty. plain_peers != 0: no peer exchange. */
WS_API int32_t ws_session_create(ws_span settings, ws_span state, int32_t plain_peers, ws_session** out,
    ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_session_apply(ws_session* session, ws_span settings, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_session_save_state(ws_session* session, ws_buffer* out, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_session_listen_port(ws_session* session, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_session_pause(ws_session* session, ws_error* error) WS_NOEXCEPT;
WS_API void ws_session_destroy(ws_session* session) WS_NOEXCEPT;

/* Alerts. Wait answers 1 when there are alerts, 0 after ms milliseconds (below zero: no limit) or ws_wake. */
WS_API int32_t ws_wait_alerts(ws_session* session, int32_t ms, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_pop_alerts(ws_session* session, const ws_alert** alerts, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_wake(ws_session* session, ws_error* error) WS_NOEXCEPT;

/* Counters: names separated by '\n', in the order of the values of WS_ALERT_COUNTERS. */
WS_API int32_t ws_counter_names(ws_buffer* out, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_post_counters(ws_session* session, ws_error* error) WS_NOEXCEPT;

/* Ports on the router (UPnP, NAT-PMP): answers how many mappings were asked for, and writes at most room of them. */
WS_API int32_t ws_map_port(ws_session* session, int32_t port, int32_t* mappings, int32_t room,
    ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_unmap_port(ws_session* session, int32_t mapping, ws_error* error) WS_NOEXCEPT;

/* DHT. key: 20 bytes. Answers to get_peers come as WS_ALERT_DHT_PEERS. */
WS_API int32_t ws_dht_add_node(ws_session* session, const ws_endpoint* node, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_dht_announce(ws_session* session, const uint8_t* key, int32_t port, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_dht_get_peers(ws_session* session, const uint8_t* key, ws_error* error) WS_NOEXCEPT;

/* Metainfo. */
WS_API int32_t ws_metainfo_describe(ws_span metainfo, ws_metainfo* out, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_metainfo_create(ws_span name, int64_t piece_length, const ws_new_file* files, int64_t file_count,
    ws_span v1_hashes, ws_buffer* out, ws_error* error) WS_NOEXCEPT;

/* Torrents. */
WS_API int32_t ws_torrent_add(ws_session* session, const ws_add* add, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_remove(ws_session* session, uint64_t tag, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_status(ws_session* session, uint64_t tag, ws_status* out, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_have(ws_session* session, uint64_t tag, uint8_t* out, int64_t room,
    ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_priorities(ws_session* session, uint64_t tag, uint8_t* out, int64_t room,
    ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_set_priorities(ws_session* session, uint64_t tag, ws_span priorities,
    ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_deadline(ws_session* session, uint64_t tag, int32_t piece, int32_t ms,
    ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_connect(ws_session* session, uint64_t tag, const ws_endpoint* peer,
    ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_peers(ws_session* session, uint64_t tag, ws_buffer* out, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_limits(ws_session* session, uint64_t tag, int32_t upload, int32_t download,
    ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_add_web_seed(ws_session* session, uint64_t tag, ws_span url, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_remove_web_seed(ws_session* session, uint64_t tag, ws_span url,
    ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_stop(ws_session* session, uint64_t tag, ws_error* error) WS_NOEXCEPT;
/* Hashes all files anew, and starts the torrent again if an error had stopped it. */
WS_API int32_t ws_torrent_recheck(ws_session* session, uint64_t tag, int32_t read_only, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_flush(ws_session* session, uint64_t tag, ws_error* error) WS_NOEXCEPT;
WS_API int32_t ws_torrent_save_resume_data(ws_session* session, uint64_t tag, ws_error* error) WS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
