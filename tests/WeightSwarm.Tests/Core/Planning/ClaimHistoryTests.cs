using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using static WeightSwarm.Tests.Core.Records.TestRecords;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>For how long a claim deserves patience, and whose claims count for nothing.</summary>
public sealed class ClaimHistoryTests
{
    private const long Minute = 60_000, Hour = 60 * Minute;

    private static readonly Hash256 _model = Hash256.Of("model"u8);
    private static readonly Pace _pace = Pace.Real;

    private readonly SwarmViewBuilder _views = new(Founder.Id);
    private Instant _now = Now;
    private ulong _seq;

    public ClaimHistoryTests()
    {
        _views.Accepted(Charter(Founder, Policy.Default, Curator(Alice, "")), _now);
        var entry = EntryValue("org/model") with { ModelId = _model };
        _views.Accepted(Of(Alice, RecordKind.Entry, _model.ToArray(), RecordBodies.Entry(entry), 400 * Day, 1), _now);
        foreach (var key in (SimKey[])[Alice, Bob])
            _views.Accepted(Of(key, RecordKind.Node, [], new V1.Node(), 400 * Day, 1), _now);
    }

    [Fact]
    public void Claim_ThatBeginsAnew_GetsNoNewPatience()
    {
        Claim(Alice, 0, percent: 5);
        var first = TheClaim().ProgressAtMs;
        Pass(Minute);
        Claim(Alice, 0, percent: 0);
        Assert.Equal(first, TheClaim().ProgressAtMs);
        Cancel(Alice, 0);
        Pass(Minute);
        Claim(Alice, 0, percent: 5);
        Assert.Equal(first, TheClaim().ProgressAtMs);
        Claim(Alice, 0, percent: 6);
        Assert.Equal(_now.MonotonicMs, TheClaim().ProgressAtMs);
    }

    [Fact]
    public void Claim_OfLongAgo_IsForgotten()
    {
        Claim(Alice, 0, percent: 5);
        Cancel(Alice, 0);
        Pass(_pace.U2.ClaimTtlMs);
        Claim(Alice, 0, percent: 0);
        Assert.Equal(_now.MonotonicMs, TheClaim().ProgressAtMs);
    }

    [Fact]
    public void Claimant_WhoseSlicesOthersFetch_IsNotReliedOn_UntilItFetchesSomething()
    {
        for (var slice = 0; slice < 4; slice++) Claim(Alice, slice, percent: 1);
        Pass(_pace.U0.ClaimTtlMs);
        Hold(Bob, 2);
        Assert.False(BreaksClaims(Alice));
        Hold(Bob, 3);
        Assert.True(BreaksClaims(Alice));
        Assert.False(BreaksClaims(Bob));

        // The fourth comes at last: nine of twelve are too few. Thirteen of sixteen are not.
        Hold(Alice, 4);
        Assert.True(BreaksClaims(Alice));
        for (var slice = 4; slice < 8; slice++) Claim(Alice, slice, percent: 1);
        Hold(Alice, 8);
        Assert.False(BreaksClaims(Alice));
    }

    [Fact]
    public void Claimant_WhoFetchesOneAfterTheOther_BreaksNothing()
    {
        for (var slice = 0; slice < 8; slice++) Claim(Alice, slice, percent: 0);
        for (var round = 1; round <= 8; round++)
        {
            Pass(_pace.U0.ClaimTtlMs - 1);
            Claim(Alice, 7, percent: round);
        }
        Hold(Bob, 7);
        Assert.False(BreaksClaims(Alice));
    }

    [Fact]
    public void Claimant_WhoPretendsToGetOn_BreaksItsClaimsAfterTheLongestFetch()
    {
        for (var slice = 0; slice < 4; slice++) Claim(Alice, slice, percent: 0);
        for (var passed = 0L; passed < _pace.U0.FetchMostMs; passed += Minute)
        {
            Pass(Minute);
            Claim(Alice, 3, percent: (int)(passed / Minute) + 1);
        }
        Hold(Bob, 3);
        Assert.True(BreaksClaims(Alice));
    }

    [Fact]
    public void Penalty_EndsWithAClaim_AndIsTwiceAsLongTheNextTime()
    {
        BreakThree();
        Pass(_pace.U2.ClaimTtlMs - 1);
        Claim(Alice, 10, percent: 0);
        Assert.True(BreaksClaims(Alice));
        Pass(1);
        Claim(Alice, 10, percent: 0);
        Assert.False(BreaksClaims(Alice));

        // One more is enough now.
        Pass(_pace.U0.ClaimTtlMs);
        Hold(Bob, 11);
        Assert.True(BreaksClaims(Alice));
        Pass(2 * _pace.U2.ClaimTtlMs - 1);
        Claim(Alice, 12, percent: 0);
        Assert.True(BreaksClaims(Alice));
        Pass(1);
        Claim(Alice, 12, percent: 0);
        Assert.False(BreaksClaims(Alice));
    }

    [Fact]
    public void Claims_OfOneWhoBreaksThem_CountForNothing_AndNobodyWaitsForIt()
    {
        var swarm = new Swarm().Wanting(3).With(Swarm.Model(0, slices: 1)).Node(0).Nodes(1, 6).Holds(1, 0);
        for (var node = 2; node <= 6; node++) swarm.Claims(node, 0, score: 0);
        var view = swarm.SeenBy(0);
        var planner = new Planner();
        Assert.Empty(planner.Plan(view, Swarm.Own(), Swarm.Now).Steps.Where(s => s.Action != PlanAction.Keep));

        var breakers = Enumerable.Range(2, 5).Select(Swarm.Id)
            .Select(id => KeyValuePair.Create(id, view.Nodes[id] with { BreaksClaims = true }));
        view = view with { Nodes = view.Nodes.SetItems(breakers) };
        var step = Assert.Single(planner.Plan(view, Swarm.Own(), Swarm.Now).Steps);
        Assert.Contains("first in the order", step.Reason, StringComparison.Ordinal);
        var taken = Assert.Single(planner.Plan(view, Swarm.Own(), Swarm.Now.Plus(step.DueInMs)).Steps);
        Assert.Equal(PlanAction.Take, taken.Action);
    }

    private void BreakThree()
    {
        for (var slice = 0; slice < 3; slice++) Claim(Alice, slice, percent: 1);
        Pass(_pace.U0.ClaimTtlMs);
        Hold(Bob, 3);
        Assert.True(BreaksClaims(Alice));
    }

    private void Pass(long ms) => _now = _now.Plus(ms);

    private void Claim(SimKey key, int slice, int percent) =>
        Say(key, RecordKind.Claim, slice, new V1.Claim { ProgressPercent = (uint)percent });

    private void Cancel(SimKey key, int slice) => Say(key, RecordKind.Claim, slice, new V1.Claim { Cancelled = true });

    private void Say(SimKey key, RecordKind kind, int slice, Google.Protobuf.IMessage body) => _views.Accepted(
        Of(key, kind, RecordBodies.SliceSubject(_model, slice), body, 400 * Day, ++_seq), _now);

    private void Hold(SimKey key, int slices) => _views.Accepted(
        Of(key, RecordKind.Holding, _model.ToArray(), new V1.Holding
        {
            Verified = Google.Protobuf.ByteString.CopyFrom(SliceSet.All(slices).ToBitmap()),
        }, 400 * Day, ++_seq), _now);

    private SliceClaim TheClaim() => Assert.Single(View().Models.Single().Claims);

    private bool BreaksClaims(SimKey key) => View().Nodes[new NodeId(key.Id.Hash)].BreaksClaims;

    private SwarmView View() => _views.Build(_ => null, [])!;
}
