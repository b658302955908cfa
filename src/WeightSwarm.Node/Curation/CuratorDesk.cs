using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Curation;

/// <summary>What became of the entries of a curator that was removed.</summary>
/// <param name="TakenOver">They are the founder's now.</param>
/// <param name="Dropped">Nobody answers for them any more; what exists of them stays where it is.</param>
public readonly record struct Succession(int TakenOver, int Dropped);

/// <summary>The founder's desk: who may add to the catalogue. Every change is a new charter.</summary>
public sealed class CuratorDesk(
    CatalogueKeys keys, CatalogueDesk catalogue, NodeStore store, SwarmInbox inbox, Clock clock)
{
    /// <summary>Names a curator, or changes what one may do.</summary>
    /// <param name="node">Its id, or the beginning of it.</param>
    /// <param name="scope">Prefix of model names; empty: all.</param>
    /// <param name="budgetBytes">Of all its active entries; 0: no limit.</param>
    /// <param name="termMs">From now; 0: for ever.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ControlException">No founder's key here, or no such node is known.</exception>
    public async Task AddAsync(
        string node, string scope, long budgetBytes, long termMs, CancellationToken cancellation)
    {
        using var founder = keys.Founder();
        var (charter, key) = await inbox.AskAsync(core => (CharterOf(core), core!.KeyOf(NodeOf(core, node))),
            cancellation);
        var now = clock.Now;
        var curator = new Curator(key, termMs == 0 ? 0 : now.UnixMs + termMs, scope, budgetBytes);
        var others = charter.Curators.Where(c => c.Key != curator.Key).ToList();
        if (others.Count >= RecordBodies.MostCurators)
            throw new ControlException(
                ControlExit.Refused, "too-many-curators",
                $"the network has {others.Count} curators, and no more than {RecordBodies.MostCurators} fit: "
                    + "remove one with `weightswarm network curator remove NODE`");
        await PublishAsync(founder, charter with { Curators = [.. others, curator] }, now, cancellation);
    }

    /// <summary>
    /// Takes a curator's key out of the charter. Its entries of before <paramref name="sinceMs"/> become the founder's
    /// first, so that no model is without an entry for a moment, and with them what was withdrawn later; what was added
    /// later is dropped.
    /// </summary>
    /// <param name="node">Its id, or the beginning of it.</param>
    /// <param name="sinceMs">Unix milliseconds; 0: all are taken over.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ControlException">No founder's key here, or it is no curator.</exception>
    public async Task<Succession> RemoveAsync(string node, long sinceMs, CancellationToken cancellation)
    {
        using var founder = keys.Founder();
        var (charter, curator, entries) = await inbox.AskAsync(core =>
        {
            var known = CharterOf(core);
            var found = CuratorOf(known, node);
            return (known, found, core!.Records.Where(
                r => r.Author == found.Key && r.Kind == RecordKind.Entry).ToList());
        }, cancellation);
        var now = clock.Now;
        var kept = entries.Where(r => IsToStay(r, sinceMs)).ToList();
        var active = entries.Count(r => RecordBodies.Entry(r).Active);
        foreach (var record in kept) await TakeOverAsync(founder, record, cancellation);
        await PublishAsync(
            founder, charter with { Curators = charter.Curators.Remove(curator) }, now, cancellation);
        return new Succession(kept.Count, active - kept.Count(r => RecordBodies.Entry(r).Active));
    }

    /// <summary>What it had added by then, and what it withdrew after.</summary>
    private static bool IsToStay(Record record, long sinceMs) =>
        RecordBodies.Entry(record).Active == (sinceMs == 0 || record.IssuedMs < sinceMs);

    private async Task TakeOverAsync(CatalogueKey founder, Record record, CancellationToken cancellation)
    {
        var key = RecordKey.Of(founder.Author.Id, RecordKind.Entry, record.Subject);
        // What the founder has said of it stands, be it that it is withdrawn.
        if (await inbox.AskAsync(core => core!.Records.Any(r => r.Key == key), cancellation)) return;
        await catalogue.WriteAsync(founder, RecordBodies.Entry(record) with { Active = true }, cancellation);
    }

    private async Task PublishAsync(
        CatalogueKey founder, Charter charter, Instant now, CancellationToken cancellation)
    {
        var record = founder.Author.Make(
            RecordKind.Charter, [], RecordBodies.Charter(charter), RecordSet.CatalogueTtlMs, now);
        store.Membership.SaveCharter(record.Bytes);
        await inbox.PublishAsync(record, cancellation);
    }

    private static Charter CharterOf(SwarmCore? core) => core?.Charter ?? throw NetworkService.NoNetwork();

    private static NodeId NodeOf(SwarmCore core, string text)
    {
        var found = core.Nodes.Keys.Where(id => IsCalled(id, text)).ToList();
        return found.Count == 1 ? found[0] : throw Unknown(
            found.Count, text, "node that this one has heard of; `weightswarm peers` lists them");
    }

    private static Curator CuratorOf(Charter charter, string text)
    {
        var found = charter.Curators.Where(c => IsCalled(c.Key, text)).ToList();
        return found.Count == 1 ? found[0] : throw Unknown(
            found.Count, text, "curator; `weightswarm network curator list` lists them");
    }

    private static bool IsCalled(NodeId id, string text) =>
        text.Length >= 8 && id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase);

    private static ControlException Unknown(int found, string text, string what) => new(
        found == 0 ? ControlExit.NotFound : ControlExit.Usage, found == 0 ? "no-such-node" : "ambiguous",
        found == 0 ? $"'{text}' is not the id, or its first 8 or more characters, of a {what}"
            : $"'{text}' may mean {found} of them: write more of the id");
}
