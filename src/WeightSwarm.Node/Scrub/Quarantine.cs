using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using WeightSwarm.Node.Donations;

namespace WeightSwarm.Node.Scrub;

/// <summary>
/// Keeps the bytes that were found where others should be, in the donation that they lay in, for whoever wants to know
/// what happened. Bounded: at most 256 MiB and a tenth of the donation, the oldest go first; never more than the
/// owner's quota and reserve leave. What cannot be kept is only logged: to mend matters more.
/// </summary>
public sealed partial class Quarantine(DonationLedger ledger, TimeProvider time, ILogger<Quarantine> log)
{
    private const long MostBytes = 256L << 20;

    /// <summary>Copies the bad bytes aside; moves what is no file out of the way.</summary>
    public void Keep(HeldModel model, IEnumerable<BadPiece> bad)
    {
        if (model.Donation is not { } id || ledger.Look(id) is not { State: not DonationState.Away } status) return;
        var folder = DonationFolder.Quarantine(status.Donation.Path);
        foreach (var piece in bad)
            try
            {
                Keep(model, piece, status, folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotKept(piece.Detail, e.Message);
            }
    }

    private void Keep(HeldModel model, BadPiece bad, DonationStatus status, string folder)
    {
        var path = Path.Combine(model.Root, bad.Path);
        var stamp = time.GetUtcNow().ToUnixTimeMilliseconds();
        var kept = Path.Combine(folder, string.Create(
            CultureInfo.InvariantCulture, $"{stamp:D14}-{model.Key.Model.ToString()[..16]}-{bad.Piece:D7}"));
        Directory.CreateDirectory(folder);
        if (bad.Fault == PieceFault.NotAFile)
        {
            if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null) Directory.Move(path, kept);
            return;
        }
        // A hole has no bytes of its own, and what is missing or unreadable has none either.
        if (bad.Fault is not (PieceFault.Wrong or PieceFault.Cut)) return;
        using var source = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var metainfo = model.Content.Metainfo;
        var first = metainfo.Files[metainfo.FileOf(bad.Piece)].FirstPiece;
        var offset = (bad.Piece - first) * metainfo.PieceLength;
        var bytes = Math.Min(metainfo.PieceBytes(bad.Piece), RandomAccess.GetLength(source) - offset);
        // An engine that opens a file that is too short makes it longer, with zeros.
        if (bytes <= 0 || IsEmpty(source, offset, bytes)) return;
        if (!MakeRoom(folder, bytes, status)) throw new IOException("the donation has no room for it");
        using (var target = File.OpenHandle(kept, FileMode.Create, FileAccess.Write))
            ForEachBlock(source, offset, bytes, (block, at) =>
            {
                RandomAccess.Write(target, block, at - offset);
                return true;
            });
        ledger.AddUsed(status.Donation.Id, bytes);
    }

    private bool MakeRoom(string folder, long bytes, DonationStatus status)
    {
        var most = Math.Min(MostBytes, status.Donation.QuotaBytes / 10);
        var kept = new Queue<FileInfo>(new DirectoryInfo(folder).EnumerateFiles()
            .OrderBy(file => file.Name, StringComparer.Ordinal));
        var used = kept.Sum(file => file.Length);
        while (used + bytes > most && kept.TryDequeue(out var oldest))
        {
            var freed = oldest.Length;
            oldest.Delete();
            ledger.AddUsed(status.Donation.Id, -freed);
            used -= freed;
        }
        var now = ledger.Look(status.Donation.Id) ?? status;
        return used + bytes <= most
            && now.UsedBytes + now.ReservedBytes + bytes <= now.Donation.QuotaBytes
            && now.VolumeFreeBytes - now.Donation.ReserveBytes >= bytes;
    }

    private static bool IsEmpty(SafeFileHandle source, long offset, long bytes)
    {
        var empty = true;
        ForEachBlock(source, offset, bytes, (block, _) => empty = !block.ContainsAnyExcept((byte)0));
        return empty;
    }

    private static void ForEachBlock(SafeFileHandle source, long offset, long bytes, BlockSeen seen)
    {
        var block = new byte[Math.Min(bytes, 1 << 20)];
        for (var end = offset + bytes; offset < end;)
        {
            var read = RandomAccess.Read(source, block.AsSpan(0, (int)Math.Min(end - offset, block.Length)), offset);
            if (read == 0 || !seen(block.AsSpan(0, read), offset)) return;
            offset += read;
        }
    }

    // Answers whether to go on.
    private delegate bool BlockSeen(ReadOnlySpan<byte> block, long offset);

    [LoggerMessage(2060, LogLevel.Warning, "The bytes of {What} are not kept: {Problem}")]
    private partial void LogNotKept(string what, string problem);
}
