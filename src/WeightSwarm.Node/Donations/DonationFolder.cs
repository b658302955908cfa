using WeightSwarm.Core;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Donations;

/// <summary>What lies where inside a donation. Nothing else in the folder is the daemon's.</summary>
public static class DonationFolder
{
    /// <summary>The save folder of a model: DONATION/models/MODEL-ID.</summary>
    public static string OfModel(string donation, Hash256 model) =>
        Path.Combine(Models(donation), model.ToString());

    /// <summary>The folder of all models.</summary>
    public static string Models(string donation) => Path.Combine(donation, "models");

    /// <summary>Where released data rests before it is deleted.</summary>
    public static string Trash(string donation) => Path.Combine(donation, "trash");

    /// <summary>Where bytes that turned out to be bad are kept for a while.</summary>
    public static string Quarantine(string donation) => Path.Combine(donation, "quarantine");

    /// <summary>
    /// Bytes that models, trash and quarantine take on the disk, by blocks: sparse files count what they hold, hard
    /// links once, links are not followed. Entries that vanish meanwhile count nothing.
    /// </summary>
    public static long CountBytes(string donation, CancellationToken cancellation)
    {
        long total = 0;
        var linked = new HashSet<(ulong, ulong)>();
        var folders = new Stack<string>([Models(donation), Trash(donation), Quarantine(donation)]);
        while (folders.TryPop(out var folder))
        {
            cancellation.ThrowIfCancellationRequested();
            if (FileFacts.Of(folder) is not { Kind: FileKind.Folder } own) continue;
            total += own.BlockBytes;
            foreach (var path in EntriesOf(folder))
            {
                if (FileFacts.Of(path) is not { } facts) continue;
                if (facts.Kind == FileKind.Folder) folders.Push(path);
                else if (facts.Links < 2 || linked.Add((facts.Device, facts.Inode))) total += facts.BlockBytes;
            }
        }
        return total;
    }

    private static string[] EntriesOf(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
