namespace WeightSwarm.Node.Weights;

/// <summary>What an error of the file system means.</summary>
internal static class DiskFaults
{
    private const int NoSpace = 28, OverQuota = 122, WouldBlock = 11; // ENOSPC, EDQUOT, EWOULDBLOCK of flock(2)
    private const int InputOutput = 5, Unclean = 117; // EIO, EUCLEAN

    /// <summary>The volume, or the user's quota on it, is full.</summary>
    public static bool IsNoSpace(Exception e) => e is IOException && e.HResult is NoSpace or OverQuota;

    /// <summary>The disk, or the file system on it, is broken.</summary>
    public static bool IsDiskError(IOException e) => e.HResult is InputOutput or Unclean;

    /// <summary>Somebody else has the file locked.</summary>
    public static bool IsLocked(IOException e) => e.HResult == WouldBlock;
}
