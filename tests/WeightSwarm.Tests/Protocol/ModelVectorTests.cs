using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Protocol;

public sealed class ModelVectorTests
{
    private readonly TestModel _model = new();

    [Fact]
    public void Files_HaveTheirHashesAndTrees()
    {
        foreach (var (vector, index) in _model.Vector.All("files").Select((vector, index) => (vector, index)))
        {
            var file = _model.Metainfo.Files[index];
            Assert.Equal(vector.Hash("sha256"), Hash256.Of(_model.Contents[index]));
            Assert.Equal(vector.Int("pieces"), file.Pieces);
            if (file.Bytes == 0) Assert.Empty(vector.Bytes("pieces_root"));
            else Assert.Equal(vector.Hash("pieces_root"), file.PiecesRoot);
            if (file.Pieces > 1) Assert.Equal(vector.Bytes("piece_layer"), _model.Metainfo.PieceLayer(file).ToArray());
            else Assert.Empty(vector.Bytes("piece_layer"));
        }
    }

    [Fact]
    public void Torrent_HasTheVectorsHashes()
    {
        Assert.Equal(_model.Vector.Bytes("info_hash_v1"), _model.Metainfo.InfoHashV1.ToArray());
        Assert.Equal(_model.Vector.Hash("info_hash_v2"), _model.Metainfo.InfoHashV2);
        Assert.Equal(_model.Vector.Int("metainfo_bytes"), _model.Torrent.Length);
        Assert.Equal(_model.Vector.Hash("metainfo_hash"), Hash256.Of(_model.Torrent));
    }

    [Fact]
    public void Manifest_IsTheVectorsBytes()
    {
        Assert.Equal(_model.Vector.Bytes("manifest"), _model.Manifest.ToBytes().ToArray());
        Assert.Equal(_model.Vector.Hash("manifest_hash"), _model.Manifest.Hash);
        var parsed = Manifest.Parse(_model.Vector.Bytes("manifest")).Manifest!;
        Assert.Equal(_model.Manifest.Files.ToArray(), parsed.Files.ToArray());
    }

    [Fact]
    public void Slices_HaveTheVectorsLeaves()
    {
        ImmutableArray<int> leaves =
            [.. _model.Vector.All("slice_leaves").Select(count => (int)Vectors.Number(count))];
        var layout = SliceLayout.For(_model.Metainfo, (long)_model.PieceLength * _model.PiecesPerSlice);
        Assert.Equal(leaves.ToArray(), layout.SliceLeaves.ToArray());
        Assert.True(SliceLayout.Fits(_model.Metainfo, _model.PiecesPerSlice, leaves), "the leaves do not fit");
        foreach (var (slice, number) in _model.Vector.All("slices").Select((slice, number) => (slice, number)))
            Assert.Equal(
                slice.EnumerateArray().Select(
                    run => new LeafRun(run.Int("file"), run.Int("first_leaf"), run.Int("leaves"))),
                _model.Leaves.RunsOf(number).ToArray());
        Assert.Equal(leaves.Length, _model.Leaves.Slices);
    }

    [Fact]
    public void Proofs_HaveTheVectorsUncles()
    {
        foreach (var vector in _model.Vector.All("proofs"))
        {
            var place = new LeafPlace(vector.Int("file"), vector.Int("leaf"));
            var proof = PossessionProof.Prove(_model.Metainfo, _model.Leaves, place, PieceOf(place));
            Assert.Equal(vector.Bytes("uncles"), proof.Uncles.SelectMany(uncle => uncle.ToArray()).ToArray());
            Assert.Null(PossessionProof.Fault(_model.Leaves, [place], [proof]));
        }
    }

    private ReadOnlyMemory<byte> PieceOf(LeafPlace place)
    {
        var from = (int)place.Leaf * PieceLength.Leaf / _model.PieceLength * _model.PieceLength;
        var content = _model.Contents[place.File];
        return content.AsMemory(from, Math.Min(_model.PieceLength, content.Length - from));
    }
}
