using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;

namespace WeightSwarm.Tests.Core.Auditing;

public sealed class PartMapTests
{
    private const ulong Seed = 20_261;

    private readonly AuditedModel _model = new();

    private static PartMap Map(params int[] parts)
    {
        var pieces = new bool[PartMap.Most];
        foreach (var part in parts) pieces[part] = true;
        return PartMap.Of(pieces);
    }

    [Fact]
    public void Of_ASliceOfFewPieces_HasAPartForEach()
    {
        Assert.Equal([0b0000_0101], PartMap.Of([true, false, true]).ToArray());
        Assert.True(PartMap.Of([false, false]).IsEmpty);
        Assert.Equal(1, PartMap.PiecesPerPart(1));
        Assert.Equal(1, PartMap.PiecesPerPart(PartMap.Most));
        Assert.Equal(2, PartMap.PiecesPerPart(PartMap.Most + 1));
    }

    [Fact]
    public void Of_ASliceOfManyPieces_HasOnlyPartsThatAreWhole()
    {
        var pieces = new bool[2 * PartMap.Most + 3];
        pieces.AsSpan(0, 5).Fill(true);
        pieces[^1] = true;
        // Three pieces to a part: 0 to 2 are whole, 3 to 5 are not; the last part is two pieces, one of them here.
        Assert.Equal(Map(0), PartMap.Of(pieces));
        pieces[^2] = true;
        Assert.Equal(Map(0, 683), PartMap.Of(pieces));
    }

    [Fact]
    public void Read_TakesNoMoreThanThereMayBe()
    {
        var long_ = new byte[PartMap.MostBytes + 9];
        Array.Fill(long_, (byte)0xFF);
        Assert.Equal(PartMap.Most, PartMap.Read(long_).Count);
        Assert.Equal(PartMap.MostBytes, PartMap.Read(long_).ToArray().Length);
        Assert.Equal([1], PartMap.Read([1, 0, 0]).ToArray());
        Assert.True(PartMap.Read(new byte[PartMap.MostBytes]).IsEmpty);
        Assert.False(PartMap.Read([1]).Contains(PartMap.Most + 4));
    }

    [Fact]
    public void Sets_OfAnySize_AreJoinedAndParted()
    {
        var random = new SplitMix64(Seed);
        for (var round = 0; round < 200; round++)
        {
            var (some, others) = (Draw(random), Draw(random));
            var (a, b) = (Map([.. some]), Map([.. others]));
            Assert.Equal(Map([.. some.Except(others)]), a.Without(b));
            Assert.Equal(Map([.. some.Union(others)]), a.And(b));
            Assert.Equal(some.Count, a.Count);
        }
    }

    [Fact]
    public void Within_AnyParts_DrawsEveryLeafOfThem_AndNoOther()
    {
        var random = new SplitMix64(Seed);
        for (var slice = 0; slice < _model.Entry.Slices; slice++)
        {
            var (first, count) = _model.Entry.PiecesOf(slice);
            for (var round = 0; round < 8; round++)
            {
                var pieces = Enumerable.Range(0, count).Select(_ => random.Below(2) == 0).ToArray();
                var wanted = _model.LeavesOf(slice)
                    .Where(place => pieces[_model.ByManifest.PieceOf(place) - first]).ToHashSet();
                var drawn = Enumerable.Range(0, 40 * Math.Max(1, wanted.Count)).Select(_ => LeafDraw.Within(
                    _model.ByManifest, new Nonce(random.Next()), _model.Entry.ModelId, slice, PartMap.Of(pieces)));
                Assert.Equal(wanted.Order(Places.ByFile), drawn.OfType<LeafPlace>().Distinct().Order(Places.ByFile));
            }
        }
    }

    private static SortedSet<int> Draw(SplitMix64 random) =>
        [.. Enumerable.Range(0, (int)random.Below(60)).Select(_ => (int)random.Below(PartMap.Most))];

    private sealed class Places : IComparer<LeafPlace>
    {
        public static Places ByFile { get; } = new();

        public int Compare(LeafPlace x, LeafPlace y) => (x.File, x.Leaf).CompareTo((y.File, y.Leaf));
    }
}
