namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>
/// What this node thinks of one peer, from its own experience alone and told to nobody (after gossipsub 1.1's peer
/// score): first deliveries count for it up to a cap, invalid messages against it by their square, lapses one by one.
/// All of it fades by half in eleven minutes.
/// </summary>
internal sealed class PeerScore
{
    private const long Point = 1024, FadeMs = 60_000;
    private const int LongestFade = 256;
    private const long MostMerit = 20 * Point, MostFuture = 15 * Point, MostLapses = 1000 * Point;
    private const long Delivery = Point / 16;
    private const int InvalidWeight = 10, MostInvalid = 100;
    private const int UnlinkedAt = -10, IgnoredAt = -20, BannedAt = -40;

    private long _merit, _invalid, _lapses, _future;
    private long _atMs;

    /// <summary>Points, down to about -100,000 and up to 20.</summary>
    public int At(long nowMs)
    {
        Fade(nowMs);
        // Rounded, or what has faded by a hair would not count at all.
        var invalid = Math.Min((_invalid + Point / 2) / Point, MostInvalid);
        return (int)((_merit - _lapses - _future) / Point - InvalidWeight * invalid * invalid);
    }

    /// <summary>How a peer with so many points is treated.</summary>
    public static Standing StandingOf(int points) =>
        points <= BannedAt ? Standing.Banned
        : points <= IgnoredAt ? Standing.Ignored
        : points <= UnlinkedAt ? Standing.Unlinked : Standing.Welcome;

    /// <summary>Whether the offence alone ends the stream.</summary>
    public static bool IsInvalid(Offence offence) =>
        offence is Offence.Malformed or Offence.BadSignature or Offence.Oversized or Offence.OutOfTurn
            or Offence.Equivocation;

    /// <summary>It was the first to bring a record.</summary>
    public void Delivered(long nowMs)
    {
        Fade(nowMs);
        _merit = Math.Min(_merit + Delivery, MostMerit);
    }

    /// <summary>It did what it must not.</summary>
    public void Did(Offence offence, long nowMs)
    {
        Fade(nowMs);
        if (IsInvalid(offence)) _invalid += Point;
        // A wrong clock is no malice: it costs the links, and never leads to a ban.
        else if (offence == Offence.Future) _future = Math.Min(_future + Point, MostFuture);
        else _lapses = Math.Min(_lapses + Point, MostLapses);
    }

    /// <summary>It had so many points below zero in an earlier run; they count as lapses.</summary>
    public void Recall(int points, long nowMs)
    {
        Fade(nowMs);
        _lapses = Math.Clamp(-(long)points, 0, -BannedAt - 1) * Point;
    }

    /// <summary>A ban is the price of what was before it; one invalid message stays on the account.</summary>
    public void Settle(long nowMs)
    {
        Fade(nowMs);
        (_merit, _invalid, _lapses, _future) = (0, Point, 0, 0);
    }

    private void Fade(long nowMs)
    {
        var steps = Math.Min((nowMs - _atMs) / FadeMs, LongestFade);
        if (steps <= 0) return;
        _atMs = nowMs;
        for (; steps > 0; steps--)
            (_merit, _invalid, _lapses, _future) =
                (_merit * 15 / 16, _invalid * 15 / 16, _lapses * 15 / 16, _future * 15 / 16);
    }
}
