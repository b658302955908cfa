using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>Curators and proposals as the CLI gets them.</summary>
internal static class CurationReplies
{
    private static readonly CuratorAccount _nothing = new(0, 0, 0);

    /// <summary>The founder, then the curators in the charter's order.</summary>
    public static IEnumerable<CuratorInfo> Curators(SwarmCore core, bool isFounder, Instant now)
    {
        var founder = new Core.Identity.NodeId(core.Network.Hash);
        var own = core.Curation.Accounts.GetValueOrDefault(founder, _nothing);
        yield return new CuratorInfo
        {
            NodeId = founder.ToString(),
            Founder = true,
            Self = isFounder,
            Entries = (uint)own.Entries,
            Bytes = (ulong)own.Bytes,
        };
        foreach (var curator in core.Charter?.Curators ?? [])
        {
            var account = core.Curation.Accounts.GetValueOrDefault(curator.Key, _nothing);
            yield return new CuratorInfo
            {
                NodeId = curator.Key.ToString(),
                Self = curator.Key == core.Self,
                Scope = curator.Scope,
                BudgetBytes = (ulong)curator.BudgetBytes,
                ExpiresMs = (ulong)curator.ExpiresMs,
                Expired = curator.ExpiresMs > 0 && curator.ExpiresMs <= now.UnixMs,
                Entries = (uint)account.Entries,
                Bytes = (ulong)account.Bytes,
                OverBudget = (uint)account.Over,
            };
        }
    }

    public static ProposalInfo Of(Core.Catalogue.Proposal proposal, Core.Identity.NodeId self)
    {
        var entry = proposal.Entry;
        var info = new ProposalInfo
        {
            Name = entry.Model,
            Revision = entry.Revision,
            InfoHashV2 = entry.ModelId.ToString(),
            Bytes = (ulong)entry.Bytes,
            Files = (uint)entry.Files,
            Licence = entry.Licence,
            Copies = (uint)entry.Copies,
            Origin = entry.Origin,
            Proposer = proposal.Proposer.ToString(),
            Own = proposal.Proposer == self,
            ProposedMs = (ulong)proposal.ProposedMs,
            Note = proposal.Note,
            Refusal = proposal.Refusal ?? "",
        };
        if (entry.Facts is { } facts) info.Hazards.AddRange(facts.Hazards);
        return info;
    }
}
