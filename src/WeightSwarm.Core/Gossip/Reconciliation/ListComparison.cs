namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>Compares the ids that a peer has in a range, ascending, with the items that we have there.</summary>
internal struct ListComparison(Hash256[] theirs, List<Hash256> toPush) : IRunVisitor
{
    private readonly bool[] _found = new bool[theirs.Length];
    private long _seen;

    /// <summary>
    /// How many of our items come before the first one that did not fit into the push list; -1: all fit.
    /// </summary>
    public long FirstLeft { get; private set; } = -1;

    public void Visit(ReadOnlySpan<IndexItem> run)
    {
        foreach (ref readonly IndexItem item in run)
        {
            int at = theirs.Length == 0 ? -1 : Array.BinarySearch(theirs, item.Id);
            if (at >= 0) _found[at] = true;
            else if (toPush.Count < ReconcileLimits.MaxPushPerStep) toPush.Add(item.Id);
            else if (FirstLeft < 0) FirstLeft = _seen;
            _seen++;
        }
    }

    /// <summary>The ids of the peer that none of our items has.</summary>
    public readonly void AddMissing(List<Hash256> toWant)
    {
        for (int i = 0; i < theirs.Length; i++)
        {
            if (!_found[i]) toWant.Add(theirs[i]);
        }
    }

    public static Hash256[] ReadIds(ReadOnlySpan<byte> bytes)
    {
        var ids = new Hash256[bytes.Length / Hash256.Size];
        for (int i = 0; i < ids.Length; i++) ids[i] = new Hash256(bytes.Slice(i * Hash256.Size, Hash256.Size));
        return ids;
    }
}

/// <summary>Copies the ids of a short range.</summary>
internal readonly struct IdCollector(List<Hash256> ids) : IRunVisitor
{
    public void Visit(ReadOnlySpan<IndexItem> run)
    {
        foreach (ref readonly IndexItem item in run) ids.Add(item.Id);
    }

    /// <summary>The ids, ascending, 32 bytes each.</summary>
    public readonly byte[] ToBytes()
    {
        ids.Sort();
        var bytes = new byte[ids.Count * Hash256.Size];
        for (int i = 0; i < ids.Count; i++) ids[i].CopyTo(bytes.AsSpan(i * Hash256.Size));
        return bytes;
    }
}
