using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Proofs;

/// <summary>A model whose files have awkward sizes, around leaves and pieces, with all of its bytes.</summary>
internal sealed class ProofModel
{
    private const int PiecesPerSlice = 3, PieceBytes = 4 * Leaf, Leaf = PieceLength.Leaf;

    private static readonly int[] _sizes =
        [1, Leaf, Leaf + 1, PieceBytes, PieceBytes + 1, 5 * PieceBytes + 3 * Leaf + 7, 100, 9 * PieceBytes];

    private readonly byte[][] _contents;

    public ProofModel(SplitMix64 random)
    {
        _contents = [.. _sizes.Select(size => new byte[size])];
        foreach (var content in _contents) random.Fill(content);
        HashedFile[] files = [.. _contents.Select((content, i) => Hash($"file-{i}", content))];
        var v1 = new byte[20 * _contents.Sum(c => (c.Length + PieceBytes - 1) / PieceBytes)];
        var result = MetainfoBuilder.Build("model", PieceBytes, files, v1, out _);
        Metainfo = result.Metainfo ?? throw new InvalidOperationException(result.Reason);
        Leaves = SliceLeaves.Of(Metainfo, PiecesPerSlice);
    }

    public Metainfo Metainfo { get; }
    public SliceLeaves Leaves { get; }
    public Hash256 Id => Metainfo.InfoHashV2;

    /// <summary>What an honest holder sends for a leaf.</summary>
    public LeafProof Prove(LeafPlace place)
    {
        var file = Metainfo.Files[place.File];
        var piece = Leaves.PieceOf(place);
        return PossessionProof.Prove(Metainfo, Leaves, place, _contents[place.File].AsMemory(
            (piece - file.FirstPiece) * PieceBytes, (int)Metainfo.PieceBytes(piece)));
    }

    private static HashedFile Hash(string path, byte[] content)
    {
        var row = Row(content);
        if (content.Length <= PieceBytes)
            return new HashedFile(path, content.Length, MerkleTree.SmallFileRoot(row), default);
        byte[] layer =
            [.. content.Chunk(PieceBytes).SelectMany(p => MerkleTree.PieceHash(Row(p), PieceBytes).ToArray())];
        return new HashedFile(path, content.Length, MerkleTree.LargeFileRoot(layer, PieceBytes), layer);
    }

    private static byte[] Row(byte[] bytes) => [.. bytes.Chunk(Leaf).SelectMany(b => MerkleTree.Leaf(b).ToArray())];
}
