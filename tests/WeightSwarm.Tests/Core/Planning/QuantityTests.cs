using FsCheck;
using FsCheck.Fluent;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(-5, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(5, 4)]
    [InlineData(6, 6)]
    [InlineData(7, 6)]
    [InlineData(350_000_000, 268_435_456)]
    [InlineData(long.MaxValue, 6_917_529_027_641_081_856)]
    public void Quantise_RoundsDownToAStep(long bytes, long step) => Assert.Equal(step, Quantity.Quantise(bytes));

    [Fact]
    public void Quantise_NeverExceedsAndLosesLessThanAThird() => Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), draw =>
    {
        var bytes = (long)(draw >> 1) | 1;
        var step = Quantity.Quantise(bytes);
        return step <= bytes && (Int128)3 * step > (Int128)2 * bytes - 3 && Quantity.Quantise(step) == step;
    }).QuickCheckThrowOnFailure();
}
