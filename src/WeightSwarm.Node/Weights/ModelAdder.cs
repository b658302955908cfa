using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Formats;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Weights.Formats;

namespace WeightSwarm.Node.Weights;

/// <summary>What <c>add</c> was asked for.</summary>
/// <param name="Path">Absolute; a folder or one file.</param>
/// <param name="Name">ORG/MODEL.</param>
/// <param name="Licence">SPDX.</param>
/// <param name="Revision">Empty: derived from the content.</param>
/// <param name="Copies">0: the network's.</param>
/// <param name="Force">Preserve structurally broken weight files, too.</param>
public sealed record AddOrder(
    string Path, string Name, string Licence, string Revision, int Copies, bool Force = false);

/// <summary>What <c>add</c> came to.</summary>
/// <param name="Entry">The entry, new or existing.</param>
/// <param name="Existing">The same content was catalogued before.</param>
/// <param name="Notes">For the owner.</param>
/// <param name="Facts">What the files' headers say.</param>
public sealed record AddOutcome(Entry Entry, bool Existing, IReadOnlyList<string> Notes, ModelFacts Facts);

/// <summary>Hashes an owner's files once, serves them in place, and catalogues them.</summary>
public sealed class ModelAdder(
    NetworkService network, SwarmInbox inbox, NodeStore store, FetchQueue custody, ModelContents contents, Clock clock)
{
    private const long EntryTtlMs = 400L * 86_400_000;

    /// <summary>Does it all; durable when it returns.</summary>
    /// <exception cref="ControlError">Bad input, or no right to catalogue; nothing has been changed then.</exception>
    public async Task<AddOutcome> AddAsync(
        AddOrder order, IProgress<WeightProgress> progress, Action<string> phase, CancellationToken cancellation)
    {
        var name = ModelName.Parse(order.Name, out var fault) ?? throw Usage("bad-name", fault);
        var licence = Licences.Check(order.Licence);
        if (licence.Licence is null) throw Usage("unknown-licence", licence.Reason);
        if (order.Revision.Length > 0 &&
            ModelName.RevisionFault(order.Revision) is { } bad) throw Usage("bad-revision", bad);
        var charter = await CharterAsync(cancellation);
        phase("scanning");
        var scan = await Task.Run(() => FolderScan.Run(order.Path, cancellation), cancellation);
        if (scan.Outcome != ScanOutcome.Complete) throw OfScan(scan);
        phase("inspecting");
        var facts = await Task.Run(() => WeightCheck.Run(scan, order.Force, cancellation), cancellation);
        phase("hashing");
        var torrent = name.TorrentName(order.Revision);
        var hashed = await new ModelHasher().HashAsync(
            scan, torrent, progress, ingest: store.Ingest, cancellation: cancellation);
        if (hashed.Model is not { } model) throw OfHash(hashed);
        phase("cataloguing");
        var notes = scan.Skipped.Select(s => $"left out: {s}").Concat(FactNotes.Of(facts)).ToList();
        if (model.KeptBytes > 0)
            notes.Add($"{SizeText.Format((ulong)model.KeptBytes)} had been hashed before, and were not read again");
        if (await ExistingAsync(model, cancellation) is { } existing)
        {
            await AdoptAsync(existing, scan.Root, model, cancellation);
            store.Ingest.Forget(torrent);
            return new AddOutcome(existing, true, notes, facts);
        }
        var entry = EntryOf(model, name, order, licence.Licence, charter.Policy) with { Facts = facts.Facts };
        await CatalogueAsync(entry, scan.Root, model, cancellation);
        store.Ingest.Forget(torrent);
        return new AddOutcome(entry, false, notes, facts);
    }

    private async Task<Charter> CharterAsync(CancellationToken cancellation)
    {
        if (network.Network is null) throw NetworkService.NoNetwork();
        return await inbox.AskAsync(core => core?.Charter, cancellation) ?? throw new ControlError(
            ControlExit.Refused, "no-charter",
            "this node has not heard the network's charter yet; look at `weightswarm peers`, " +
            "and try again when it has a peer");
    }

    /// <summary>Same layout under the same name, or the same files under another.</summary>
    private Task<Entry?> ExistingAsync(HashedModel model, CancellationToken cancellation) => inbox.AskAsync(
        core => core?.View?.Models.Select(m => m.Entry).FirstOrDefault(
            e => e.ModelId == model.Metainfo.InfoHashV2 || e.ManifestHash == model.Manifest.Hash), cancellation);

    private async Task AdoptAsync(Entry existing, string root, HashedModel model, CancellationToken cancellation)
    {
        Keep(model);
        var holders = await inbox.AskAsync(core => SourcePeers.Holders(core, existing.ModelId), cancellation);
        var (content, problem) = await contents.GetAsync(existing, holders, cancellation);
        if (content is null) throw new ControlError(ControlExit.Incomplete, "no-metainfo", problem);
        await custody.AdoptAsync(content, root, InPlaceFolder.Stamps(model.Files));
    }

    private async Task CatalogueAsync(Entry entry, string root, HashedModel model, CancellationToken cancellation)
    {
        var curator = network.Curator() ?? throw new ControlError(
            ControlExit.Refused, "no-curator",
            "this node holds no key that may add to the catalogue; ask the network's founder to add the model");
        using var key = curator.Key;
        Keep(model);
        await custody.AdoptAsync(
            new ModelContent(entry, model.Manifest, model.Metainfo), root, InPlaceFolder.Stamps(model.Files));
        var record = curator.Author.Make(
            RecordKind.Entry, entry.ModelId.ToArray(), RecordBodies.Entry(entry), EntryTtlMs, clock.Now);
        await inbox.PublishAsync(record, cancellation);
    }

    private void Keep(HashedModel model)
    {
        store.Content.Put(model.Manifest.ToBytes().Span);
        store.Content.Put(model.MetainfoBytes.Span);
    }

    private static Entry EntryOf(HashedModel model, ModelName name, AddOrder order, string licence, Policy policy)
    {
        var layout = SliceLayout.For(model.Metainfo, policy.SliceBytes);
        return new Entry
        {
            ModelId = model.Metainfo.InfoHashV2,
            Model = name.ToString(),
            Revision = order.Revision.Length > 0 ? order.Revision : model.Manifest.Hash.ToString()[..16],
            InfoHashV1 = model.Metainfo.InfoHashV1,
            ManifestHash = model.Manifest.Hash,
            MetainfoHash = Hash256.Of(model.MetainfoBytes.Span),
            MetainfoBytes = model.MetainfoBytes.Length,
            PieceLength = model.Metainfo.PieceLength,
            Pieces = model.Metainfo.Pieces,
            PiecesPerSlice = layout.PiecesPerSlice,
            Bytes = model.Bytes,
            Files = model.Files.Length,
            Licence = licence,
            Copies = order.Copies,
            SliceLeaves = layout.SliceLeaves,
        };
    }

    private static ControlError Usage(string code, string message) => new(ControlExit.Usage, code, message);

    private static ControlError OfScan(FolderScanResult scan) => scan.Outcome switch
    {
        ScanOutcome.Missing => new ControlError(ControlExit.NotFound, "no-such-path", scan.Reason),
        ScanOutcome.Unreadable => new ControlError(ControlExit.Failure, "unreadable", scan.Reason),
        ScanOutcome.Empty => new ControlError(ControlExit.Usage, "empty", scan.Reason),
        _ => new ControlError(ControlExit.Usage, "unsuitable", scan.Reason),
    };

    private static ControlError OfHash(HashResult hashed) => hashed.Outcome switch
    {
        HashOutcome.Changed => new ControlError(ControlExit.VerificationFailed, "changed", hashed.Reason),
        HashOutcome.Unreadable => new ControlError(ControlExit.Failure, "unreadable", hashed.Reason),
        _ => new ControlError(ControlExit.Usage, "unsuitable", hashed.Reason),
    };
}
