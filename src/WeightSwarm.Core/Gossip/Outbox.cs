using Google.Protobuf;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>Collects what the core wants done while it handles one input.</summary>
internal sealed class Outbox
{
    private const int PushBytes = 48 * 1024;
    private readonly SortedDictionary<SessionId, OpenPush> _open = [];
    private readonly List<CoreOutput> _outputs = [];

    /// <summary>The last frame to a session, which has room for more records.</summary>
    private sealed class OpenPush(V1.Push push)
    {
        public V1.Push Push { get; } = push;
        public int Bytes { get; set; }
    }

    public void Add(CoreOutput output) => _outputs.Add(output);

    public void Send(SessionId to, V1.Frame frame)
    {
        if (_open.Count > 0) _open.Remove(to);
        Add(new CoreOutput.Send(to, frame));
    }

    public void Close(SessionId session, string reason) => Add(new CoreOutput.Close(session, reason));

    /// <summary>
    /// Pushes records in frames well below the frame limit. What one input gives a session to read, with nothing else
    /// between, shares a frame.
    /// </summary>
    public void Push(SessionId to, IEnumerable<Record> records)
    {
        foreach (var record in records) Push(to, record);
    }

    /// <inheritdoc cref="Push(SessionId, IEnumerable{Record})"/>
    public void Push(SessionId to, Record record)
    {
        if (!_open.TryGetValue(to, out var open) || open.Bytes + record.Bytes.Length > PushBytes)
        {
            var push = new V1.Push();
            Send(to, new V1.Frame { Push = push });
            _open.Add(to, open = new OpenPush(push));
        }
        open.Push.Envelopes.Add(UnsafeByteOperations.UnsafeWrap(record.Bytes));
        open.Bytes += record.Bytes.Length;
    }

    public IReadOnlyList<CoreOutput> Drain()
    {
        if (_outputs.Count == 0) return [];
        CoreOutput[] outputs = [.. _outputs];
        _outputs.Clear();
        _open.Clear();
        return outputs;
    }
}
