using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Formats;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Curation;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Origins;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Weights.Formats;

namespace WeightSwarm.Node.Weights;

/// <summary>What <c>add</c> was asked for.</summary>
/// <param name="Path">Absolute; a folder or one file.</param>
/// <param name="Name">ORG/MODEL.</param>
/// <param name="Licence">SPDX; empty: join a model that is catalogued, and add none.</param>
/// <param name="Revision">Empty: derived from the content.</param>
/// <param name="Copies">0: the network's.</param>
/// <param name="Force">Preserve structurally broken weight files, too.</param>
/// <param name="Origin">URL under which the files lie by their paths; empty: none.</param>
public sealed record AddOrder(
    string Path, string Name, string Licence, string Revision, int Copies, bool Force = false, string Origin = "");

/// <summary>What <c>add</c> came to.</summary>
/// <param name="Entry">The entry, new or existing.</param>
/// <param name="Existing">The same content was catalogued before.</param>
/// <param name="Notes">For the owner.</param>
/// <param name="Paths">The model's files.</param>
public sealed record AddOutcome(Entry Entry, bool Existing, IReadOnlyList<string> Notes, IEnumerable<string> Paths)
{
    /// <summary>What the files' headers say; null when nothing was read.</summary>
    public ModelFacts? Facts { get; init; }

    /// <summary>This node served that folder already, unchanged: nothing was read.</summary>
    public bool Held { get; init; }

    /// <summary>It is no entry yet: a curator has to accept it.</summary>
    public bool Proposed { get; init; }
}

/// <summary>
/// Hashes an owner's files once and serves them in place: as a new entry of the catalogue, as one more holder of an
/// entry that is there, or, where this node is no curator, as a proposal. The engine does not hash them again.
/// </summary>
public sealed class ModelAdder(
    NetworkService network, SwarmInbox inbox, NodeStore store, FetchQueue custody, ModelContents contents,
    OriginBook origins, CatalogueKeys keys, CatalogueDesk catalogue, ProposalDesk proposals)
{
    private readonly CatalogueMatch _match = new(inbox, store, contents);

    /// <summary>Does it all; durable when it returns.</summary>
    /// <exception cref="ControlException">Bad input, or no right to catalogue; nothing was changed.</exception>
    public async Task<AddOutcome> AddAsync(
        AddOrder order, IProgress<WeightProgress> progress, Action<string> phase, CancellationToken cancellation)
    {
        var name = ModelName.Parse(order.Name, out var fault) ?? throw Usage("bad-name", fault);
        var licence = LicenceOf(order);
        if (order.Revision.Length > 0 &&
            ModelName.RevisionFault(order.Revision) is { } bad) throw Usage("bad-revision", bad);
        var charter = await CharterAsync(cancellation);
        // Custody tells it, too, but not before its next round.
        origins.Pace = charter.Policy.Pace;
        var origin = OriginOf(order);
        phase("scanning");
        var scan = await Task.Run(() => FolderScan.Run(order.Path, cancellation), cancellation);
        if (scan.Outcome != ScanOutcome.Complete) throw OfScan(scan);
        var paths = scan.Files.Select(file => file.Path);
        if (await _match.ServedAsync(scan, cancellation) is { } served)
            return new AddOutcome(
                served, true, UnchangedNotes.Of(served, charter.Policy.Copies, order.Copies, origin), paths)
            { Held = true };
        var candidates = await _match.CandidatesAsync(name, order.Revision, scan, cancellation);
        using var key = licence.Length > 0 ? await keys.ForAsync(order.Name, cancellation) : null;
        // What is no curator's, and has the name of a catalogued revision, is more likely a spoilt copy than a new one.
        var mayAdd = key is not null || licence.Length > 0 && candidates.Named.IsEmpty;
        if (!mayAdd && candidates.Alike.IsEmpty)
            throw await _match.RefusalAsync(
                order, candidates.Named, manifest => FolderDifference.Of(manifest, scan), cancellation);
        if (key is null && candidates.Alike.IsEmpty)
            await proposals.RefuseTooManyAsync(model: null, cancellation);
        phase("inspecting");
        var facts = await Task.Run(
            () => WeightCheck.Run(scan, order.Force || !candidates.Alike.IsEmpty, cancellation), cancellation);
        phase("hashing");
        var model = await HashAsync(scan, name.TorrentName(order.Revision), progress, cancellation);
        phase("cataloguing");
        var notes = Notes(scan, facts, model);
        if (await _match.ExactAsync(model, cancellation) is { } existing)
        {
            await JoinAsync(existing, scan.Root, model, cancellation);
            store.Ingest.Forget(name.TorrentName(order.Revision));
            notes.AddRange(UnchangedNotes.Of(existing, charter.Policy.Copies, order.Copies, origin));
            return new AddOutcome(existing, true, notes, paths) { Facts = facts };
        }
        if (!mayAdd)
            throw await _match.RefusalAsync(
                order, candidates.Named, manifest => FolderDifference.Of(manifest, model.Manifest), cancellation);
        WeightCheck.Refuse(facts, order.Force);
        var entry = EntryOf(model, name, order, licence, charter.Policy);
        entry = entry with { Facts = facts.Facts, Origin = origin };
        await CatalogueAsync(key, entry, scan.Root, model, cancellation);
        store.Ingest.Forget(name.TorrentName(order.Revision));
        if (await _match.NearestAsync(
            candidates.Named, manifest => FolderDifference.Of(manifest, model.Manifest), cancellation) is { } other)
            notes.Add($"a new revision: it differs from {other}");
        return new AddOutcome(entry, false, notes, paths) { Facts = facts, Proposed = key is null };
    }

    private static string LicenceOf(AddOrder order)
    {
        if (order.Licence.Length == 0) return "";
        var checkedLicence = Licences.Check(order.Licence);
        return checkedLicence.Licence ?? throw Usage("unknown-licence", checkedLicence.Reason);
    }

    private string OriginOf(AddOrder order)
    {
        if (order.Origin.Length == 0) return "";
        var origin = Origin.Parse(order.Origin, out var fault);
        return origin is not null && (fault = origins.Refusal(origin) ?? "").Length == 0 ? origin.ToString()
            : throw Usage(
                "bad-origin",
                $"the origin '{order.Origin}' {fault}; write the URL under which the files lie, " +
                "such as https://huggingface.co/ORG/MODEL/resolve/COMMIT/");
    }

    private async Task<HashedModel> HashAsync(
        FolderScanResult scan, string torrent, IProgress<WeightProgress> progress, CancellationToken cancellation)
    {
        var hashed = await new ModelHasher().HashAsync(
            scan, torrent, progress, ingest: store.Ingest, cancellation: cancellation);
        return hashed.Model ?? throw OfHash(hashed);
    }

    private static List<string> Notes(FolderScanResult scan, ModelFacts facts, HashedModel model)
    {
        var notes = scan.Skipped.Select(s => $"left out: {s}").Concat(FactNotes.Of(facts)).ToList();
        if (model.KeptBytes > 0)
            notes.Add($"{SizeText.Format((ulong)model.KeptBytes)} had been hashed before, and were not read again");
        return notes;
    }

    private async Task<Charter> CharterAsync(CancellationToken cancellation)
    {
        if (network.Network is null) throw NetworkService.NoNetwork();
        return await inbox.AskAsync(core => core?.Charter, cancellation) ?? throw new ControlException(
            ControlExit.Refused, "no-charter",
            "this node has not heard the network's charter yet; look at `weightswarm peers`, " +
            "and try again when it has a peer");
    }

    /// <summary>One more holder: what the entry's .torrent says of the files is what was hashed.</summary>
    private async Task JoinAsync(Entry entry, string root, HashedModel model, CancellationToken cancellation)
    {
        // What was hashed under another name or revision is the same .torrent but for its name.
        if (model.Metainfo.InfoHashV2 != entry.ModelId && ModelName.Parse(entry.Model, out _) is { } name)
            model = model.Under(name.TorrentName(entry.Revision));
        Keep(model);
        var (content, problem) = await _match.ContentAsync(entry, cancellation);
        if (content is null) throw new ControlException(ControlExit.Incomplete, "no-metainfo", problem);
        await custody.AdoptAsync(content, root, InPlaceFolder.Stamps(model.Files));
    }

    /// <summary>Served first and then told: nobody looks for what nobody has.</summary>
    private async Task CatalogueAsync(
        CatalogueKey? key, Entry entry, string root, HashedModel model, CancellationToken cancellation)
    {
        if (key is not null) await catalogue.RefuseOverBudgetAsync(key, entry, cancellation);
        else await proposals.RefuseTooManyAsync(entry.ModelId, cancellation);
        Keep(model);
        await custody.AdoptAsync(
            new ModelContent(entry, model.Manifest, model.Metainfo), root, InPlaceFolder.Stamps(model.Files));
        if (key is null) await proposals.ProposeAsync(entry, cancellation);
        else await catalogue.WriteAsync(key, entry, cancellation);
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

    private static ControlException Usage(string code, string message) => new(ControlExit.Usage, code, message);

    private static ControlException OfScan(FolderScanResult scan) => scan.Outcome switch
    {
        ScanOutcome.Missing => new ControlException(ControlExit.NotFound, "no-such-path", scan.Reason),
        ScanOutcome.Unreadable => new ControlException(ControlExit.Failure, "unreadable", scan.Reason),
        ScanOutcome.Empty => new ControlException(ControlExit.Usage, "empty", scan.Reason),
        _ => new ControlException(ControlExit.Usage, "unsuitable", scan.Reason),
    };

    private static ControlException OfHash(HashResult hashed) => hashed.Outcome switch
    {
        HashOutcome.Changed => new ControlException(ControlExit.VerificationFailed, "changed", hashed.Reason),
        HashOutcome.Unreadable => new ControlException(ControlExit.Failure, "unreadable", hashed.Reason),
        _ => new ControlException(ControlExit.Usage, "unsuitable", hashed.Reason),
    };
}
