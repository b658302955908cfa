namespace WeightSwarm.Node.Donations;

/// <summary>A folder on a volume that its owner lends to the network. Immutable.</summary>
/// <param name="Id">Also in the folder's marker file, which ties the folder to this node.</param>
/// <param name="Path">Absolute, links resolved.</param>
/// <param name="QuotaBytes">At most so many bytes, counted by blocks, lie in it.</param>
/// <param name="ReserveBytes">So many bytes of the volume stay free for its owner.</param>
/// <param name="CreatedMs">Unix milliseconds.</param>
/// <param name="Returning">It is being given back: nothing new, and what is there is handed over.</param>
/// <param name="Drain">Its disk is not trusted any more; null while it is.</param>
public sealed record Donation(
    Guid Id, string Path, long QuotaBytes, long ReserveBytes, long CreatedMs, bool Returning, Drain? Drain = null)
{
    /// <summary>
    /// From then on (Unix milliseconds) what is too much goes without waiting for copies elsewhere; null: never.
    /// </summary>
    public long? DeadlineMs { get; init; }
}

/// <summary>A donation whose disk failed: nothing new, and what is there is handed over.</summary>
/// <param name="SinceMs">Unix milliseconds.</param>
/// <param name="Reason">What the disk did, in words.</param>
public sealed record Drain(long SinceMs, string Reason);

/// <summary>Whether a donation can be used now.</summary>
public enum DonationState
{
    /// <summary>The folder is there and is this node's.</summary>
    Present,
    /// <summary>
    /// It cannot be reached, or is not the folder that it was. That says nothing about what it holds.
    /// </summary>
    Away,
    /// <summary>Present, and being given back.</summary>
    Returning,
    /// <summary>Present, and being emptied because its disk failed.</summary>
    Draining,
}

/// <summary>One donation as it stands now.</summary>
/// <param name="Donation">Which.</param>
/// <param name="State">Whether it can be used.</param>
/// <param name="Reason">Why it is away, drained or rests, with the remedy; else empty.</param>
/// <param name="UsedBytes">What lies in it, by blocks; while away, what was last counted.</param>
/// <param name="ReservedBytes">Still to come of slices that are being fetched into it.</param>
/// <param name="VolumeTotalBytes">Size of the volume; 0 while away.</param>
/// <param name="VolumeFreeBytes">Free on the volume for this process; 0 while away.</param>
/// <param name="RoomBytes">What another slice may take; 0 unless present.</param>
public sealed record DonationStatus(
    Donation Donation, DonationState State, string Reason, long UsedBytes, long ReservedBytes,
    long VolumeTotalBytes, long VolumeFreeBytes, long RoomBytes)
{
    /// <summary>Present, and without room for a while because its volume refused a write.</summary>
    public bool Rests { get; init; }
}
