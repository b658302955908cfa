namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>What a bucket allows.</summary>
/// <param name="Burst">Tokens at once.</param>
/// <param name="MilliPerSecond">Thousandths of a token that flow back each second.</param>
public readonly record struct TokenRate(long Burst, long MilliPerSecond)
{
    /// <summary>The same burst, so many times as fast afterwards.</summary>
    public TokenRate Times(long factor) => this with { MilliPerSecond = MilliPerSecond * factor };
}

/// <summary>
/// A token bucket in integers. It keeps what was spent, not what is left, so that a new one is full and its rate may
/// change under it.
/// </summary>
public struct TokenBucket
{
    private const long Micro = 1_000_000, LongestGapMs = 7L * 86_400_000;

    private long _spentMicro;
    private long _atMs;

    /// <summary>Takes tokens if there are as many.</summary>
    /// <param name="rate">What the bucket allows now.</param>
    /// <param name="tokens">At least 0.</param>
    /// <param name="nowMs">Monotonic; not before that of the last call.</param>
    public bool TryTake(TokenRate rate, long tokens, long nowMs)
    {
        if (!Has(rate, tokens, nowMs)) return false;
        _spentMicro += tokens * Micro;
        return true;
    }

    /// <summary>Whether there are so many tokens.</summary>
    public bool Has(TokenRate rate, long tokens, long nowMs)
    {
        Refill(rate, nowMs);
        return tokens <= rate.Burst && _spentMicro + tokens * Micro <= rate.Burst * Micro;
    }

    /// <summary>Whether nothing is spent: such a bucket need not be kept.</summary>
    public bool IsFull(TokenRate rate, long nowMs)
    {
        Refill(rate, nowMs);
        return _spentMicro == 0;
    }

    private void Refill(TokenRate rate, long nowMs)
    {
        // Milliseconds times thousandths per second are millionths.
        var back = Math.Clamp(nowMs - _atMs, 0, LongestGapMs) * rate.MilliPerSecond;
        _spentMicro = Math.Max(0, _spentMicro - back);
        _atMs = nowMs;
    }
}
