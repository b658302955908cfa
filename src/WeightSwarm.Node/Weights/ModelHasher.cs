using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// Hashes a model in one pass in which every file is read once: SHA-1 of v1's pieces, BEP 52's trees, and SHA-256 of
/// each file. See <see cref="HashPipeline"/> for how the threads share the work. With a journal, a run that was cut
/// short goes on with the next file: what was read of the file in hand is read again, since the state of a SHA-256
/// cannot be saved with the framework's hashes.
/// </summary>
public sealed class ModelHasher
{
    private readonly int _workers;

    /// <summary>Hashes with so many threads, 1 to 64; 0 takes one per processor.</summary>
    public ModelHasher(int workers = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        _workers = Math.Clamp(workers == 0 ? Environment.ProcessorCount : workers, 1, 64);
    }

    /// <summary>Hashes what a complete scan found. Memory: at most 64 MiB of buffers per thread.</summary>
    /// <param name="scan">A complete scan.</param>
    /// <param name="torrentName">See <see cref="ModelName.TorrentName"/>.</param>
    /// <param name="progress">Called by one thread at a time, bytes never fewer than before.</param>
    /// <param name="pieceLength">Bytes; null for <see cref="PieceLength.For"/>.</param>
    /// <param name="ingest">Where finished files are kept and looked for; null: nowhere.</param>
    /// <param name="cancellation">Ends the work within one piece.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; finished files are kept.</exception>
    public async Task<HashResult> HashAsync(
        FolderScanResult scan, string torrentName, IProgress<WeightProgress>? progress = null,
        long? pieceLength = null, IngestStore? ingest = null, CancellationToken cancellation = default)
    {
        if (scan.Outcome != ScanOutcome.Complete) throw new ArgumentException(scan.Reason, nameof(scan));
        var length = pieceLength ?? PieceLength.For(scan.Bytes);
        var pieces = scan.Files.Sum(file => PieceLength.Count(file.Bytes, length));
        if (pieces > Metainfo.MostPieces) return TooManyPieces(scan, pieces, length);
        var journal = ingest is null
            ? null
            : new IngestJournal(ingest, new IngestKey(torrentName, length, scan.Files.Length > 1));
        var pipeline = new HashPipeline(scan.Files, length, _workers, journal, progress, cancellation);
        if (await pipeline.RunAsync().ConfigureAwait(false) is { } fault) return fault;
        return Assemble(scan.Files, torrentName, length, pipeline);
    }

    private static HashResult Assemble(
        ImmutableArray<ScannedFile> files, string torrentName, long pieceLength, HashPipeline pipeline)
    {
        var hashed = pipeline.Hashed();
        var built = MetainfoBuilder.Build(torrentName, pieceLength, hashed, pipeline.PiecesV1.Span, out var bytes);
        if (built.Metainfo is null) return new HashResult(HashOutcome.Unsuitable, built.Reason, null);
        var manifest = Manifest.Of(built.Metainfo, pipeline.Sha256());
        return new HashResult(HashOutcome.Complete, "", new HashedModel(bytes, built.Metainfo, manifest, files)
        {
            KeptBytes = pipeline.KeptBytes,
            Hashed = hashed,
            PiecesV1 = pipeline.PiecesV1,
        });
    }

    private static HashResult TooManyPieces(FolderScanResult scan, long pieces, long length) => new(
        HashOutcome.Unsuitable,
        $"'{scan.Root}' has {pieces} pieces of {length} bytes; {Metainfo.MostPieces} is the limit; split the model",
        null);
}
