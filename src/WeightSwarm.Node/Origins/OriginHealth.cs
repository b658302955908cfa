using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// A circuit breaker: whether a server, or one model there, may be asked now. After each fault it is left alone, twice
/// as long each time; one success forgets them all. May be called from any thread.
/// </summary>
internal sealed class OriginHealth
{
    // An origin that asks for more than a day asks for a day: it may have its clock wrong.
    private const long MostAskedMs = 86_400_000;

    private readonly Lock _lock = new();
    private int _faults;
    private long _untilMs;
    private OriginTrouble? _trouble;

    /// <summary>What is wrong with it, until it succeeds; null for nothing.</summary>
    public OriginTrouble? Trouble
    {
        get
        {
            lock (_lock) return _trouble;
        }
    }

    /// <summary>Milliseconds until it may be asked; 0 for now.</summary>
    public long WaitMs(long nowMs)
    {
        lock (_lock) return Math.Max(0, _untilMs - nowMs);
    }

    /// <summary>
    /// It gave what it was asked for. What was under way before it was to be left alone changes nothing about that.
    /// </summary>
    public void Succeeded(long nowMs)
    {
        lock (_lock)
            if (nowMs >= _untilMs)
                (_faults, _untilMs, _trouble) = (0, 0, null);
    }

    /// <summary>It did not.</summary>
    /// <param name="trouble">Why.</param>
    /// <param name="pace">The timers.</param>
    /// <param name="nowMs">Monotonic.</param>
    /// <param name="jitterPerMille">0 to 999: so that nodes that failed together do not come back together.</param>
    public void Failed(OriginTrouble trouble, Pace pace, long nowMs, int jitterPerMille)
    {
        lock (_lock)
        {
            var wait = WaitFor(trouble, _faults, pace);
            wait += wait * jitterPerMille / 4000;
            _faults++;
            // Requests run side by side: one fault that is told twice, or a lesser one, does not shorten a wait.
            if (nowMs + wait < _untilMs) return;
            (_untilMs, _trouble) = (nowMs + wait, trouble);
        }
    }

    /// <summary>How long to leave it alone, milliseconds.</summary>
    public static long WaitFor(OriginTrouble trouble, int faultsBefore, Pace pace)
    {
        var (first, most) = trouble.Fault switch
        {
            OriginFault.WrongBytes => (pace.OriginDistrustMs, pace.OriginDistrustMs),
            _ when trouble.IsServers => (pace.OriginRetryMs, pace.OriginRetryMostMs),
            _ => (pace.OriginRetryMostMs, pace.OriginDistrustMs),
        };
        var doubled = first << Math.Min(faultsBefore, 20);
        return Math.Max(Math.Min(doubled, most), Math.Min(trouble.AskedWaitMs, MostAskedMs));
    }
}
