using System.Text;
using FsCheck;
using FsCheck.Fluent;
using WeightSwarm.Core;

namespace WeightSwarm.Tests.Core;

public sealed class Hash256Tests
{
    /// <summary>FIPS 180-4 example: SHA-256 of "abc".</summary>
    private const string Abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void Of_Abc_IsTheStandardsValue()
    {
        var hash = Hash256.Of(Encoding.ASCII.GetBytes("abc"));
        Assert.Equal(Abc, hash.ToString());
        Assert.True(Hash256.TryParseHex(Abc, out var parsed));
        Assert.Equal(hash, parsed);
        Assert.Equal(0xba7816bf8f01cfeaUL, hash.Prefix);
        Assert.Equal(hash, new Hash256(hash.ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ba")]
    [InlineData("zz7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void TryParseHex_OfSomethingElse_SaysNo(string text) => Assert.False(Hash256.TryParseHex(text, out _));

    [Fact]
    public void Constructor_OfAnotherLength_SaysWhich() =>
        Assert.Contains("31", Refused(31).Message, StringComparison.Ordinal);

    private static ArgumentException Refused(int length) =>
        Assert.Throws<ArgumentException>(() => new Hash256(new byte[length]));

    [Fact]
    public void CompareTo_OrdersAsBytesDo() => Prop.ForAll(ArbMap.Default.ArbFor<(ulong, ulong, byte)>(), draw =>
    {
        var a = Hash256.Of(BitConverter.GetBytes(draw.Item1)).ToArray();
        var b = Hash256.Of(BitConverter.GetBytes(draw.Item2)).ToArray();
        // A common start, so that later bytes decide too.
        a.AsSpan(0, draw.Item3 % 33).CopyTo(b);
        var (x, y) = (new Hash256(a), new Hash256(b));
        return Math.Sign(x.CompareTo(y)) == Math.Sign(a.AsSpan().SequenceCompareTo(b)) &&
            x == y == a.AsSpan().SequenceEqual(b);
    }).QuickCheckThrowOnFailure();
}
