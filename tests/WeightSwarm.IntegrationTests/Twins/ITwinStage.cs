namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>
/// Where a play is given: real daemons on machines of their own, or their twins in the simulator. Both have pace drill,
/// <see cref="TwinSetting"/>'s links, and one model that every node sees.
/// </summary>
internal interface ITwinStage : IAsyncDisposable
{
    /// <summary>The stage's clock, ms.</summary>
    long NowMs { get; }

    /// <summary>Starts a node and lets it join; node 0 founds the network, and all others know its address.</summary>
    Task JoinAsync(int node);

    /// <summary>A node catalogues the model, or is one more that has its files; it holds all of it in place.</summary>
    /// <param name="node">Which; node 0 is the first.</param>
    /// <param name="copies">That the entry wants; 0: as many as the network.</param>
    Task AddAsync(int node, int copies = 0);

    /// <summary>From now on only nodes on equal sides reach each other.</summary>
    Task CutAsync(Func<int, int> sideOf);

    /// <summary>A peer that nobody knows begins to send forged records to a node, as fast as
    /// <see cref="TwinSetting.FloodBytesPerSecond"/>.</summary>
    Task FloodAsync(int victim);

    /// <summary>A node says something new of itself: it donates so much from now on.</summary>
    Task DonateAsync(int node, long bytes);

    /// <summary>What a node sees.</summary>
    Task<TwinSight> LookAsync(int node);

    /// <summary>Gossip that a node has sent so far, bytes.</summary>
    Task<long> SentAsync(int node);

    /// <summary>Time passes until the condition holds.</summary>
    Task UntilAsync(string what, Func<Task<bool>> condition);
}

/// <summary>What one node sees.</summary>
/// <param name="Online">Other nodes that it takes for present, by number.</param>
/// <param name="Copies">Copies of the slice that has the fewest, of nodes that it takes for present; -1 while it does
/// not know the model.</param>
/// <param name="Held">Slices that it holds.</param>
/// <param name="Fetching">Slices that are on their way to it.</param>
/// <param name="Banned">Peers that it refuses.</param>
/// <param name="Donated">What each other node donates, by number, bytes.</param>
internal sealed record TwinSight(
    IReadOnlySet<int> Online, int Copies, int Held, int Fetching, int Banned,
    IReadOnlyDictionary<int, long> Donated);
