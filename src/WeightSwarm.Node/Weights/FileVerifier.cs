using System.Collections.Immutable;
using System.Security.Cryptography;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>What a file turned out to be.</summary>
public enum VerifyOutcome
{
    /// <summary>Its SHA-256 is the manifest's.</summary>
    Intact,
    /// <summary>Its size is right and its SHA-256 is not.</summary>
    Corrupt,
    /// <summary>It is not there.</summary>
    Missing,
    /// <summary>It is there and cannot be read.</summary>
    Unreadable,
    /// <summary>It has another size.</summary>
    WrongSize,
}

/// <summary>What a file turned out to be, and why.</summary>
/// <param name="File">The manifest's file.</param>
/// <param name="Outcome">What it is.</param>
/// <param name="Detail">In words, naming the path; empty for an intact file.</param>
public sealed record FileVerdict(ManifestFile File, VerifyOutcome Outcome, string Detail);

/// <summary>
/// Compares the files of a folder with those of a manifest, byte by byte through their SHA-256. Changes nothing.
/// </summary>
public static class FileVerifier
{
    private const int BlockBytes = 1 << 20;

    /// <summary>
    /// Verifies files of a manifest, several at once; the verdicts are in their order.
    /// </summary>
    /// <param name="folder">Where the relative paths start.</param>
    /// <param name="files">What should be there.</param>
    /// <param name="progress">Called by one thread at a time, bytes never fewer than before.</param>
    /// <param name="cancellation">Ends the work within one megabyte.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<ImmutableArray<FileVerdict>> VerifyAsync(
        string folder, ImmutableArray<ManifestFile> files, IProgress<WeightProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        var verdicts = new FileVerdict[files.Length];
        var meter = new Meter(files.Sum(f => f.Bytes), progress);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = cancellation,
        };
        // The bodies block on the disk for as long as a file lasts; so the caller's thread is not one of them.
        await Task.Run(() => Parallel.For(0, verdicts.Length, options, i =>
        {
            verdicts[i] = Verify(folder, files[i], meter, cancellation);
        }), cancellation).ConfigureAwait(false);
        return [.. verdicts];
    }

    private static FileVerdict Verify(string folder, ManifestFile file, Meter meter, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, file.Path);
        if (LinuxFiles.Stat(path, followLinks: true, out var error) is not { } stamp)
        {
            var outcome = error == LinuxFiles.NotFound ? VerifyOutcome.Missing : VerifyOutcome.Unreadable;
            return new FileVerdict(file, outcome, $"'{path}': {LinuxFiles.Describe(error)}");
        }
        if (stamp.Kind != FileKind.Regular)
            return new FileVerdict(file, VerifyOutcome.Unreadable, $"'{path}' is not a regular file");
        if (stamp.Bytes != file.Bytes)
            return new FileVerdict(
                file, VerifyOutcome.WrongSize, $"'{path}' has {stamp.Bytes} bytes, not {file.Bytes}");
        try
        {
            var sha256 = Hash(path, file, meter, cancellation);
            return sha256 == file.Sha256
                ? new FileVerdict(file, VerifyOutcome.Intact, "")
                : new FileVerdict(file, VerifyOutcome.Corrupt, $"'{path}' has SHA-256 {sha256}, not {file.Sha256}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileVerdict(file, VerifyOutcome.Unreadable, $"'{path}' cannot be read: {e.Message}");
        }
    }

    private static Hash256 Hash(string path, ManifestFile file, Meter meter, CancellationToken cancellation)
    {
        using var handle = WeightFile.Open(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(file.Bytes, 1, BlockBytes));
        for (long offset = 0; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(handle, block, offset);
            if (read == 0) return new Hash256(hash.GetHashAndReset());
            hash.AppendData(block.AsSpan(0, read));
            offset += read;
            meter.Add(read, file.Path);
        }
    }

    private sealed class Meter(long totalBytes, IProgress<WeightProgress>? progress)
    {
        private readonly object _lock = new();
        private long _bytes;

        public void Add(long bytes, string path)
        {
            if (progress is null) return;
            lock (_lock)
            {
                _bytes += bytes;
                progress.Report(new WeightProgress(_bytes, totalBytes, path));
            }
        }
    }
}
