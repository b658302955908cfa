using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Tests.Node.Store;

public sealed class ReputationStoreTests : IDisposable
{
    private const long Day = 86_400_000, UnixMs = 1_800_000_000_000;
    private static readonly NodeId NodeA = NodeId.Of("a"u8), NodeB = NodeId.Of("b"u8);
    private static readonly Instant Before = new(5_000_000, UnixMs);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_AfterAReopening_KnowsSinceWhen()
    {
        using (var store = StoreFiles.Open(_folder))
        {
            store.Reputation.Met([NodeA, NodeB], UnixMs - 3 * Day);
            store.Reputation.Met([NodeB], UnixMs);
        }
        Assert.Equal<(NodeId, long)[]>(
            [(NodeA, UnixMs - 3 * Day), (NodeB, UnixMs - 3 * Day)], [.. Load(Before).Known.Sort(ByNode)]);
        // A month after it was last heard of, a node is a stranger.
        var later = Load(Before with { UnixMs = UnixMs + 28 * Day });
        Assert.Equal((NodeB, UnixMs - 3 * Day), Assert.Single(later.Known));
    }

    [Fact]
    public void Load_OfABan_EndsWhenItWouldHave()
    {
        var ban = new Ban(NodeA, IPAddress.Parse("203.0.113.7"), Before.MonotonicMs + 60_000, 3, "garbage");
        using (var store = StoreFiles.Open(_folder)) store.Reputation.Banned(ban, Before);
        // Twenty seconds later, on a machine that has just started.
        var again = Assert.Single(Load(new Instant(1_000, UnixMs + 20_000)).Bans);
        Assert.Equal(ban with { UntilMs = 41_000 }, again);
        Assert.Empty(Load(new Instant(1_000, UnixMs + 2 * Day)).Bans);
    }

    [Fact]
    public void Load_OfScores_HasThemFadedByTheTimeBetween()
    {
        using (var store = StoreFiles.Open(_folder))
        {
            store.Reputation.KeepScores([(NodeA, -5), (NodeB, -39)], UnixMs);
            store.Reputation.KeepScores([(NodeB, -32)], UnixMs);
        }
        Assert.Equal((NodeB, -30), Assert.Single(Load(Before with { UnixMs = UnixMs + 60_000 }).Scores));
        Assert.Empty(Load(Before with { UnixMs = UnixMs + Day }).Scores);
    }

    [Fact]
    public void Load_OfReachedPeers_HasTheLatestFirstAndNotTooMany()
    {
        using (var store = StoreFiles.Open(_folder))
            for (var i = 0; i < 300; i++)
                store.Reputation.Reached([Peer(i)], UnixMs + i);
        var reached = Load(Before).Reached;
        Assert.Equal(256, reached.Length);
        Assert.Equal(Peer(299), reached[0]);
    }

    /// <summary>The core of a new run refuses whom the old one banned, and tells its driver so.</summary>
    [Fact]
    public void Remembered_OfABanAndAScore_IsInForceAgain()
    {
        var bench = new WeightSwarm.Tests.Core.Gossip.CoreBench();
        var now = bench.Now.MonotonicMs;
        var run = new EarlierRun
        {
            Bans = [new Ban(NodeA, IPAddress.Parse("203.0.113.7"), now + 60_000, 1, "garbage")],
            Scores = [(NodeB, -25)],
        };
        var outputs = bench.Handle(new CoreInput.Remembered(run));
        Assert.Equal(NodeA, Assert.Single(outputs.OfType<CoreOutput.Ban>()).Details.Peer);
        Assert.Equal(NodeA, Assert.Single(bench.Core.Bans).Peer);
        Assert.Equal(-25, bench.Core.ScoreOf(NodeB));
        Assert.Equal([(NodeB, -25)], bench.Core.BadScores);
    }

    private static int ByNode((NodeId Node, long) a, (NodeId Node, long) b) =>
        (a.Node == NodeA ? 0 : 1) - (b.Node == NodeA ? 0 : 1);

    private EarlierRun Load(Instant now)
    {
        using var store = StoreFiles.Open(_folder);
        return store.Reputation.Load([], now);
    }

    private static Anchor Peer(int i) => new(
        NodeId.Of(BitConverter.GetBytes(i)), new IPEndPoint(new IPAddress([203, 0, (byte)(i >> 8), (byte)i]), 7000));
}
