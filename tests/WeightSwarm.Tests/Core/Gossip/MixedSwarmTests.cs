using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Records;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Gossip;

/// <summary>This version and the next side by side: two nodes of the next one, with one of this between them.</summary>
public sealed class MixedSwarmTests
{
    private readonly MixedSwarm _swarm = new();
    private readonly MixedSwarm.Node _next, _old, _other;

    public MixedSwarmTests()
    {
        (_next, _old, _other) = (_swarm.Add(isNext: true), _swarm.Add(isNext: false), _swarm.Add(isNext: true));
        _swarm.Publish(_next, TestRecords.Charter(TestRecords.Founder, Policy.Default with { Pace = Pace.Drill }));
    }

    /// <summary>Of kind 999, about many subjects, and node records with fields of the next version.</summary>
    private List<Record> Later(int count, int firstKey) =>
    [
        .. Enumerable.Range(firstKey, count).SelectMany(number => new[]
        {
            TestRecords.Of(new SimKey(7, number), (RecordKind)999, [(byte)number], LaterFrames.With(new V1.Claim()),
                30_000, issuedMs: _swarm.Now.UnixMs),
            TestRecords.Of(new SimKey(7, number), RecordKind.Node, [],
                LaterFrames.With(new V1.Node { Version = "2.0" }), 30_000, issuedMs: _swarm.Now.UnixMs),
        }),
    ];

    [Fact]
    public void Records_OfTheNextVersion_PassThroughANodeOfThisOne()
    {
        _swarm.Connect(_next, _old);
        _swarm.Connect(_other, _old);
        _swarm.Pass(1_000);
        var records = Later(5, firstKey: 50);
        foreach (var record in records) _swarm.Publish(_next, record);
        _swarm.Pass(2_000);
        Assert.True(_old.HasAll(records), "the old node lacks records of the next version");
        Assert.True(_other.HasAll(records), "the old node did not pass records of the next version on");
        AssertPeace();
    }

    [Fact]
    public void Records_ThatOnlyOneSideHas_AreReconciledBetweenVersions()
    {
        var (first, second, third) = (Later(60, 50), Later(40, 120), Later(20, 170));
        foreach (var record in first) _swarm.Publish(_next, record);
        foreach (var record in second) _swarm.Publish(_old, record);
        foreach (var record in third) _swarm.Publish(_other, record);
        _swarm.Connect(_next, _old);
        Assert.True(_old.HasAll(first) && _next.HasAll(second), "the new stream did not reconcile both sides");
        _swarm.Connect(_old, _other);
        _swarm.Pass(2_000);
        foreach (var node in new[] { _next, _old, _other })
            Assert.True(node.HasAll([.. first, .. second, .. third]), $"node {node.Number} lacks records");
        AssertPeace();
    }

    [Fact]
    public void Streams_BetweenVersions_LiveThroughManyPeriods()
    {
        _swarm.Connect(_next, _old);
        _swarm.Connect(_old, _other);
        _swarm.Pass(4 * Pace.Drill.ProbeMs * Pace.Drill.ProbeMisses);
        Assert.Equal(2, _old.Core.Peers.Count(peer => peer is { Active: true, RttMs: >= 0 }));
        AssertPeace();
    }

    private void AssertPeace()
    {
        Assert.Empty(_swarm.Closed);
        foreach (var node in new[] { _next, _old, _other }) Assert.Empty(node.Core.Offences);
    }
}
