using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Auditing;

/// <summary>One leaf and the hashes that tie it to its file.</summary>
/// <param name="Block">The bytes of the leaf: 16 KiB, or the shorter end of a file.</param>
/// <param name="Uncles">BEP 52 uncle hashes, lowest first, up to the file's pieces root.</param>
public sealed record LeafProof(ReadOnlyMemory<byte> Block, ImmutableArray<Hash256> Uncles);

/// <summary>
/// Proves and checks possession of drawn leaves: each block must hash, with its uncles, to the pieces root that the
/// manifest has for its file. Nothing but the manifest is needed to check, and nothing in the answer is believed.
/// </summary>
public static class PossessionProof
{
    /// <summary>The proof for one leaf, from the piece that it lies in.</summary>
    /// <param name="metainfo">With the piece layers.</param>
    /// <param name="layout">The same model's.</param>
    /// <param name="place">The leaf.</param>
    /// <param name="piece">All bytes of its piece, as long as <see cref="Metainfo.PieceBytes"/> says.</param>
    public static LeafProof Prove(Metainfo metainfo, SliceLeaves layout, LeafPlace place, ReadOnlyMemory<byte> piece)
    {
        var file = layout.File(place.File);
        var perPiece = layout.PieceLength / PieceLength.Leaf;
        var (pieceInFile, leafInPiece) = ((int)(place.Leaf / perPiece), (int)(place.Leaf % perPiece));
        var block = piece.Slice(leafInPiece * PieceLength.Leaf, layout.BytesOf(place));
        var row = RowOf(piece.Span);
        if (file.Pieces <= 1)
            return new LeafProof(block, MerkleTree.Proof(row, leafInPiece, layout.HeightOf(place.File), default));
        var pieceHeight = MerkleTree.PieceHeight(layout.PieceLength);
        var below = MerkleTree.Proof(row, leafInPiece, pieceHeight, default);
        var above = MerkleTree.Proof(
            metainfo.PieceLayer(file), pieceInFile, MerkleTree.Height(file.Pieces), MerkleTree.Pad(pieceHeight));
        return new LeafProof(block, below.AddRange(above));
    }

    /// <summary>Null when every drawn leaf is shown, in order; else what is wrong with the answer.</summary>
    public static string? Fault(
        SliceLeaves layout, IReadOnlyList<LeafPlace> drawn, IReadOnlyList<LeafProof> proofs)
    {
        if (drawn.Count == 0) return "the slice has no leaf to show";
        if (proofs.Count != drawn.Count) return $"{proofs.Count} leaves are shown, {drawn.Count} were asked for";
        for (var i = 0; i < drawn.Count; i++)
            if (Fault(layout, drawn[i], proofs[i]) is { } fault)
                return $"leaf {drawn[i].Leaf} of '{layout.File(drawn[i].File).Path}' {fault}";
        return null;
    }

    private static string? Fault(SliceLeaves layout, LeafPlace place, LeafProof proof)
    {
        var bytes = layout.BytesOf(place);
        if (proof.Block.Length != bytes) return $"has {proof.Block.Length} bytes, not {bytes}";
        // The height is fixed by the file, so that no inner node can pass for a leaf.
        var height = layout.HeightOf(place.File);
        if (proof.Uncles.Length != height) return $"comes with {proof.Uncles.Length} hashes, not {height}";
        var leaf = MerkleTree.Leaf(proof.Block.Span);
        return MerkleTree.Check(leaf, place.Leaf, proof.Uncles, layout.File(place.File).PiecesRoot)
            ? null : "does not lead to the file's pieces root";
    }

    private static byte[] RowOf(ReadOnlySpan<byte> piece)
    {
        var row = new byte[MerkleTree.Leaves(piece.Length) * Hash256.Size];
        for (int leaf = 0, at = 0; at < piece.Length; leaf++, at += PieceLength.Leaf)
            MerkleTree.Leaf(piece.Slice(at, Math.Min(PieceLength.Leaf, piece.Length - at)))
                .CopyTo(row.AsSpan(leaf * Hash256.Size));
        return row;
    }
}
