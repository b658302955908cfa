using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>A model of which every byte was read once.</summary>
/// <param name="MetainfoBytes">The .torrent.</param>
/// <param name="Metainfo">The same, read; has the info-hashes and the piece length.</param>
/// <param name="Manifest">Every file with its SHA-256.</param>
/// <param name="Files">The files that were read, in torrent order, with stamps by which later changes show.</param>
public sealed record HashedModel(
    ReadOnlyMemory<byte> MetainfoBytes, Metainfo Metainfo, Manifest Manifest, ImmutableArray<ScannedFile> Files)
{
    /// <summary>Sum of all files.</summary>
    public long Bytes => Metainfo.Bytes;

    /// <summary>How many of them an earlier run had hashed.</summary>
    public long KeptBytes { get; init; }

    /// <summary>What the .torrent says of each file.</summary>
    internal IReadOnlyList<HashedFile> Hashed { get; init; } = [];

    /// <summary>SHA-1 of every piece.</summary>
    internal ReadOnlyMemory<byte> PiecesV1 { get; init; }

    /// <summary>The same files as a torrent of another name; nothing is read.</summary>
    internal HashedModel Under(string torrentName)
    {
        var built = MetainfoBuilder.Build(torrentName, Metainfo.PieceLength, Hashed, PiecesV1.Span, out var bytes);
        return this with
        {
            MetainfoBytes = bytes,
            Metainfo = built.Metainfo ?? throw new InvalidOperationException(built.Reason),
        };
    }
}

/// <summary>How hashing ended.</summary>
public enum HashOutcome
{
    /// <summary>Every byte is hashed.</summary>
    Complete,
    /// <summary>A file is not what it was when it was scanned, or changed while it was read.</summary>
    Changed,
    /// <summary>A file could not be read.</summary>
    Unreadable,
    /// <summary>The files cannot be one torrent.</summary>
    Unsuitable,
}

/// <summary>What hashing gave.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Names the file, what happened and the remedy; empty when complete.</param>
/// <param name="Model">The hashes; null unless complete.</param>
public sealed record HashResult(HashOutcome Outcome, string Reason, HashedModel? Model);

/// <summary>How far hashing or verifying is.</summary>
/// <param name="Bytes">Bytes done.</param>
/// <param name="TotalBytes">Bytes in all.</param>
/// <param name="File">The file that was worked on last, relative.</param>
public sealed record WeightProgress(long Bytes, long TotalBytes, string File);
