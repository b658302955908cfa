using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class SliceLayoutTests
{
    private const int K = 16384;

    [Theory]
    [InlineData(0, 1 << 20)]
    [InlineData(1, 1 << 20)]
    [InlineData(98_304L << 20, 1 << 20)]
    [InlineData((98_304L << 20) + 1, 1 << 21)]
    [InlineData(688_586_727_753, 1 << 23)]
    [InlineData(811_706_916_800, 1 << 23)]
    [InlineData(1_560_936_091_448, 1 << 24)]
    [InlineData(192_000L << 24, 1 << 24)]
    [InlineData((192_000L << 24) + 1, 1 << 25)]
    [InlineData(long.MaxValue, 1 << 25)]
    public void PieceLength_AnyTotal_FollowsTheFrozenRule(long bytes, long length) =>
        Assert.Equal(length, PieceLength.For(bytes));

    [Fact]
    public void For_SeveralFiles_CountsFileBytesWithoutPadding()
    {
        // Pieces: a 1, b 3, c 2; slices of two pieces: a b0, b1 b2, c0 c1.
        var metainfo = MetainfoTests.Good(NaiveTorrent.Build(
            "n", K, ("a", new byte[5]), ("b", new byte[(2 * K) + 1]), ("c", new byte[K + 1]), ("d", [])));
        var layout = SliceLayout.For(metainfo, 2 * K);
        Assert.Equal(2, layout.PiecesPerSlice);
        Assert.Equal([2, 2, 2], layout.SliceLeaves.AsEnumerable());
        Assert.True(SliceLayout.Fits(metainfo, 2, layout.SliceLeaves));
        Assert.False(SliceLayout.Fits(metainfo, 2, [2, 2, 1]));
        Assert.False(SliceLayout.Fits(metainfo, 3, layout.SliceLeaves));
        Assert.False(SliceLayout.Fits(metainfo, 0, layout.SliceLeaves));
    }

    [Fact]
    public void For_SliceSmallerThanAPiece_TakesOnePiece()
    {
        var metainfo = MetainfoTests.Good(NaiveTorrent.Build("n", 2 * K, ("a", new byte[5 * K])));
        Assert.Equal([2, 2, 1], SliceLayout.For(metainfo, 1).SliceLeaves.AsEnumerable());
    }

    [Fact]
    public void For_SliceLargerThanTheModel_TakesAllPieces()
    {
        var metainfo = MetainfoTests.Good(NaiveTorrent.Build("n", 2 * K, ("a", new byte[5 * K])));
        var layout = SliceLayout.For(metainfo, 1L << 40);
        Assert.Equal(3, layout.PiecesPerSlice);
        Assert.Equal([5], layout.SliceLeaves.AsEnumerable());
    }

    [Theory]
    [InlineData(4096, 1)]
    [InlineData(4097, 2)]
    [InlineData(8193, 3)]
    public void For_ManyPieces_GrowsSlicesToStayWithinTheLimit(int pieces, int perSlice)
    {
        var hash = MerkleTree.Leaf(new byte[K]).ToArray();
        var layer = Enumerable.Repeat(hash, pieces).SelectMany(bytes => bytes).ToArray();
        var file = new HashedFile("a", (long)pieces * K, MerkleTree.LargeFileRoot(layer, K), layer);
        var built = MetainfoBuilder.Build("n", K, [file], new byte[20 * pieces], out var torrent);
        var layout = SliceLayout.For(MetainfoTests.Good((built, torrent)), K);
        Assert.Equal(perSlice, layout.PiecesPerSlice);
        Assert.InRange(layout.Slices, 1, SliceLayout.MostSlices);
        Assert.Equal(pieces, layout.SliceLeaves.Sum());
    }

    [Fact]
    public void For_RandomModels_LosesNoByte()
    {
        const int Seed = 77;
        var random = new Random(Seed);
        for (var round = 0; round < 200; round++)
        {
            var files = Enumerable.Range(0, random.Next(1, 12))
                .Select(i => ($"f{i}", new byte[random.Next(4) == 0 ? 0 : random.Next(1, 6 * K)]))
                .Append(("z", new byte[1])).ToArray();
            var metainfo = MetainfoTests.Good(NaiveTorrent.Build("n", K, files));
            var layout = SliceLayout.For(metainfo, random.Next(1, 5) * K);
            for (var slice = 0; slice < layout.Slices; slice++)
            {
                var pieces = Enumerable.Range(slice * layout.PiecesPerSlice, layout.PiecesPerSlice)
                    .Where(piece => piece < metainfo.Pieces);
                Assert.True(
                    MerkleTree.Leaves(pieces.Sum(metainfo.PieceBytes)) == layout.SliceLeaves[slice],
                    $"seed {Seed}, round {round}, slice {slice}");
            }
        }
    }
}
