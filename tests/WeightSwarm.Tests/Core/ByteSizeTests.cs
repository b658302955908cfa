using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using WeightSwarm.Core;

namespace WeightSwarm.Tests.Core;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1000000", 1_000_000)]
    [InlineData("7B", 7)]
    [InlineData("350MB", 350_000_000)]
    [InlineData("64 MiB", 67_108_864)]
    [InlineData(" 64  mib ", 67_108_864)]
    [InlineData("1.5TiB", 1_649_267_441_664)]
    [InlineData("1.5TB", 1_500_000_000_000)]
    [InlineData("500G", 500_000_000_000)]
    [InlineData("4Ki", 4096)]
    [InlineData("0.0019 kB", 1)]
    [InlineData("7.9EiB", 9108079886394091110)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void TryParse_GoodText_GivesBytes(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var got));
        Assert.Equal(bytes, got);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("GB")]
    [InlineData("1,5GB")]
    [InlineData("1_000")]
    [InlineData("1e3")]
    [InlineData("1.5")]
    [InlineData("1.B")]
    [InlineData(".5GB")]
    [InlineData("1..5GB")]
    [InlineData("1.5.2GB")]
    [InlineData("5 GBs")]
    [InlineData("5 XB")]
    [InlineData("5 bb")]
    [InlineData("5 iB")]
    [InlineData("8EiB")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999999999999999")]
    [InlineData("१GB")]
    public void TryParse_BadText_SaysNo(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(999_949, "999.9 kB")]
    [InlineData(999_950, "1.0 MB")]
    [InlineData(350_000_000, "350.0 MB")]
    [InlineData(1_550_000_000_000, "1.6 TB")]
    [InlineData(-1500, "-1.5 kB")]
    [InlineData(long.MaxValue, "9.2 EB")]
    [InlineData(long.MinValue, "-9.2 EB")]
    public void Format_Size_HasOneDecimal(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));

    [Fact]
    public void TryParse_ItsOwnFormat_IsWithinHalfATenth() => Prop
        .ForAll(
            ArbMap.Default.ArbFor<long>().Filter(n => n >= 0 && n < 9_000_000_000_000_000_000),
            bytes =>
            {
                var text = ByteSize.Format(bytes);
                Assert.True(ByteSize.TryParse(text, out var got), text);
                var off = Math.Abs(got - (decimal)bytes);
                Assert.True(off <= Math.Max(0.5m, bytes * 0.05m), $"{bytes} -> {text} -> {got}");
                Assert.True(ByteSize.TryParse(bytes.ToString(CultureInfo.InvariantCulture), out got));
                Assert.Equal(bytes, got);
            })
        .QuickCheckThrowOnFailure();
}
