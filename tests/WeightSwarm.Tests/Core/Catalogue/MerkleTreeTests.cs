using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class MerkleTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    public void Root_AnyRow_IsThatOfTheFullTree(int count)
    {
        var row = Row(count);
        var full = row.Concat(Enumerable.Repeat(new byte[32], 32 - count)).ToArray();
        while (full.Length > 1) full = [.. full.Chunk(2).Select(p => Hash256.Of([.. p[0], .. p[1]]).ToArray())];
        Assert.Equal(new Hash256(full[0]), MerkleTree.Root(Flat(row), 5, default));
    }

    [Fact]
    public void Pad_AnyHeight_IsTheRootOfZeroLeaves()
    {
        for (var height = 0; height < 6; height++)
            Assert.Equal(MerkleTree.Root(new byte[32 << height], height, default), MerkleTree.Pad(height));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(33, 3)]
    [InlineData(32 * 9, 3)]
    public void Root_RowThatDoesNotFit_Throws(int bytes, int height) =>
        Assert.Throws<ArgumentException>(() => MerkleTree.Root(new byte[bytes], height, default));

    [Fact]
    public void LargeFileRoot_PieceLayer_EqualsRootOverLeaves()
    {
        // 3 pieces of 4 leaves, the last with 2: the layer is filled up with hashes of empty pieces.
        var leaves = Row(10);
        var layer = leaves.Chunk(4).SelectMany(p => MerkleTree.PieceHash(Flat(p), 4 << 14).ToArray()).ToArray();
        Assert.Equal(MerkleTree.Root(Flat(leaves), 4, default), MerkleTree.LargeFileRoot(layer, 4 << 14));
    }

    [Fact]
    public void Proof_EveryPlaceOfManyTrees_ChecksAndNothingElseDoes()
    {
        for (var count = 1; count <= 17; count++)
        {
            var row = Row(count);
            var height = MerkleTree.Height(count) + 1;
            var root = MerkleTree.Root(Flat(row), height, default);
            for (var index = 0; index < count; index++)
            {
                var hash = new Hash256(row[index]);
                var proof = MerkleTree.Proof(Flat(row), index, height, default);
                Assert.Equal(height, proof.Length);
                Assert.True(MerkleTree.Check(hash, index, proof, root));
                Assert.False(MerkleTree.Check(Hash256.Of([99]), index, proof, root));
                Assert.False(MerkleTree.Check(hash, index ^ 1, proof, root));
                Assert.False(MerkleTree.Check(hash, index + (1L << height), proof, root));
                Assert.False(MerkleTree.Check(hash, -1, proof, root));
                Assert.False(MerkleTree.Check(hash, index, proof[..^1], root));
                Assert.False(MerkleTree.Check(hash, index, proof.SetItem(height - 1, hash), root));
            }
        }
    }

    [Fact]
    public void Proof_InThePieceLayer_UsesThePadOfEmptyPieces()
    {
        var layer = Flat(Row(5));
        var pad = MerkleTree.Pad(3);
        var root = MerkleTree.LargeFileRoot(layer, 8 << 14);
        for (var piece = 0; piece < 5; piece++)
        {
            var proof = MerkleTree.Proof(layer, piece, 3, pad);
            Assert.True(MerkleTree.Check(new Hash256(layer.AsSpan(piece * 32, 32)), piece, proof, root));
        }
    }

    private static byte[][] Row(int count) =>
        [.. Enumerable.Range(1, count).Select(i => Hash256.Of([(byte)i]).ToArray())];

    private static byte[] Flat(byte[][] row) => [.. row.SelectMany(hash => hash)];
}
