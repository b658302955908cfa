using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Planning;

/// <summary>Reads from the records what is proposed now.</summary>
internal static class ProposalList
{
    /// <summary>Every proposal whose model is not in the view, with its refusal if there is one; the oldest
    /// first.</summary>
    public static IReadOnlyList<Proposal> Of(IEnumerable<Record> records, SwarmView? view)
    {
        var all = records.Where(r => r.Kind is RecordKind.Proposal or RecordKind.Refusal).ToList();
        var refusals = all.Where(r => r.Kind == RecordKind.Refusal).ToLookup(
            r => (RecordBodies.ModelOf(r), RecordBodies.ProposerOf(r)));
        var catalogued = new SortedSet<Hash256>(view?.Models.Select(m => m.Entry.ModelId) ?? []);
        return
        [
            .. all.Where(r => r.Kind == RecordKind.Proposal).Select(RecordBodies.Proposal)
                .Where(p => !catalogued.Contains(p.Entry.ModelId))
                .Select(p => p with { Refusal = ReasonOf(refusals[(p.Entry.ModelId, p.Proposer)], p) })
                .OrderBy(p => p.ProposedMs).ThenBy(p => p.Entry.ModelId),
        ];
    }

    /// <summary>The newest reason that is younger than the proposal: who proposes again asks again.</summary>
    private static string? ReasonOf(IEnumerable<Record> refusals, Proposal proposal) => refusals
        .Where(r => r.IssuedMs > proposal.ProposedMs).OrderByDescending(r => r.IssuedMs)
        .Select(r => RecordBodies.Refusal(r).Reason).FirstOrDefault();
}
