using System.Collections.Immutable;
using Google.Protobuf;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Catalogue;

/// <summary>One file of a model.</summary>
/// <param name="Path">Relative, '/' between segments; see <see cref="ModelPath"/>.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">SHA-256 of the whole file.</param>
/// <param name="PiecesRoot">BEP 52 root; zero for an empty file.</param>
public sealed record ManifestFile(string Path, long Bytes, Hash256 Sha256, Hash256 PiecesRoot);

/// <summary>What became of reading a manifest: a value, or a reason.</summary>
/// <param name="Manifest">What was read, or null.</param>
/// <param name="Reason">Why it was refused, in words; empty for success.</param>
public sealed record ManifestResult(Manifest? Manifest, string Reason);

/// <summary>
/// Every file of a model, in torrent order: all that an auditor and a restore need. Immutable. The same files have the
/// same bytes, and so the same hash, everywhere.
/// </summary>
public sealed class Manifest
{
    /// <summary>Largest serialised manifest that is read, bytes.</summary>
    public const int MostBytes = 64 << 20;

    private const uint FilesTag = 10;

    private readonly byte[] _bytes;

    private Manifest(ImmutableArray<ManifestFile> files, byte[] bytes)
    {
        Files = files;
        _bytes = bytes;
        Hash = Hash256.Of(bytes);
    }

    /// <summary>The files in torrent order.</summary>
    public ImmutableArray<ManifestFile> Files { get; }

    /// <summary>SHA-256 of <see cref="ToBytes"/>: the entry's manifest hash.</summary>
    public Hash256 Hash { get; }

    /// <summary>Sum of all files, bytes.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>The manifest as it is served: weightswarm.v1.Manifest.</summary>
    public ReadOnlyMemory<byte> ToBytes() => _bytes;

    /// <summary>Joins metainfo with the SHA-256 of each of its files, in its order.</summary>
    /// <exception cref="ArgumentException">The numbers of files differ.</exception>
    public static Manifest Of(Metainfo metainfo, IReadOnlyList<Hash256> sha256)
    {
        if (sha256.Count != metainfo.Files.Length)
            throw new ArgumentException($"{sha256.Count} hashes for {metainfo.Files.Length} files", nameof(sha256));
        var files = metainfo.Files.Select((f, i) => new ManifestFile(f.Path, f.Bytes, sha256[i], f.PiecesRoot));
        return Of([.. files]);
    }

    /// <summary>Reads and checks a manifest of at most <see cref="MostBytes"/> from anybody.</summary>
    public static ManifestResult Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MostBytes) return Refused($"it has {bytes.Length} bytes; {MostBytes} is the limit");
        try
        {
            var files = ReadFiles(bytes, out var reason);
            if (files is null) return Refused(reason);
            var manifest = Of(files.Value);
            return manifest._bytes.AsSpan().SequenceEqual(bytes.Span)
                ? new ManifestResult(manifest, "")
                : Refused("it is not in the canonical form of its files");
        }
        catch (Exception e) when (ProtobufFault.IsMalformed(e))
        {
            return Refused(e.Message);
        }
    }

    /// <summary>Null when paths, sizes and pieces roots are the same; else what differs.</summary>
    public string? Disagreement(Metainfo metainfo)
    {
        if (metainfo.Files.Length != Files.Length)
            return $"the manifest has {Files.Length} files, the .torrent {metainfo.Files.Length}";
        for (var i = 0; i < Files.Length; i++)
        {
            var (ours, theirs) = (Files[i], metainfo.Files[i]);
            if (ours.Path != theirs.Path)
                return $"the manifest has '{ours.Path}' where the .torrent has '{theirs.Path}'";
            if (ours.Bytes != theirs.Bytes)
                return $"'{ours.Path}' has {ours.Bytes} bytes in the manifest and {theirs.Bytes} in the .torrent";
            if (ours.PiecesRoot != theirs.PiecesRoot)
                return $"'{ours.Path}' has another pieces root in the manifest than in the .torrent";
        }
        return null;
    }

    private static Manifest Of(ImmutableArray<ManifestFile> files)
    {
        var message = new V1.Manifest();
        message.Files.AddRange(files.Select(ToMessage));
        return new Manifest(files, message.ToByteArray());
    }

    private static V1.ManifestFile ToMessage(ManifestFile file) => new()
    {
        Path = file.Path,
        Bytes = (ulong)file.Bytes,
        Sha256 = ByteString.CopyFrom(file.Sha256.ToArray()),
        PiecesRoot = file.Bytes == 0 ? ByteString.Empty : ByteString.CopyFrom(file.PiecesRoot.ToArray()),
    };

    // File by file, so that a short hostile input cannot become a long list of objects.
    private static ImmutableArray<ManifestFile>? ReadFiles(ReadOnlyMemory<byte> bytes, out string reason)
    {
        var input = new CodedInputStream(bytes.ToArray());
        var parser = V1.ManifestFile.Parser.WithDiscardUnknownFields(true);
        var files = ImmutableArray.CreateBuilder<ManifestFile>();
        var paths = new PathSet();
        reason = "it has no file";
        while (!input.IsAtEnd)
        {
            if (input.ReadTag() != FilesTag) reason = "it has an unknown field";
            else if (files.Count == Metainfo.MostFiles) reason = $"it has more than {Metainfo.MostFiles} files";
            else reason = ReadFile(parser.ParseFrom(input.ReadBytes()), files, paths) ?? "";
            if (reason.Length > 0) return null;
        }
        return files.Count == 0 ? null : files.DrainToImmutable();
    }

    private static string? ReadFile(V1.ManifestFile file, ImmutableArray<ManifestFile>.Builder files, PathSet paths)
    {
        if (ModelPath.Fault(file.Path) is { } fault) return $"the path '{file.Path}' {fault}";
        if (files.Count > 0 && ModelPath.Compare(files[^1].Path, file.Path) >= 0)
            return $"'{file.Path}' is not in torrent order";
        if (paths.Add(file.Path) is { } collision) return $"the path {collision}";
        if (file.Bytes > long.MaxValue / (2 * Metainfo.MostFiles))
            return $"'{file.Path}' has {file.Bytes} bytes, too many";
        if (!Hash256.TryRead(file.Sha256.Span, out var sha256)) return $"the SHA-256 of '{file.Path}' is not 32 bytes";
        var root = default(Hash256);
        if (file.Bytes == 0 ? file.PiecesRoot.Length > 0 : !Hash256.TryRead(file.PiecesRoot.Span, out root))
            return $"the pieces root of '{file.Path}' does not fit its {file.Bytes} bytes";
        files.Add(new ManifestFile(file.Path, (long)file.Bytes, sha256, root));
        return null;
    }

    private static ManifestResult Refused(string reason) => new(null, $"the manifest is refused: {reason}");
}
