using System.Text;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using static WeightSwarm.Tests.Core.Records.TestRecords;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Records;

/// <summary>Who may say what about the catalogue, and what a new charter does to what was said before.</summary>
public sealed class CuratorRecordTests
{
    private readonly RecordSet _set = new(Network, Alice);

    [Fact]
    public void Charter_WithCurators_SurvivesItsWayThroughARecord()
    {
        var curator = Curator(Alice, "org/", 5, 1L << 40);
        var charter = RecordBodies.Charter(Charter(Founder, Policy.Default, curator));
        Assert.Equal(("org/", 5L, 1L << 40, Alice.Id), (
            charter.Curators[0].Scope, charter.Curators[0].ExpiresMs, charter.Curators[0].BudgetBytes,
            charter.Curators[0].Key));
        Assert.Equal(Alice.PublicKey, charter.Curators[0].PublicKey);
    }

    [Fact]
    public void Revoked_CuratorsEntriesLeaveTheSet_AndStayOut()
    {
        Offer(Charter(Founder, 1, Policy.Default, Curator(Alice, "")));
        var (hers, founders) = (Entry(Alice, "org/model"), Entry(Founder, "org/model"));
        Offer(hers);
        Offer(founders);

        Offer(Charter(Founder, 2, Policy.Default));
        Assert.Equal([hers.Id], _set.DropUnauthorised().Select(r => r.Id));
        Assert.NotNull(_set.Find(founders.Id));
        Assert.Equal(Acceptance.NotAuthorised, _set.Offer(hers, Now));
        // Dated back to before she was revoked: her key is worth nothing any more.
        var backdated = Of(Alice, RecordKind.Entry, Hash256.Of("model"u8).ToArray(),
            RecordBodies.Entry(EntryValue("org/x")), Day, seq: 9, issuedMs: Now.UnixMs - Hour);
        Assert.Equal(Acceptance.NotAuthorised, _set.Offer(backdated, Now));
    }

    [Fact]
    public void Narrowed_ScopeTakesOutWhatLiesOutside()
    {
        Offer(Charter(Founder, 1, Policy.Default, Curator(Alice, "")));
        Offer(Entry(Alice, "org/model"));
        Offer(Charter(Founder, 2, Policy.Default, Curator(Alice, "else/")));
        Assert.Single(_set.DropUnauthorised());
    }

    [Fact]
    public void Proposals_OfOne_AreTheNewestSixteen_WhateverTheirOrder()
    {
        const int made = Proposal.MostOfOne + 5;
        var all = Enumerable.Range(1, made).Select(n => ProposalOf(Alice, n)).ToList();
        var other = new RecordSet(Network, Alice);
        foreach (var record in all) Take(_set, record);
        foreach (var record in Enumerable.Reverse(all)) Take(other, record);
        var newest = all.Skip(5).Select(r => r.Id).Order().ToList();
        Assert.Equal(newest, _set.Records.Select(r => r.Id).Order());
        Assert.Equal(newest, other.Records.Select(r => r.Id).Order());
        Assert.Equal(Acceptance.Stale, _set.Offer(all[0], Now));
        // Another's are others.
        Assert.Equal(Acceptance.Accepted, _set.Offer(ProposalOf(Bob, 1), Now));
    }

    [Fact]
    public void Refusal_NeedsACuratorOfThatName()
    {
        Offer(Charter(Founder, 1, Policy.Default, Curator(Alice, "org/")));
        Assert.Equal(Acceptance.Accepted, _set.Offer(RefusalOf(Alice, "org/model"), Now));
        Assert.Equal(Acceptance.NotAuthorised, _set.Offer(RefusalOf(Alice, "else/model"), Now));
        Assert.Equal(Acceptance.NotAuthorised, _set.Offer(RefusalOf(Bob, "org/model"), Now));
    }

    [Fact]
    public void Proposal_ThatIsNoEntry_OrWithdrawn_IsMalformed()
    {
        var entry = EntryValue("org/model");
        var subject = entry.ModelId.ToArray();
        Assert.Equal(Acceptance.Malformed, _set.Offer(
            Of(Alice, RecordKind.Proposal, subject, new V1.Proposal { Note = "nothing" }), Now));
        Assert.Equal(Acceptance.Malformed, _set.Offer(Of(
            Alice, RecordKind.Proposal, subject, RecordBodies.Proposal(entry with { Active = false }, "")), Now));
        Assert.Equal(Acceptance.Malformed, _set.Offer(Of(
            Alice, RecordKind.Proposal, new byte[32], RecordBodies.Proposal(entry, "")), Now));
        Assert.Equal(Acceptance.Malformed, _set.Offer(Of(
            Alice, RecordKind.Proposal, subject, RecordBodies.Proposal(entry, new string('x', 257))), Now));
        Assert.Equal(Acceptance.TooLongLived, _set.Offer(Of(
            Alice, RecordKind.Proposal, subject, RecordBodies.Proposal(entry, ""), 91 * Day), Now));
    }

    private static Record ProposalOf(SimKey key, int number)
    {
        var model = Hash256.Of(Encoding.UTF8.GetBytes($"model {number}"));
        var entry = EntryValue($"org/model-{number}") with { ModelId = model };
        var body = RecordBodies.Proposal(entry, "please");
        return Of(key, RecordKind.Proposal, model.ToArray(), body, seq: (ulong)number);
    }

    private static Record RefusalOf(SimKey key, string model) => Of(
        key, RecordKind.Refusal, RecordBodies.RefusalSubject(Hash256.Of("model"u8), Bob.Id),
        new V1.Refusal { Model = model, Reason = "not open" });

    private static void Take(RecordSet set, Record record)
    {
        if (set.Offer(record, Now) == Acceptance.Accepted) set.DropOldProposals(record);
    }

    private void Offer(Record record) => Assert.Equal(Acceptance.Accepted, _set.Offer(record, Now));
}
