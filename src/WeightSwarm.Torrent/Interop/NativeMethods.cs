using System.Runtime.InteropServices;

namespace WeightSwarm.Torrent.Interop;

/// <summary>native/weightswarm_torrent.h, function by function.</summary>
internal static unsafe partial class NativeMethods
{
    public const int AbiVersion = 1;

    private const string Library = "weightswarm_torrent";

    [LibraryImport(Library)]
    public static partial int ws_abi_version();

    [LibraryImport(Library)]
    public static partial void ws_buffer_free(NativeBuffer* buffer);

    [LibraryImport(Library)]
    public static partial int ws_session_create(
        NativeSpan settings, NativeSpan state, int plainPeers, nint* session, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_session_apply(SessionHandle session, NativeSpan settings, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_session_save_state(SessionHandle session, NativeBuffer* state, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_session_pause(SessionHandle session, NativeError* error);

    [LibraryImport(Library)]
    public static partial void ws_session_destroy(nint session);

    [LibraryImport(Library)]
    public static partial int ws_wait_alerts(SessionHandle session, int milliseconds, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_pop_alerts(SessionHandle session, NativeAlert** alerts, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_wake(SessionHandle session, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_counter_names(NativeBuffer* names, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_post_counters(SessionHandle session, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_map_port(
        SessionHandle session, int port, int* mappings, int room, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_unmap_port(SessionHandle session, int mapping, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_dht_add_node(SessionHandle session, NativeEndpoint* node, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_dht_announce(SessionHandle session, byte* key, int port, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_dht_get_peers(SessionHandle session, byte* key, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_metainfo_describe(NativeSpan metainfo, NativeMetainfo* result, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_metainfo_create(
        NativeSpan name, long pieceLength, NativeNewFile* files, long fileCount, NativeSpan v1Hashes,
        NativeBuffer* metainfo, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_add(SessionHandle session, NativeAdd* add, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_remove(SessionHandle session, ulong tag, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_status(
        SessionHandle session, ulong tag, NativeStatus* status, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_have(
        SessionHandle session, ulong tag, byte* pieces, long room, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_priorities(
        SessionHandle session, ulong tag, byte* priorities, long room, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_set_priorities(
        SessionHandle session, ulong tag, NativeSpan priorities, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_deadline(
        SessionHandle session, ulong tag, int piece, int milliseconds, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_connect(
        SessionHandle session, ulong tag, NativeEndpoint* peer, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_peers(
        SessionHandle session, ulong tag, NativeBuffer* peers, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_limits(
        SessionHandle session, ulong tag, int upload, int download, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_add_web_seed(
        SessionHandle session, ulong tag, NativeSpan url, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_remove_web_seed(
        SessionHandle session, ulong tag, NativeSpan url, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_stop(SessionHandle session, ulong tag, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_recheck(
        SessionHandle session, ulong tag, int readOnly, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_flush(SessionHandle session, ulong tag, NativeError* error);

    [LibraryImport(Library)]
    public static partial int ws_torrent_save_resume_data(SessionHandle session, ulong tag, NativeError* error);
}
