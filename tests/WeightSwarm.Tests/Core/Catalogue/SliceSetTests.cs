using FsCheck;
using FsCheck.Fluent;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class SliceSetTests
{
    [Fact]
    public void ToBitmap_HasTheLeastSignificantBitFirst()
    {
        Assert.Equal([0b0000_0101, 0b0000_0001], SliceSet.Of([0, 2, 8]).ToBitmap());
        Assert.Equal([0xFF, 0x01], SliceSet.All(9).ToBitmap());
        Assert.Empty(SliceSet.Empty.ToBitmap());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(8, 8)]
    [InlineData(9, 9)]
    [InlineData(24, 16)]
    public void FromBitmap_OfMoreThanTheModelHas_DropsTheRest(int slices, int kept)
    {
        var set = SliceSet.FromBitmap([0xFF, 0xFF, 0x00], slices);
        Assert.Equal(Enumerable.Range(0, kept), set.Slices);
        Assert.Equal(kept, set.Count);
        Assert.Equal(kept == 0, set.IsEmpty);
    }

    [Fact]
    public void FromBitmap_OfToBitmap_IsTheSameSet() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), draws =>
    {
        var slices = draws.Select(d => (int)d).Distinct().Order().ToList();
        var set = SliceSet.Of(slices);
        return set.Slices.SequenceEqual(slices) && SliceSet.FromBitmap(set.ToBitmap(), 256).Equals(set) &&
            set.Count == slices.Count && slices.All(s => set.Contains(s));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void WithAndWithout_LeaveTheOriginalAlone()
    {
        var set = SliceSet.Of([1, 9]);
        Assert.Equal([1, 5, 9], set.With(5).Slices);
        Assert.Equal([1], set.Without(9).Slices);
        Assert.Equal(SliceSet.Of([1]), set.Without(9));
        Assert.Equal([1, 9], set.Slices);
        Assert.False(set.Contains(1000));
    }
}
