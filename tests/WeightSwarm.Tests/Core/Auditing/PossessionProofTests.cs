using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;

namespace WeightSwarm.Tests.Core.Auditing;

public sealed class PossessionProofTests
{
    private readonly AuditedModel _model = new();

    [Fact]
    public void Layout_FromManifestAlone_HasTheLeavesOfThePieces()
    {
        Assert.Equal(_model.Entry.Slices, _model.ByManifest.Slices);
        for (var slice = 0; slice < _model.Entry.Slices; slice++)
        {
            var expected = _model.LeavesOf(slice);
            foreach (var layout in new[] { _model.ByManifest, _model.ByTorrent })
            {
                var runs = layout.RunsOf(slice);
                Assert.Equal(expected, runs.SelectMany(r => Enumerable.Range(0, (int)r.Leaves)
                    .Select(i => new LeafPlace(r.File, r.FirstLeaf + i))));
                Assert.Equal(expected.Count, layout.CountOf(slice));
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(int.MaxValue)]
    public void Layout_SliceThatIsNone_HasNoLeaf(int slice) => Assert.Empty(_model.ByManifest.RunsOf(slice));

    [Fact]
    public void Proof_OfEveryLeafOfEverySlice_IsAccepted()
    {
        for (var slice = 0; slice < _model.Entry.Slices; slice++)
            foreach (var place in _model.LeavesOf(slice))
                Assert.Null(PossessionProof.Fault(_model.ByManifest, [place], [_model.Prove(place)]));
    }

    [Fact]
    public void Proof_OfAnotherLeaf_IsRefused()
    {
        var places = Enumerable.Range(0, _model.Entry.Slices).SelectMany(_model.LeavesOf).ToList();
        foreach (var asked in places)
            foreach (var shown in places.Where(p => p != asked))
                Assert.NotNull(PossessionProof.Fault(_model.ByManifest, [asked], [_model.Prove(shown)]));
    }

    [Fact]
    public void Proof_InnerNodeAsALeaf_IsRefused()
    {
        // The two children of an inner node are 64 bytes whose hash leads to the root with fewer uncles.
        var place = new LeafPlace(6, 0);
        var honest = _model.Prove(place);
        var pair = new byte[2 * Hash256.Size];
        Hash256.Of(honest.Block.Span).CopyTo(pair);
        honest.Uncles[0].CopyTo(pair.AsSpan(Hash256.Size));
        var forged = new LeafProof(pair, honest.Uncles.RemoveAt(0));
        Assert.NotNull(PossessionProof.Fault(_model.ByManifest, [place], [forged]));
    }

    [Fact]
    public void Fault_WrongNumberOfLeaves_IsNamed()
    {
        var place = _model.LeavesOf(0)[0];
        Assert.Equal("0 leaves are shown, 1 were asked for", PossessionProof.Fault(_model.ByManifest, [place], []));
        Assert.NotNull(PossessionProof.Fault(
            _model.ByManifest, [place], [_model.Prove(place), _model.Prove(place)]));
        Assert.NotNull(PossessionProof.Fault(_model.ByManifest, [], []));
    }

    [Fact]
    public void Draw_SameNonce_SameLeavesInEveryLayout()
    {
        var nonce = new Nonce(42);
        for (var slice = 0; slice < _model.Entry.Slices; slice++)
        {
            var drawn = LeafDraw.Of(_model.ByManifest, nonce, _model.Entry.ModelId, slice, 3);
            Assert.Equal<LeafPlace>(drawn, LeafDraw.Of(_model.ByTorrent, nonce, _model.Entry.ModelId, slice, 3));
            Assert.Equal(Math.Min(3, _model.LeavesOf(slice).Count), drawn.Distinct().Count());
            Assert.All(drawn, place => Assert.Contains(place, _model.LeavesOf(slice)));
        }
    }

    [Fact]
    public void Draw_ManyNonces_ReachesEveryLeafAboutEquallyOften()
    {
        var leaves = _model.LeavesOf(2);
        var hits = leaves.ToDictionary(l => l, _ => 0);
        const int draws = 6_000;
        for (var i = 0; i < draws; i++)
            foreach (var place in LeafDraw.Of(_model.ByManifest, new Nonce((UInt128)i), _model.Entry.ModelId, 2, 1))
                hits[place]++;
        var expected = draws / leaves.Count;
        Assert.All(hits.Values, count => Assert.InRange(count, expected * 3 / 4, expected * 5 / 4));
    }

    [Fact]
    public void Draw_MoreThanThereAre_DrawsAllOnce()
    {
        var last = _model.Entry.Slices - 1;
        var drawn = LeafDraw.Of(_model.ByManifest, new Nonce(1), _model.Entry.ModelId, last, LeafDraw.Most);
        Assert.Equal(_model.LeavesOf(last), drawn.Order(Comparer<LeafPlace>.Create(
            (a, b) => (a.File, a.Leaf).CompareTo((b.File, b.Leaf)))));
        Assert.True(drawn.Length <= LeafDraw.Most);
    }

    [Fact]
    public void Proof_AnyBitFlipped_IsRefused()
    {
        const ulong seed = 20_261_121;
        var random = new SplitMix64(seed);
        var places = Enumerable.Range(0, _model.Entry.Slices).SelectMany(_model.LeavesOf).ToList();
        for (var i = 0; i < 4_000; i++)
        {
            var place = places[(int)random.Below(places.Count)];
            var mutant = Mutate(_model.Prove(place), random);
            Assert.True(PossessionProof.Fault(_model.ByManifest, [place], [mutant]) is not null,
                $"mutant {i} of seed {seed} of {place} is accepted");
        }
    }

    private static LeafProof Mutate(LeafProof proof, SplitMix64 random)
    {
        var block = proof.Block.ToArray();
        switch (random.Below(proof.Uncles.IsEmpty ? 3 : 6))
        {
            case 0:
                block[random.Below(block.Length)] ^= (byte)(1 << (int)random.Below(8));
                return proof with { Block = block };
            case 1: return proof with { Block = block.AsMemory(0, (int)random.Below(block.Length)) };
            case 2: return proof with { Block = (byte[])[.. block, (byte)random.Next()] };
            case 3: return proof with { Uncles = Flip(proof.Uncles, random) };
            case 4: return proof with { Uncles = proof.Uncles.RemoveAt((int)random.Below(proof.Uncles.Length)) };
            default: return proof with { Uncles = proof.Uncles.Add(proof.Uncles[^1]) };
        }
    }

    private static ImmutableArray<Hash256> Flip(ImmutableArray<Hash256> uncles, SplitMix64 random)
    {
        var at = (int)random.Below(uncles.Length);
        var bytes = uncles[at].ToArray();
        bytes[random.Below(bytes.Length)] ^= (byte)(1 << (int)random.Below(8));
        return uncles.SetItem(at, new Hash256(bytes));
    }
}
