using System.Diagnostics;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>A BitTorrent client that seeds from several processes, and fetches with one more.</summary>
internal abstract class Rival(string name, Payload payload) : IAsyncDisposable
{
    private readonly List<PeerProcess> _seeders = [];

    public string Name => name;

    /// <summary>Too slow to be measured in every round.</summary>
    public virtual bool OnceOnly => false;

    protected Payload Payload => payload;

    /// <summary>Starts seeders, and waits until they have checked what they seed.</summary>
    public async Task StartSeedersAsync(int count)
    {
        for (var i = 0; i < count; i++) _seeders.Add(await StartSeederAsync(i));
    }

    /// <summary>Closes what the seeders have open, so that the system can forget it.</summary>
    public virtual Task RestAsync(IReadOnlyList<PeerProcess> seeders) => Task.CompletedTask;

    /// <summary>Opens it again.</summary>
    public virtual void Wake(IReadOnlyList<PeerProcess> seeders)
    {
    }

    /// <summary>Fetches everything into an empty folder.</summary>
    public async Task<Transfer> FetchAsync(string target, int round, TimeSpan cut, Action prepare)
    {
        await RestAsync(_seeders);
        prepare();
        Wake(_seeders);
        await using var leecher = await StartLeecherAsync(target);
        PeerProcess[] all = [leecher, .. _seeders];
        var before = all.Sum(peer => peer.CpuSeconds());
        var start = Stopwatch.GetTimestamp();
        Connect(leecher, _seeders);
        var cpu = 0.0;
        while (!IsFinished(leecher, target))
        {
            cpu = Math.Max(cpu, all.Sum(peer => peer.CpuSeconds()) - before);
            if (Stopwatch.GetElapsedTime(start) is { } now && now > cut)
                return new Transfer(
                    name, round, (long)(payload.Files.Bytes * Progress(leecher)), now.TotalSeconds, cpu, Cut: true);
            if (leecher.HasEnded && !IsFinished(leecher, target))
                throw new InvalidOperationException($"{name} ended: {leecher.Tail}");
            await Pause.BeforeLookingAgainAsync();
        }
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Transfer(name, round, payload.Files.Bytes, seconds, cpu, Cut: false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var seeder in _seeders) await seeder.DisposeAsync();
    }

    protected abstract Task<PeerProcess> StartSeederAsync(int number);

    /// <summary>Starts one that is ready to fetch; the clock starts when it returns.</summary>
    protected abstract Task<PeerProcess> StartLeecherAsync(string target);

    /// <summary>Brings them together, unless they find each other.</summary>
    protected virtual void Connect(PeerProcess leecher, IReadOnlyList<PeerProcess> seeders)
    {
    }

    /// <summary>All bytes are in the files.</summary>
    protected abstract bool IsFinished(PeerProcess leecher, string target);

    /// <summary>0 to 1, for a fetch that is cut.</summary>
    protected abstract double Progress(PeerProcess leecher);
}
