using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Gossip;
using WeightSwarm.Tests.Core.Records;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Liveness;

/// <summary>A node that is called silent denies it, and the denial overtakes those who called it so.</summary>
public sealed class RefutationTests
{
    private static readonly int[] _monitors = [3, 4, 5, 6];
    private readonly CoreBench _bench = new();
    private readonly SessionId _link;
    private readonly NodeId _subject = new SimKey(7, 9).Id;

    public RefutationTests()
    {
        _link = _bench.Linked(2);
        foreach (var node in (int[])[.. _monitors, 9])
            _bench.Frame(_link, CoreBench.Push(_bench.NodeRecord(node, 1, CoreBench.AddressOf(node))));
        _bench.Ticks(1_000);
    }

    private Record Down(int monitor, long issuedMs) => TestRecords.Of(
        new SimKey(7, monitor), RecordKind.Observation, _subject.Hash.ToArray(),
        new V1.Observation { Down = true, SinceMs = (ulong)issuedMs - 100 }, 30_000, (ulong)issuedMs, issuedMs);

    private void Push(Record record)
    {
        _bench.Wait(20);
        _bench.Frame(_link, CoreBench.Push(record));
    }

    [Fact]
    public void Votes_ThatComeAfterTheDenialOfThem_DoNotCount()
    {
        var cast = _bench.Now.UnixMs;
        _bench.Wait(Pace.Drill.ProbeMs / 2);
        Push(_bench.NodeRecord(9, 2));
        foreach (var monitor in _monitors) Push(Down(monitor, cast + 10));
        Assert.Null(_bench.Core.AbsentSinceMs(_subject));
    }

    [Fact]
    public void Votes_ThatAreNewerThanTheLastWord_Count()
    {
        Push(_bench.NodeRecord(9, 2));
        foreach (var monitor in _monitors) Push(Down(monitor, _bench.Now.UnixMs));
        Assert.NotNull(_bench.Core.AbsentSinceMs(_subject));
    }

    /// <summary>Or one whose clock is ahead would live for minutes after its death.</summary>
    [Fact]
    public void Votes_ThatAreMuchOlderThanTheLastWordByTheirClocks_Count()
    {
        var cast = _bench.Now.UnixMs;
        _bench.Wait(Pace.Drill.ProbeMs);
        Push(_bench.NodeRecord(9, 2));
        foreach (var monitor in _monitors) Push(Down(monitor, cast));
        Assert.NotNull(_bench.Core.AbsentSinceMs(_subject));
    }
}
