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
    /// <param name="fresh">The bad pieces of one slice that were not known before.</param>
    /// <param name="known">How many bad pieces of the same slice were.</param>
    /// <param name="pace">Whose day it is.</param>
    public bool Found(HeldModel model, IReadOnlyCollection<BadPiece> fresh, int known, Pace pace)
    {
        if (fresh.Count == 0) return false;
        var folder = model.Donation is { } id ? ledger.Look(id)?.Donation.Path ?? model.Root : model.Root;
        store.AddFault(new DiskFault(folder, clock.Now.UnixMs, Count(model, fresh, known), fresh.First().Detail));
        var day = store.FaultsSince(clock.Now.UnixMs - ScrubSchedule.SuspicionMs(pace.ScrubMs))
            .Where(fault => fault.Folder == folder).Sum(fault => fault.BadPieces);
        var unreadable = fresh.FirstOrDefault(bad => bad.Fault == PieceFault.Unreadable);
        if (model.Donation is not { } donation || unreadable is null && day < MostBadPieces) return false;
        var reason = unreadable is not null
            ? $"its disk cannot be read: {unreadable.Detail}"
            : FormattableString.Invariant($"its disk had {day} bad pieces within a day, the last: ") +
                fresh.Last().Detail;
        foreach (var drained in ledger.DrainVolume(donation, reason)) LogDrained(drained.Path, reason);
        return true;
    }

    private static int Count(HeldModel model, IReadOnlyCollection<BadPiece> fresh, int known)
    {
        var metainfo = model.Content.Metainfo;
        var count = 0;
        foreach (var file in fresh.Where(bad => bad.Fault == PieceFault.Wrong).GroupBy(bad => bad.Path))
        {
            var all = PiecesInSlice(model, metainfo.Files[metainfo.FileOf(file.First().Piece)], file.First().Piece);
            var isReplaced = all > 1 && file.Count() + known >= all;
            count += isReplaced ? (known > 0 ? 0 : 1) : file.Count();
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
