using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Donations;

/// <summary>The volume that a folder lies on.</summary>
/// <param name="TotalBytes">Its size.</param>
/// <param name="FreeBytes">Free for this process; excludes what the file system keeps for root.</param>
/// <param name="Device">Its device number, the same for all folders on it, stable while it stays mounted.</param>
/// <param name="WhyNotWritable">Null when the folder can be written to; else the reason in words.</param>
public sealed record VolumeFacts(long TotalBytes, long FreeBytes, ulong Device, string? WhyNotWritable)
{
    /// <summary>
    /// What stays free for the owner: 2 % of the volume, at most 5 GiB, so that a small volume is not all reserve.
    /// </summary>
    public long ReserveBytes => Math.Min(5L << 30, TotalBytes / 50);
}

/// <summary>Answers for volumes. May be called from any thread.</summary>
public interface IVolumes
{
    /// <summary>
    /// The volume of an existing folder; null when the folder is not there or its volume does not answer.
    /// </summary>
    VolumeFacts? Of(string folder);
}

/// <summary>The volumes of this machine.</summary>
public sealed class LinuxVolumes : IVolumes
{
    /// <inheritdoc/>
    public VolumeFacts? Of(string folder)
    {
        try
        {
            if (FileFacts.Of(folder) is not { Kind: FileKind.Folder } facts) return null;
            var drive = new DriveInfo(folder);
            return new VolumeFacts(
                drive.TotalSize, drive.AvailableFreeSpace, facts.Device, Posix.WhyNotWritable(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
