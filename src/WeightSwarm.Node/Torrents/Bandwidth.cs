using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Torrents;

/// <summary>
/// The owner's limits over all engines of the daemon: its own and those of restores. Times of day are those of the
/// machine's time zone. May be called from any thread.
/// </summary>
public sealed class Bandwidth(EngineHost host, NodeStore store, Clock clock) : IDisposable
{
    private const string Received = "net.recv_bytes", Sent = "net.sent_bytes";

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly SemaphoreSlim _kick = new(0, 1);
    private readonly Lock _lock = new();
    private readonly List<Member> _members = [new Member(host.Engine)];
    private LimitSchedule? _schedule;

    /// <summary>The rules as the owner set them.</summary>
    public LimitSchedule Schedule
    {
        get
        {
            lock (_lock) return _schedule ??= new LimitSchedule(store.Limits.Load());
        }
    }

    /// <summary>What holds now, and until when.</summary>
    public LimitDecision Decide() => Schedule.At(clock.Time.GetUtcNow(), clock.Time.LocalTimeZone);

    /// <summary>Keeps new rules; they are in force when this returns.</summary>
    public Task SetAsync(LimitSchedule schedule, CancellationToken cancellation)
    {
        lock (_lock)
        {
            store.Limits.Save(schedule.Rules);
            _schedule = schedule;
        }
        Kick();
        return ApplyAsync(cancellation);
    }

    /// <summary>Puts an engine under the limits, together with the others, until the answer is disposed.</summary>
    public async Task<IDisposable> JoinAsync(ITorrentEngine engine, CancellationToken cancellation)
    {
        var member = new Member(engine);
        lock (_lock) _members.Add(member);
        Kick();
        await ApplyAsync(cancellation);
        return new Membership(this, member);
    }

    /// <summary>Tells every engine its limits, dividing them where there are several.</summary>
    public async Task ApplyAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var limits = Decide().Limits;
            Member[] members;
            lock (_lock) members = [.. _members];
            if (members.Length > 1)
                foreach (var member in members)
                    await member.MeasureAsync(clock, cancellation);
            var ups = LimitShares.Of(
                limits.Up, [.. members.Select(m => m.UpRate)], [.. members.Select(m => m.Given.Up)]);
            var downs = LimitShares.Of(
                limits.Down, [.. members.Select(m => m.DownRate)], [.. members.Select(m => m.Given.Down)]);
            // Who gets less is told first, so that the sum is never above the limit.
            var shares = members.Select((m, i) => (Member: m, Share: new RateLimits(ups[i], downs[i])));
            foreach (var (member, share) in shares.OrderByDescending(s => Shrinks(s.Member.Given, s.Share)))
                await member.GiveAsync(share, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Returns when the limits are to be looked at again: soon while they are divided.</summary>
    internal async Task WaitAsync(TimeSpan most, CancellationToken cancellation)
    {
        var wait = most;
        lock (_lock)
            if (_members.Count > 1)
                wait = TimeSpan.FromSeconds(1);
        if (Decide().NextChange is { } change && change - clock.Time.GetUtcNow() < wait)
            wait = change - clock.Time.GetUtcNow();
        if (wait < TimeSpan.FromMilliseconds(10)) wait = TimeSpan.FromMilliseconds(10);
        using var timer = new CancellationTokenSource(wait, clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            await _kick.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time is over: look again.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _one.Dispose();
        _kick.Dispose();
    }

    private static bool Shrinks(RateLimits before, RateLimits after) =>
        IsLess(after.Down, before.Down) || IsLess(after.Up, before.Up);

    private static bool IsLess(int after, int before) => after != 0 && (before == 0 || after < before);

    private void Kick()
    {
        lock (_lock)
            if (_kick.CurrentCount == 0)
                _kick.Release();
    }

    private void Leave(Member member)
    {
        lock (_lock) _members.Remove(member);
        Kick();
    }

    private sealed class Membership(Bandwidth bandwidth, Member member) : IDisposable
    {
        public void Dispose() => bandwidth.Leave(member);
    }

    /// <summary>One engine, what it was given, and how fast it was since it was last measured.</summary>
    private sealed class Member(ITorrentEngine engine)
    {
        private (long Up, long Down, long Ms)? _last;

        public RateLimits Given { get; private set; }
        public long UpRate { get; private set; }
        public long DownRate { get; private set; }

        public async Task MeasureAsync(Clock clock, CancellationToken cancellation)
        {
            try
            {
                var counters = await engine.GetCountersAsync(cancellation);
                var (up, down, now) = (counters[Sent], counters[Received], clock.Now.MonotonicMs);
                if (_last is { } last && now > last.Ms)
                {
                    UpRate = (up - last.Up) * 1000 / (now - last.Ms);
                    DownRate = (down - last.Down) * 1000 / (now - last.Ms);
                }
                _last = (up, down, now);
            }
            catch (ObjectDisposedException)
            {
                // A restore has just ended: its engine moves nothing any more.
                (UpRate, DownRate) = (0, 0);
            }
        }

        public async Task GiveAsync(RateLimits share, CancellationToken cancellation)
        {
            if (share == Given) return;
            try
            {
                await engine.SetLimitsAsync(share.Up, share.Down, cancellation);
                Given = share;
            }
            catch (ObjectDisposedException)
            {
                Given = default;
            }
        }
    }
}
