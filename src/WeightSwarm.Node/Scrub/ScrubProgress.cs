using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Scrub;

/// <summary>
/// When each slice was last read, and how far the readings are: kept in memory, and written down at most once a minute,
/// so that a crash costs a minute of reading and the disk is spared. May be used from any thread.
/// </summary>
public sealed class ScrubProgress(ScrubStore store, TimeProvider time)
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<(LocalModelKey Key, int Slice), long> _ended = [];
    private readonly Dictionary<LocalModelKey, ScrubCursor> _cursors =
        store.Cursors().ToDictionary(cursor => cursor.Key);
    private long _saved = time.GetTimestamp();
    private bool _changed;

    /// <summary>Every verified slice with its last reading.</summary>
    public IReadOnlyList<SliceReadTime> Reads()
    {
        lock (_lock)
            return [.. store.Reads().Select(read =>
                _ended.TryGetValue((read.Key, read.Slice), out var ms) && ms > (read.ReadMs ?? 0)
                    ? read with { ReadMs = ms } : read)];
    }

    /// <summary>Where an earlier reading of the slice stopped; null: at its beginning.</summary>
    public ScrubCursor? CursorOf(LocalModelKey key, int slice)
    {
        lock (_lock) return _cursors.GetValueOrDefault(key) is { } cursor && cursor.Slice == slice ? cursor : null;
    }

    /// <summary>Where a reading stands.</summary>
    public void At(ScrubCursor cursor)
    {
        lock (_lock)
        {
            _cursors[cursor.Key] = cursor;
            _changed = true;
        }
    }

    /// <summary>A slice was read to its end.</summary>
    /// <param name="key">Which model, and where.</param>
    /// <param name="slice">Which slice.</param>
    /// <param name="startedMs">When its first piece was read; null: something was wrong, so that says nothing.</param>
    public void Ended(LocalModelKey key, int slice, long? startedMs)
    {
        lock (_lock)
        {
            if (_cursors.GetValueOrDefault(key)?.Slice == slice) _cursors.Remove(key);
            if (startedMs is { } ms) _ended[(key, slice)] = ms;
            else _ended.Remove((key, slice));
            _changed = true;
        }
    }

    /// <summary>Writes down what has changed, if the last time is long enough ago.</summary>
    /// <param name="now">Do not wait.</param>
    public void Save(bool now)
    {
        lock (_lock)
        {
            if (!_changed || !now && time.GetElapsedTime(_saved) < SaveEvery) return;
            store.Save([.. _ended.Select(e => (e.Key.Key, e.Key.Slice, e.Value))], _cursors.Values);
            _ended.Clear();
            (_changed, _saved) = (false, time.GetTimestamp());
        }
    }
}
