using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Node.Store;

public sealed class AuditStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CopyKey Copy(int slice) => new(Swarm.Id(3), Swarm.Model(0, 1).ModelId, slice);

    public void Dispose() => _folder.Dispose();

    private NodeStore Open() => StoreFiles.Open(_folder);

    [Fact]
    public void Save_OfAllFields_IsLoadedByTheNextRun()
    {
        var audits = new CopyAudits
        {
            PassedMs = 1,
            FailedMs = 2,
            Fault = "leaf 3 is another",
            DeniedMs = 4,
            DeniedStartMs = 5,
            RestartMs = 6,
            LeavesSince = 7,
            Passes = 8,
            Fails = 9,
            Unknown = 10,
            Offline = 11,
        };
        using (var store = Open())
            store.Audits.Save(
            [
                new CoreOutput.AuditsKept(Copy(1), CopyAudits.None), new CoreOutput.AuditsKept(Copy(0), audits),
                new CoreOutput.AuditsKept(Copy(2), audits),
            ]);
        using (var store = Open()) store.Audits.Save([new CoreOutput.AuditsKept(Copy(2), null)]);
        using (var store = Open())
            Assert.Equal(
                [KeyValuePair.Create(Copy(0), audits), KeyValuePair.Create(Copy(1), CopyAudits.None)],
                store.Audits.Load());
    }

    [Fact]
    public void Keep_OfMoreAnswersThanThereIsRoomFor_KeepsTheNewestAndOneOfACopy()
    {
        using var store = Open();
        for (var i = 0; i < AuditStore.MostEvidence + 10; i++)
            store.Audits.Keep(new AuditEvidence(Copy(i), i, "other bytes", [1, (byte)i], [2]));
        store.Audits.Keep(new AuditEvidence(Copy(30), 1_000, "again", [1], [9]));
        var kept = store.Audits.Evidence();
        Assert.Equal(AuditStore.MostEvidence, kept.Count);
        Assert.Equal((Copy(30), "again"), (kept[0].Copy, kept[0].Fault));
        Assert.Equal([9], kept[0].Answer);
        Assert.Single(kept, k => k.Copy == Copy(30));
        Assert.DoesNotContain(kept, k => k.Copy == Copy(9));
    }
}
