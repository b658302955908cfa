using System.Security.Cryptography;
using System.Text;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

/// <summary>What the simulated engine needs of a metainfo: its key, and its v1 files and piece hashes.</summary>
internal sealed class SimulatedMetainfo
{
    private readonly byte[] _hashes;

    private SimulatedMetainfo(byte[] metainfo)
    {
        var (root, raw) = TestBencode.Read(metainfo);
        var info = (Dictionary<string, object>)root["info"];
        var hybrid = info.ContainsKey("meta version");
        Key = Convert.ToHexStringLower(hybrid ? SHA256.HashData(raw["info"].Span) : Sha1.Of(raw["info"].Span));
        PieceLength = (int)(long)info["piece length"];
        _hashes = (byte[])info["pieces"];
        Files = ReadFiles(info);
        TotalLength = Files.Sum(static file => file.Length);
    }

    public string Key { get; }
    public int PieceLength { get; }
    public long TotalLength { get; }
    public int Pieces => _hashes.Length / 20;
    public IReadOnlyList<SimulatedFile> Files { get; }

    public static SimulatedMetainfo Read(ReadOnlyMemory<byte> metainfo)
    {
        try
        {
            return new SimulatedMetainfo(metainfo.ToArray());
        }
        catch (Exception error) when (error is FormatException or KeyNotFoundException or InvalidCastException
            or IndexOutOfRangeException or ArgumentException)
        {
            throw new TorrentEngineException($"The metainfo cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The parts of files of which a piece is made, in order.</summary>
    public IEnumerable<(SimulatedFile File, long Offset, int Length)> PartsOf(int piece)
    {
        var start = (long)piece * PieceLength;
        var end = Math.Min(start + PieceLength, TotalLength);
        foreach (var file in Files)
        {
            var from = Math.Max(start, file.Start);
            var to = Math.Min(end, file.Start + file.Length);
            if (from < to)
                yield return (file, from - file.Start, (int)(to - from));
        }
    }

    public int PayloadOf(int piece) =>
        PartsOf(piece).Where(static part => !part.File.Pad).Sum(static part => part.Length);

    public bool IsRight(int piece, ReadOnlySpan<byte> bytes) =>
        Sha1.Of(bytes).AsSpan().SequenceEqual(_hashes.AsSpan(piece * Sha1.Size, Sha1.Size));

    private static List<SimulatedFile> ReadFiles(Dictionary<string, object> info)
    {
        var name = Encoding.UTF8.GetString((byte[])info["name"]);
        if (!info.TryGetValue("files", out var list))
            return [new SimulatedFile(name, 0, (long)info["length"], false)];
        var files = new List<SimulatedFile>();
        var start = 0L;
        foreach (var entry in ((List<object>)list).Cast<Dictionary<string, object>>())
        {
            var path = ((List<object>)entry["path"]).Select(static part => Encoding.UTF8.GetString((byte[])part));
            var pad = entry.TryGetValue("attr", out var attributes) && ((byte[])attributes).Contains((byte)'p');
            files.Add(new SimulatedFile(Path.Combine([name, .. path]), start, (long)entry["length"], pad));
            start += files[^1].Length;
        }
        return files;
    }
}

/// <summary>One file, and where it begins in the torrent.</summary>
internal sealed record SimulatedFile(string Path, long Start, long Length, bool Pad);
