using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Origins;
using WeightSwarm.Tests.Torrent;

namespace WeightSwarm.Tests.Node.Origins;

public sealed class PieceWitnessTests
{
    private static readonly TestTorrent _torrent = TestTorrent.Typical(seed: 2);
    private static readonly Metainfo _metainfo = Metainfo.Parse(_torrent.Metainfo).Metainfo!;

    private static readonly MetainfoFile _file =
        _metainfo.Files.Single(f => f.Path == "weights-1.safetensors");

    private static readonly byte[] _bytes = _torrent.Files[_file.Path];

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(10_000)]
    [InlineData(1)]
    public void See_TheRightBytes_FindsNothing(int step)
    {
        using var witness = new PieceWitness(_metainfo, _file, 0);
        See(witness, _bytes, step);
        Assert.Null(witness.Bad);
        Assert.Equal(_file.Bytes, witness.Offset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32_767)]
    [InlineData(32_768)]
    [InlineData(299_999)]
    public void See_AWrongByte_NamesItsPiece(int at)
    {
        using var witness = new PieceWitness(_metainfo, _file, 0);
        var wrong = (byte[])_bytes.Clone();
        wrong[at] ^= 1;
        See(witness, wrong, 7_000);
        Assert.Equal(_file.FirstPiece + at / _torrent.PieceLength, witness.Bad);
    }

    [Fact]
    public void See_FromTheMiddleOfAPiece_JudgesOnlyTheNext()
    {
        using var witness = new PieceWitness(_metainfo, _file, 10_000);
        var wrong = (byte[])_bytes.Clone();
        wrong[20_000] ^= 1;
        See(witness, wrong.AsSpan(10_000, 60_000), 7_000);
        Assert.Null(witness.Bad);
        wrong[70_000] ^= 1;
        See(witness, wrong.AsSpan(70_000), 7_000);
        Assert.Equal(_file.FirstPiece + 2, witness.Bad);
    }

    [Fact]
    public void See_ASmallFile_CountsItsPadding()
    {
        var file = _metainfo.Files.Single(f => f.Path == "config.json");
        using var witness = new PieceWitness(_metainfo, file, 0);
        witness.See(_torrent.Files[file.Path]);
        Assert.Null(witness.Bad);
    }

    private static void See(PieceWitness witness, ReadOnlySpan<byte> bytes, int step)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(step, bytes.Length)..])
            witness.See(bytes[..Math.Min(step, bytes.Length)]);
    }
}
