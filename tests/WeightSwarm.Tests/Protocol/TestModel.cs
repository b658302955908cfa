using System.Buffers.Binary;
using System.Text.Json;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Tests.Core.Catalogue;

namespace WeightSwarm.Tests.Protocol;

/// <summary>The model of docs/vectors/models.json, made from the contents that its note describes.</summary>
internal sealed class TestModel
{
    public TestModel()
    {
        Vector = Vectors.Load("models");
        PieceLength = Vector.Int("piece_length");
        PiecesPerSlice = Vector.Int("pieces_per_slice");
        Contents = [.. Vector.All("files").Select(f => Content((uint)f.Int("seed"), f.Int("bytes")))];
        var files = Vector.All("files").Zip(Contents, (file, content) => (file.Text("path"), content));
        var (result, bytes) = NaiveTorrent.Build(Vector.Text("name"), PieceLength, [.. files]);
        Metainfo = result.Metainfo ?? throw new InvalidOperationException(result.Reason);
        Torrent = bytes;
        Manifest = Manifest.Of(Metainfo, [.. Contents.Select(content => Hash256.Of(content))]);
        Leaves = SliceLeaves.Of(Metainfo, PiecesPerSlice);
    }

    public JsonElement Vector { get; }
    public int PieceLength { get; }
    public int PiecesPerSlice { get; }
    public byte[][] Contents { get; }
    public Metainfo Metainfo { get; }
    public byte[] Torrent { get; }
    public Manifest Manifest { get; }
    public SliceLeaves Leaves { get; }

    private static byte[] Content(uint seed, int length)
    {
        var bytes = new byte[(length / Hash256.Size + 1) * Hash256.Size];
        var name = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(name, seed);
        for (var block = 0; block < bytes.Length / Hash256.Size; block++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(name.AsSpan(4), block);
            Hash256.Of(name).CopyTo(bytes.AsSpan(block * Hash256.Size));
        }
        return bytes[..length];
    }
}
