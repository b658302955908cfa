using Google.Protobuf;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>Collects what the core wants done while it handles one input.</summary>
internal sealed class Outbox
{
    private const int PushBytes = 48 * 1024;
    private List<CoreOutput> _outputs = [];

    public void Add(CoreOutput output) => _outputs.Add(output);

    public void Send(SessionId to, V1.Frame frame) => Add(new CoreOutput.Send(to, frame));

    public void Close(SessionId session, string reason) => Add(new CoreOutput.Close(session, reason));

    /// <summary>Pushes records in frames well below the frame limit.</summary>
    public void Push(SessionId to, IEnumerable<Record> records)
    {
        var push = new V1.Push();
        var bytes = 0;
        foreach (var record in records)
        {
            if (bytes > 0 && bytes + record.Bytes.Length > PushBytes)
            {
                Send(to, new V1.Frame { Push = push });
                push = new V1.Push();
                bytes = 0;
            }
            push.Envelopes.Add(UnsafeByteOperations.UnsafeWrap(record.Bytes));
            bytes += record.Bytes.Length;
        }
        if (bytes > 0) Send(to, new V1.Frame { Push = push });
    }

    public IReadOnlyList<CoreOutput> Drain()
    {
        var outputs = _outputs;
        _outputs = [];
        return outputs;
    }
}
