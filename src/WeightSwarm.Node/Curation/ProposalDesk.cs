using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Curation;

/// <summary>
/// From a volunteer's model to the catalogue: who has no curator's key proposes, and a curator accepts or refuses.
/// </summary>
public sealed class ProposalDesk(
    CatalogueKeys keys, CatalogueDesk catalogue, NodeKey own, NetworkService network, NodeStore store, SwarmInbox inbox,
    ModelContents contents, Clock clock)
{
    /// <summary>Proposes a model that this node holds.</summary>
    /// <exception cref="ControlException">It has too many proposals open.</exception>
    public async Task ProposeAsync(Entry entry, CancellationToken cancellation)
    {
        if (network.Network is not { } id) throw NetworkService.NoNetwork();
        await RefuseTooManyAsync(entry.ModelId, cancellation);
        var record = new RecordAuthor(own, id, store.Sequence).Make(
            RecordKind.Proposal, entry.ModelId.ToArray(), RecordBodies.Proposal(entry, ""),
            RecordSet.ProposalTtlMs, clock.Now);
        await inbox.PublishAsync(record, cancellation);
    }

    /// <summary>Whether this node may propose one more, before anything is read for it.</summary>
    /// <exception cref="ControlException">It may not.</exception>
    public async Task RefuseTooManyAsync(Hash256? model, CancellationToken cancellation)
    {
        var open = await inbox.AskAsync(core => OpenOf(core, model), cancellation);
        if (open >= Proposal.MostOfOne)
            throw new ControlException(
                ControlExit.Refused, "too-many-proposals",
                $"this node has {open} proposals that no curator has accepted yet, and {Proposal.MostOfOne} are the "
                    + "most that count: wait until some are accepted (`weightswarm proposals` lists them)");
    }

    private int OpenOf(SwarmCore? core, Hash256? model) =>
        core?.Proposals.Count(p => p.Proposer == own.Id && p.Entry.ModelId != model) ?? 0;

    /// <summary>Catalogues what was proposed, after a look at the proposer's manifest and .torrent.</summary>
    /// <exception cref="ControlException">
    /// No such proposal, no right to accept it, over the budget, or its content cannot be had or is another.
    /// </exception>
    public async Task AcceptAsync(string model, int copies, CancellationToken cancellation)
    {
        var proposals = await FindAsync(model, cancellation);
        var entry = proposals[0].Entry;
        if (copies > 0) entry = entry with { Copies = copies };
        using var key = await keys.ForAsync(entry.Model, cancellation) ?? throw CatalogueDesk.NoCurator(entry.Model);
        await catalogue.RefuseOverBudgetAsync(key, entry, cancellation);
        var (content, problem) = await contents.GetAsync(
            entry, [.. proposals.Select(p => p.Proposer)], cancellation);
        if (content is null)
            throw new ControlException(
                ControlExit.Incomplete, "no-content",
                $"{entry.Model} is not accepted: {problem}; is the node that proposes it online?");
        await catalogue.WriteAsync(key, entry, cancellation);
    }

    /// <summary>Tells the proposers why not.</summary>
    /// <exception cref="ControlException">No such proposal, or no right to refuse it.</exception>
    public async Task RefuseAsync(string model, string reason, CancellationToken cancellation)
    {
        var proposals = await FindAsync(model, cancellation);
        var entry = proposals[0].Entry;
        using var key = await keys.ForAsync(entry.Model, cancellation) ?? throw CatalogueDesk.NoCurator(entry.Model);
        foreach (var proposal in proposals)
        {
            var now = clock.Now;
            // A refusal answers what was proposed before it, whatever the two clocks say.
            var at = now with { UnixMs = Math.Max(now.UnixMs, proposal.ProposedMs + 1) };
            await inbox.PublishAsync(key.Author.Make(
                RecordKind.Refusal, RecordBodies.RefusalSubject(entry.ModelId, proposal.Proposer),
                new V1.Refusal { Model = entry.Model, Reason = reason }, RecordSet.ProposalTtlMs, at), cancellation);
        }
    }

    private async Task<IReadOnlyList<Proposal>> FindAsync(string model, CancellationToken cancellation)
    {
        var found = await inbox.AskAsync(
            core => core?.Proposals.Where(p => ModelReplies.IsCalled(p.Entry, model)).ToList()
                ?? throw NetworkService.NoNetwork(), cancellation);
        if (found.Count == 0)
            throw new ControlException(
                ControlExit.NotFound, "no-such-proposal",
                $"no model '{model}' is proposed; `weightswarm proposals` lists what is");
        if (found.Select(p => p.Entry.ModelId).Distinct().Count() == 1) return found;
        var candidates = string.Join(", ", found.Select(p => $"{p.Entry.Model}@{p.Entry.Revision}").Distinct());
        throw new ControlException(
            ControlExit.Usage, "ambiguous", $"'{model}' may mean {candidates}; name one of these, or an info-hash");
    }
}
