using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Scrub;

/// <summary>
/// Judges disks by what was found on them: three bad pieces within a day, or one read that the disk refuses, and
/// everything donated on that volume is drained. Files that are gone, cut or have holes, or of which every piece is
/// another, are somebody's doing and not the disk's: they are mended, and make the reading faster, and no more.
/// </summary>
public sealed partial class DiskWatch(ScrubStore store, DonationLedger ledger, Clock clock, ILogger<DiskWatch> log)
{
    /// <summary>So many bad pieces within a day are too many.</summary>
    public const int MostBadPieces = 3;

    /// <summary>Records what was found; answers whether the volume is drained for it now.</summary>
    /// <param name="model">Where.</param>
    /// <param name="finding">With bad pieces. They are counted once the slice was read to its end: only then it shows
    /// whether a file was replaced.</param>
    /// <param name="pace">Whose day it is.</param>
    public bool Found(HeldModel model, SliceFinding finding, Pace pace)
    {
        var folder = model.Donation is { } id ? ledger.Look(id)?.Donation.Path ?? model.Root : model.Root;
        var today = store.FaultsSince(clock.Now.UnixMs - ScrubSchedule.SuspicionMs(pace.ScrubMs))
            .Where(fault => fault.Folder == folder).ToList();
        var count = finding.IsWhole ? Count(model, finding, today) : 0;
        store.AddFault(new DiskFault(folder, clock.Now.UnixMs, count, finding.Bad[0].Detail));
        var bad = today.Sum(fault => fault.BadPieces) + count;
        var unreadable = finding.Bad.FirstOrDefault(piece => piece.Fault == PieceFault.Unreadable);
        if (model.Donation is not { } donation || unreadable is null && bad < MostBadPieces) return false;
        var reason = unreadable is not null
            ? $"its disk cannot be read: {unreadable.Detail}"
            : FormattableString.Invariant($"its disk had {bad} bad pieces within a day, the last: ") +
                finding.Bad[^1].Detail;
        foreach (var drained in ledger.DrainVolume(donation, reason)) LogDrained(drained.Path, reason);
        return true;
    }

    /// <summary>A write, a flush, or a read for a peer has met a broken disk: everything donated on that volume is
    /// drained, and what lies on it is read sooner.</summary>
    public void Failed(Guid donation, string detail)
    {
        if (ledger.Look(donation) is not { } status) return;
        store.AddFault(new DiskFault(status.Donation.Path, clock.Now.UnixMs, 0, detail));
        var reason = $"its disk is broken: {detail}";
        foreach (var drained in ledger.DrainVolume(donation, reason)) LogDrained(drained.Path, reason);
    }

    private static int Count(HeldModel model, SliceFinding finding, List<DiskFault> today)
    {
        var metainfo = model.Content.Metainfo;
        var count = 0;
        foreach (var pieces in finding.Bad.Where(bad => bad.Fault == PieceFault.Wrong).GroupBy(bad => bad.Path))
        {
            var first = pieces.First();
            var all = PiecesInSlice(model, metainfo.Files[metainfo.FileOf(first.Piece)], first.Piece);
            var isReplaced = all > 1 && pieces.Count() == all;
            var path = Path.Combine(model.Root, first.Path) + " ";
            // A large file lies in many slices, and was replaced once.
            var isKnown = today.Any(f => f.BadPieces > 0 && f.What.StartsWith(path, StringComparison.Ordinal));
            count += !isReplaced ? pieces.Count() : isKnown ? 0 : 1;
        }
        return count;
    }

    private static int PiecesInSlice(HeldModel model, MetainfoFile file, int piece)
    {
        var (first, count) = model.Content.Entry.PiecesOf(model.Content.Entry.SliceOf(piece));
        return Math.Min(first + count, file.FirstPiece + file.Pieces) - Math.Max(first, file.FirstPiece);
    }

    [LoggerMessage(2061, LogLevel.Error, "The donation {Folder} is drained: {Reason}")]
    private partial void LogDrained(string folder, string reason);
}
