namespace WeightSwarm.Core.Gossip;

/// <summary>How many streams are links. They are counted anew only after one became a link or ceased to be
/// one.</summary>
internal sealed class LinkCount
{
    private bool _isStale;

    /// <summary>Links that both sides want.</summary>
    public int Active { get; private set; }

    /// <summary>Those that this side wants among its six neighbours.</summary>
    public int Asked { get; private set; }

    /// <summary>A stream has gone.</summary>
    public void Forget() => _isStale = true;

    /// <summary>One of the flags that make a stream a link is set, perhaps to what it was.</summary>
    /// <returns>What it is from now on.</returns>
    public bool Note(bool before, bool after)
    {
        _isStale |= before != after;
        return after;
    }

    /// <summary>The counts of now.</summary>
    public LinkCount Of(Session[] all)
    {
        if (!_isStale) return this;
        (_isStale, Active, Asked) = (false, 0, 0);
        foreach (var session in all)
        {
            if (session.Active) Active++;
            if (session.WeAskedActive && !session.ForBucket) Asked++;
        }
        return this;
    }
}
