namespace WeightSwarm.Node.Origins;

/// <summary>One server that origins are on: its health, and how many requests it gets at a time.</summary>
internal sealed class OriginServer : IDisposable
{
    /// <summary>Requests at a time from this daemon, over all models.</summary>
    public const int MostRequests = 4;

    public OriginHealth Health { get; } = new();

    public SemaphoreSlim Slots { get; } = new(MostRequests, MostRequests);

    public void Dispose() => Slots.Dispose();
}
