using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>Why a slice is to be given up.</summary>
public enum ReleaseReason
{
    /// <summary>The network has more copies than it wants.</summary>
    Trim,
    /// <summary>The volume is fuller than its reserve allows.</summary>
    LowSpace,
    /// <summary>The disk failed, and everything on it is handed over while it can be.</summary>
    DiskFault,
    /// <summary>The owner made the quota smaller than what is used.</summary>
    Shrink,
    /// <summary>The owner wants the whole donation, or the whole node, back.</summary>
    Drain,
}

/// <summary>
/// What the owner of the machine, or the state of a volume, asks to have given up of one donation. The core chooses the
/// slices, safest first, and gives them up on its release path alone.
/// </summary>
/// <param name="Donation">Names the donation in reports.</param>
/// <param name="Reason">Anything but <see cref="ReleaseReason.Trim"/>, which the core finds for itself.</param>
/// <param name="Bytes">So much is to be freed; <see cref="long.MaxValue"/> for everything.</param>
/// <param name="DeadlineUnixMs">From then on the owner wins: no receipts are waited for. Null: never.</param>
/// <param name="From">The slices that lie in the donation, by model id.</param>
public sealed record ReleaseDemand(
    string Donation, ReleaseReason Reason, long Bytes, long? DeadlineUnixMs,
    ImmutableSortedDictionary<Hash256, SliceSet> From);
