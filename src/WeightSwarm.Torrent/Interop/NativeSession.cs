using System.Net;
using System.Text;

namespace WeightSwarm.Torrent.Interop;

/// <summary>The native session with spans, strings and exceptions in the place of pointers and codes.</summary>
internal sealed unsafe partial class NativeSession : IDisposable
{
    private readonly SessionHandle _handle;

    private NativeSession(SessionHandle handle) => _handle = handle;

    public static NativeSession Create(string settings, ReadOnlySpan<byte> savedState, bool plainPeers)
    {
        NativeLibraryCheck.Run();
        var bytes = Encoding.UTF8.GetBytes(settings);
        fixed (byte* text = bytes)
        fixed (byte* state = savedState)
        {
            NativeError error;
            nint session;
            var result = NativeMethods.ws_session_create(
                new NativeSpan(text, bytes.Length), new NativeSpan(state, savedState.Length), plainPeers ? 1 : 0,
                &session, &error);
            Check(result, &error, "start the torrent engine");
            return new NativeSession(new SessionHandle(session));
        }
    }

    public void Dispose() => _handle.Dispose();

    public void Apply(string settings)
    {
        var bytes = Encoding.UTF8.GetBytes(settings);
        fixed (byte* text = bytes)
        {
            NativeError error;
            var result = NativeMethods.ws_session_apply(_handle, new NativeSpan(text, bytes.Length), &error);
            Check(result, &error, "apply settings");
        }
    }

    public byte[] SaveState()
    {
        NativeError error;
        NativeBuffer state;
        Check(NativeMethods.ws_session_save_state(_handle, &state, &error), &error, "save the engine's state");
        return Take(&state);
    }

    public void Pause()
    {
        NativeError error;
        Check(NativeMethods.ws_session_pause(_handle, &error), &error, "pause the engine");
    }

    /// <summary>Waits for alerts without limit; false when woken without any.</summary>
    public bool WaitForAlerts()
    {
        NativeError error;
        return Check(NativeMethods.ws_wait_alerts(_handle, -1, &error), &error, "wait for alerts") > 0;
    }

    /// <summary>The alerts, valid until the next call.</summary>
    public ReadOnlySpan<NativeAlert> PopAlerts()
    {
        NativeError error;
        NativeAlert* alerts;
        var count = Check(NativeMethods.ws_pop_alerts(_handle, &alerts, &error), &error, "read alerts");
        return new ReadOnlySpan<NativeAlert>(alerts, count);
    }

    public void Wake()
    {
        NativeError error;
        Check(NativeMethods.ws_wake(_handle, &error), &error, "wake the alert reader");
    }

    public static string[] CounterNames()
    {
        NativeError error;
        NativeBuffer names;
        Check(NativeMethods.ws_counter_names(&names, &error), &error, "read the counters' names");
        return Encoding.UTF8.GetString(Take(&names)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void PostCounters()
    {
        NativeError error;
        Check(NativeMethods.ws_post_counters(_handle, &error), &error, "read the counters");
    }

    public int[] MapPort(int port)
    {
        Span<int> mappings = stackalloc int[64];
        fixed (int* room = mappings)
        {
            NativeError error;
            var result = NativeMethods.ws_map_port(_handle, port, room, mappings.Length, &error);
            var count = Check(result, &error, $"map port {port}");
            return mappings[..Math.Min(count, mappings.Length)].ToArray();
        }
    }

    public void UnmapPort(int mapping)
    {
        NativeError error;
        Check(NativeMethods.ws_unmap_port(_handle, mapping, &error), &error, "give up a port mapping");
    }

    public void DhtAddNode(IPEndPoint node)
    {
        NativeError error;
        var endpoint = NativeEndpoint.From(node);
        Check(NativeMethods.ws_dht_add_node(_handle, &endpoint, &error), &error, $"add the DHT node {node}");
    }

    public void DhtAnnounce(ReadOnlySpan<byte> key, int port)
    {
        fixed (byte* bytes = key)
        {
            NativeError error;
            Check(NativeMethods.ws_dht_announce(_handle, bytes, port, &error), &error, "announce in the DHT");
        }
    }

    public void DhtGetPeers(ReadOnlySpan<byte> key)
    {
        fixed (byte* bytes = key)
        {
            NativeError error;
            Check(NativeMethods.ws_dht_get_peers(_handle, bytes, &error), &error, "look up in the DHT");
        }
    }

    internal static int Check(int result, NativeError* error, string doing) => result >= 0
        ? result
        : throw new TorrentEngineException($"Cannot {doing}: {error->Text()}");

    internal static byte[] Take(NativeBuffer* buffer)
    {
        try
        {
            return new ReadOnlySpan<byte>(buffer->Data, checked((int)buffer->Length)).ToArray();
        }
        finally
        {
            NativeMethods.ws_buffer_free(buffer);
        }
    }
}
