using System.Collections.Immutable;
using WeightSwarm.Core.Formats;

namespace WeightSwarm.Core.Catalogue;

/// <summary>One model at one revision, as a curator catalogued it. Immutable.</summary>
public sealed record Entry
{
    /// <summary>Info-hash v2: names the content and its layout; the model's id everywhere.</summary>
    public required Hash256 ModelId { get; init; }
    /// <summary>ORG/MODEL.</summary>
    public required string Model { get; init; }
    /// <summary>Commit, or a name derived from the content.</summary>
    public required string Revision { get; init; }
    /// <summary>20 bytes.</summary>
    public required ImmutableArray<byte> InfoHashV1 { get; init; }
    /// <summary>SHA-256 of the manifest as served.</summary>
    public required Hash256 ManifestHash { get; init; }
    /// <summary>SHA-256 of the .torrent as served.</summary>
    public required Hash256 MetainfoHash { get; init; }
    /// <summary>Size of the .torrent in bytes.</summary>
    public required long MetainfoBytes { get; init; }
    /// <summary>Bytes; a power of two.</summary>
    public required long PieceLength { get; init; }
    /// <summary>Number of pieces, padding included.</summary>
    public required int Pieces { get; init; }
    /// <summary>Pieces in every slice but perhaps the last.</summary>
    public required int PiecesPerSlice { get; init; }
    /// <summary>File bytes, padding excluded.</summary>
    public required long Bytes { get; init; }
    /// <summary>Number of files.</summary>
    public required int Files { get; init; }
    /// <summary>SPDX identifier or LicenseRef-….</summary>
    public required string Licence { get; init; }
    /// <summary>Where it came from, in words or as a URI; may be empty.</summary>
    public string Source { get; init; } = "";
    /// <summary>
    /// URL under which the files lie by their paths, as the curator wrote it; may be empty. See
    /// <see cref="Catalogue.Origin"/>. A source of bytes to be verified, and never a copy.
    /// </summary>
    public string Origin { get; init; } = "";
    /// <summary>Wanted copies; 0 means the policy's.</summary>
    public int Copies { get; init; }
    /// <summary>False once withdrawn by a curator.</summary>
    public bool Active { get; init; } = true;
    /// <summary>File bytes of each slice in leaves of 16 KiB, rounded up; its length is the number of slices.</summary>
    public required ImmutableArray<int> SliceLeaves { get; init; }
    /// <summary>What the headers of the weights say; null where nobody looked.</summary>
    public Facts? Facts { get; init; }

    /// <summary>Number of slices.</summary>
    public int Slices => SliceLeaves.Length;

    /// <summary>Bytes that a copy of one slice takes on disk, rounded up to leaves.</summary>
    public long SliceBytes(int slice) => (long)SliceLeaves[slice] << 14;

    /// <summary>The pieces of one slice: first and count.</summary>
    public (int First, int Count) PiecesOf(int slice)
    {
        var first = slice * PiecesPerSlice;
        return (first, Math.Min(PiecesPerSlice, Pieces - first));
    }

    /// <summary>The slice that a piece belongs to.</summary>
    public int SliceOf(int piece) => piece / PiecesPerSlice;
}
