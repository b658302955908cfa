using System.Collections.Immutable;
using System.Security.Cryptography;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Node.Replication;
using PieceLength = WeightSwarm.Core.Catalogue.PieceLength;

namespace WeightSwarm.Node.Auditing;

/// <summary>Reads the spans of a timed challenge from the disk and hashes them.</summary>
internal static class SpanHash
{
    private const int BufferBytes = 1 << 20;

    /// <summary>SHA-256 of the nonce and the runs, in order.</summary>
    /// <exception cref="IOException">A file is gone, shorter, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static Hash256 Of(
        CustodyTable custody, TimedChallenge challenge, SliceLeaves layout, ImmutableArray<LeafRun> runs,
        CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(challenge.Nonce.ToArray());
        var buffer = new byte[BufferBytes];
        foreach (var run in runs)
        {
            var at = run.FirstLeaf * PieceLength.Leaf;
            var end = Math.Min(layout.File(run.File).Bytes, (run.FirstLeaf + run.Leaves) * PieceLength.Leaf);
            while (at < end)
            {
                cancellation.ThrowIfCancellationRequested();
                var part = buffer.AsSpan(0, (int)Math.Min(BufferBytes, end - at));
                custody.Read(challenge.Model, run.File, at, part);
                hash.AppendData(part);
                at += part.Length;
            }
        }
        return new Hash256(hash.GetHashAndReset());
    }
}
