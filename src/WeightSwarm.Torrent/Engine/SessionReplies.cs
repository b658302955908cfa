using System.Net;
using System.Runtime.InteropServices;
using WeightSwarm.Torrent.Interop;

namespace WeightSwarm.Torrent.Engine;

/// <summary>Replies that belong to the session and to no torrent: ports, counters, the DHT.</summary>
internal sealed class SessionReplies
{
    private const int DhtKeySize = 20;

    private readonly Lock _lock = new();
    private readonly List<DhtLookup> _lookups = [];
    private readonly List<PortRequest> _ports = [];
    private readonly string[] _counterNames = NativeSession.CounterNames();
    private readonly TaskCompletionSource<int> _tcp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _udp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReplyLine<IReadOnlyDictionary<string, long>> Counters { get; } = new();

    /// <summary>The port for TCP and for UDP, once both are open.</summary>
    public async Task<int> ListeningAsync()
    {
        var port = await _tcp.Task.ConfigureAwait(false);
        await _udp.Task.ConfigureAwait(false);
        return port;
    }

    public DhtLookup BeginLookup(ReadOnlySpan<byte> key)
    {
        var lookup = new DhtLookup(key.ToArray());
        lock (_lock)
            _lookups.Add(lookup);
        return lookup;
    }

    public void End(DhtLookup lookup)
    {
        lock (_lock)
            _lookups.Remove(lookup);
    }

    public PortRequest BeginPortRequest(Func<int[]> map)
    {
        // Under the lock: an answer may come before map returns.
        lock (_lock)
        {
            var request = new PortRequest(map());
            _ports.Add(request);
            return request;
        }
    }

    public void End(PortRequest request)
    {
        lock (_lock)
            _ports.Remove(request);
    }

    public void Fail(Exception error)
    {
        Counters.Fail(error);
        _tcp.TrySetException(error);
        _udp.TrySetException(error);
    }

    public void Handle(in NativeAlert alert)
    {
        switch (alert.Type)
        {
            case NativeAlertType.Listening:
                Socket(alert.B).TrySetResult((int)alert.A);
                break;
            case NativeAlertType.NotListening:
                Socket(alert.B).TrySetException(new TorrentEngineException(alert.Message.Text));
                break;
            case NativeAlertType.Counters:
                Counters.Reply(ReadCounters(alert.Data.Bytes));
                break;
            case NativeAlertType.DhtPeers:
                AddPeers(alert.Data.Bytes);
                break;
            case NativeAlertType.PortMapped:
                AnswerPort((int)alert.A, (int)alert.B);
                break;
            case NativeAlertType.PortNotMapped:
                AnswerPort((int)alert.A, null);
                break;
        }
    }

    private TaskCompletionSource<int> Socket(long protocol) => protocol == 0 ? _tcp : _udp;

    private Dictionary<string, long> ReadCounters(ReadOnlySpan<byte> bytes)
    {
        var values = MemoryMarshal.Cast<byte, long>(bytes);
        var counters = new Dictionary<string, long>(_counterNames.Length, StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(values.Length, _counterNames.Length); i++)
            counters[_counterNames[i]] = values[i];
        return counters;
    }

    private void AddPeers(ReadOnlySpan<byte> bytes)
    {
        var key = bytes[..DhtKeySize];
        var peers = new List<IPEndPoint>();
        foreach (ref readonly var peer in MemoryMarshal.Cast<byte, NativeEndpoint>(bytes[DhtKeySize..]))
            peers.Add(peer.ToEndPoint());
        lock (_lock)
            foreach (var lookup in _lookups)
                if (key.SequenceEqual(lookup.Key))
                    lookup.Add(peers);
    }

    private void AnswerPort(int mapping, int? outside)
    {
        lock (_lock)
            foreach (var request in _ports)
                request.Answer(mapping, outside);
    }
}
