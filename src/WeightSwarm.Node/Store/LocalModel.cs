using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Store;

/// <summary>
/// What names a model's files on this machine. One model can lie in several folders, each with slices of its own.
/// </summary>
/// <param name="Model">Model id.</param>
/// <param name="Folder">Absolute; the torrent's save folder.</param>
public sealed record LocalModelKey(Hash256 Model, string Folder);

/// <summary>
/// A file that is seeded in place, as it was when it was hashed: any difference withdraws the holding.
/// </summary>
/// <param name="Path">Relative to the folder, '/' between segments.</param>
/// <param name="Bytes">Size.</param>
/// <param name="ModifiedNs">Modification time, Unix nanoseconds.</param>
/// <param name="Inode">Inode number.</param>
public sealed record FileStamp(string Path, long Bytes, long ModifiedNs, ulong Inode);

/// <summary>A model's files in one folder of this machine. Immutable.</summary>
/// <param name="Key">Which model, and where.</param>
/// <param name="Donation">The donation that the folder lies in; null for the owner's own files, seeded in
/// place.</param>
/// <param name="Verified">Slices of which every piece was verified and synced to disk.</param>
/// <param name="Files">Stamps of files in place; empty for a donation.</param>
public sealed record LocalModel(LocalModelKey Key, Guid? Donation, SliceSet Verified, ImmutableArray<FileStamp> Files)
{
    /// <summary>The owner's own files, outside any donation, never written to.</summary>
    public bool InPlace => Donation is null;
}
