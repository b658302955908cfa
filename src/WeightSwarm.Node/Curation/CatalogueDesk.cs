using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Curation;

/// <summary>Where entries are written: with a key, within its budget, for the network to keep.</summary>
public sealed class CatalogueDesk(CatalogueKeys keys, SwarmInbox inbox, Clock clock)
{
    /// <summary>Signs an entry and publishes it; on disk when it returns.</summary>
    public Task WriteAsync(CatalogueKey key, Entry entry, CancellationToken cancellation) =>
        inbox.PublishAsync(key.Author.Make(
            RecordKind.Entry, entry.ModelId.ToArray(), RecordBodies.Entry(entry), RecordSet.CatalogueTtlMs, clock.Now),
            cancellation);

    /// <summary>
    /// Takes a model out of the catalogue: no more copies are made of it, and none is deleted. Answers the entry, and
    /// how many other curators keep it in.
    /// </summary>
    /// <exception cref="ControlException">It is another curator's.</exception>
    public async Task<(Entry Entry, int Others)> WithdrawAsync(Entry entry, CancellationToken cancellation)
    {
        using var key = await keys.ForAsync(entry.Model, cancellation) ?? throw NoCurator(entry.Model);
        var subject = Hash256.Of(entry.ModelId.ToArray());
        var authors = await inbox.AskAsync(core => core!.Records
            .Where(r => r.Kind == RecordKind.Entry && r.Key.Subject == subject && RecordBodies.Entry(r).Active)
            .Select(r => r.Author).ToList(), cancellation);
        var isFounder = key.Curator is null;
        if (!isFounder && !authors.Contains(key.Author.Id))
            throw new ControlException(
                ControlExit.Refused, "not-yours",
                $"{entry.Model} was catalogued by another curator: only that one, or the founder, withdraws it");
        await WriteAsync(key, entry with { Active = false }, cancellation);
        return (entry, isFounder ? 0 : authors.Count - 1);
    }

    /// <summary>For what an entry would come to.</summary>
    /// <exception cref="ControlException">It is more than the curator was trusted with.</exception>
    public async Task RefuseOverBudgetAsync(CatalogueKey key, Entry entry, CancellationToken cancellation)
    {
        if (key.Curator is not { BudgetBytes: > 0 } curator) return;
        var used = await inbox.AskAsync(
            core => core!.Curation.Accounts.GetValueOrDefault(curator.Key)?.Bytes ?? 0, cancellation);
        if (entry.Bytes <= curator.BudgetBytes - used) return;
        throw new ControlException(
            ControlExit.Refused, "over-budget",
            $"{entry.Model} has {SizeText.Format((ulong)entry.Bytes)}, and of this curator's budget of "
                + $"{SizeText.Format((ulong)curator.BudgetBytes)} {SizeText.Format((ulong)used)} are used: ask the "
                + "founder for a larger one, or withdraw something");
    }

    /// <summary>For a node whose key may not write about a model.</summary>
    public static ControlException NoCurator(string model) => new(
        ControlExit.Refused, "no-curator",
        $"this node holds no key that may catalogue {model}; `weightswarm network curator list` shows who may");
}
