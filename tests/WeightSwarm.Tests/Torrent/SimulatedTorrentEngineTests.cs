using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

public sealed class SimulatedTorrentEngineTests : TorrentEngineContract
{
    private readonly SimulatedSwarm _swarm = new();

    protected override Task<ITorrentEngine> CreateAsync() =>
        Task.FromResult<ITorrentEngine>(new SimulatedTorrentEngine(_swarm));
}
