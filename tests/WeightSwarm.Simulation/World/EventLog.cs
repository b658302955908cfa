using System.Buffers.Binary;
using System.Security.Cryptography;
using WeightSwarm.Core;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// Everything that happens goes through one SHA-256: two runs with equal hashes were the same run. Of a frame the log
/// has the moment, the stream, the kind and the size; of a record that is kept or forgotten its id, and with it every
/// signed byte. What a core decides at a tick shows in what it sends and does.
/// </summary>
internal sealed class EventLog(TextWriter? trace) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _used;

    /// <summary>Events so far.</summary>
    public long Count { get; private set; }

    /// <summary>Whether somebody reads along; then details may be put into words.</summary>
    public bool Traced => trace is not null;

    public void Add(long nowMs, int node, EventKind kind, ReadOnlySpan<byte> detail)
    {
        Count++;
        if (_used + 16 + detail.Length > _buffer.Length) Flush();
        var to = _buffer.AsSpan(_used);
        BinaryPrimitives.WriteInt64LittleEndian(to, nowMs);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], node);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], (int)kind);
        _used += 16;
        if (detail.Length > _buffer.Length - _used)
        {
            Flush();
            _hash.AppendData(detail);
            return;
        }
        detail.CopyTo(_buffer.AsSpan(_used));
        _used += detail.Length;
    }

    public void Add(long nowMs, int node, EventKind kind, long detail = 0)
    {
        Count++;
        if (_used + 24 > _buffer.Length) Flush();
        var to = _buffer.AsSpan(_used);
        BinaryPrimitives.WriteInt64LittleEndian(to, nowMs);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], (long)kind << 32 | (uint)node);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], detail);
        _used += 24;
    }

    /// <summary>A line for whoever reads along; not part of the hash.</summary>
    public void Say(long nowMs, int node, string line) =>
        trace?.WriteLine($"{nowMs / 1000,8}.{nowMs % 1000:000} {(node < 0 ? "world" : $"n{node}"),-6} {line}");

    /// <summary>The hash of all events so far.</summary>
    public Hash256 Digest()
    {
        Flush();
        return new Hash256(_hash.GetCurrentHash());
    }

    public void Dispose() => _hash.Dispose();

    private void Flush()
    {
        _hash.AppendData(_buffer.AsSpan(0, _used));
        _used = 0;
    }
}

/// <summary>What happened; the numbers are part of the hash.</summary>
internal enum EventKind
{
    Start = 1, Stop, Opened, Closed, Frame, DialFailed, Publish, Room, Progress, Verified, FetchFailed, Fault,
    Close, Persist, Forget, StartFetch, StopFetch,
    Receipt, Released, Knocked, Audit,
}
