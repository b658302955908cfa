using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Simulation.Fuzz;

/// <summary>A model of two small files, with all that is said of one: .torrent, manifest, entry and a proof.</summary>
internal sealed class FuzzModel
{
    private const int PieceBytes = 16 * 1024;

    public FuzzModel()
    {
        byte[] small = new byte[100], large = new byte[PieceBytes + 50];
        large.AsSpan().Fill(7);
        byte[] layer = [.. LeafOf(large.AsSpan(0, PieceBytes)), .. LeafOf(large.AsSpan(PieceBytes))];
        HashedFile[] files =
        [
            new("a", small.Length, MerkleTree.SmallFileRoot(LeafOf(small)), default),
            new("b/c", large.Length, MerkleTree.LargeFileRoot(layer, PieceBytes), layer),
        ];
        var result = MetainfoBuilder.Build("model", PieceBytes, files, new byte[60], out var torrent);
        Metainfo = result.Metainfo ?? throw new InvalidOperationException(result.Reason);
        Torrent = torrent;
        Manifest = Manifest.Of(Metainfo, [Hash256.Of(small), Hash256.Of(large)]);
        Leaves = SliceLeaves.Of(Metainfo, Metainfo.Pieces);
        Entry = EntryOf();
        Challenge = new ReceiptChallenge(new Nonce(default), Metainfo.InfoHashV2, 0, 1);
        var place = LeafDraw.Of(Leaves, Challenge.Nonce, Challenge.Model, 0, 1)[0];
        byte[][] pieces = [small, large[..PieceBytes], large[PieceBytes..]];
        Proof = PossessionProof.Prove(Metainfo, Leaves, place, pieces[Leaves.PieceOf(place)]);
    }

    public Metainfo Metainfo { get; }
    public byte[] Torrent { get; }
    public Manifest Manifest { get; }
    public SliceLeaves Leaves { get; }
    public Entry Entry { get; }
    public ReceiptChallenge Challenge { get; }
    public LeafProof Proof { get; }

    private Entry EntryOf() => new()
    {
        ModelId = Metainfo.InfoHashV2,
        Model = "org/model",
        Revision = "1",
        InfoHashV1 = Metainfo.InfoHashV1,
        ManifestHash = Manifest.Hash,
        MetainfoHash = Hash256.Of(Torrent),
        MetainfoBytes = Torrent.Length,
        PieceLength = PieceBytes,
        Pieces = Metainfo.Pieces,
        PiecesPerSlice = Metainfo.Pieces,
        Bytes = Metainfo.Bytes,
        Files = Metainfo.Files.Length,
        Licence = "MIT",
        SliceLeaves = [3],
    };

    private static byte[] LeafOf(ReadOnlySpan<byte> block) => MerkleTree.Leaf(block).ToArray();
}
