using System.Text;
using FsCheck;
using FsCheck.Fluent;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Tests.Core.Identity;

public sealed class Base32Tests
{
    /// <summary>RFC 4648 section 10, lower case, without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "my")]
    [InlineData("fo", "mzxq")]
    [InlineData("foo", "mzxw6")]
    [InlineData("foob", "mzxw6yq")]
    [InlineData("fooba", "mzxw6ytb")]
    [InlineData("foobar", "mzxw6ytboi")]
    public void Encode_OfTheRfcsVectors_IsWhatTheRfcSays(string text, string encoded)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        Assert.Equal(encoded, Base32.Encode(bytes));
        Assert.True(Base32.TryDecode(encoded, out var back));
        Assert.Equal(bytes, back);
        Assert.True(Base32.TryDecode(encoded.ToUpperInvariant(), out back));
        Assert.Equal(bytes, back);
    }

    [Theory]
    [InlineData("m")]
    [InlineData("mzx")]
    [InlineData("mz")]
    [InlineData("m1")]
    [InlineData("my======")]
    [InlineData("mé")]
    public void TryDecode_WhatNoBytesEncodeTo_SaysNo(string text) => Assert.False(Base32.TryDecode(text, out _));

    [Fact]
    public void TryDecode_AfterEncode_GivesTheSameBytes() => Prop
        .ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
            Base32.TryDecode(Base32.Encode(bytes), out var back) && back.AsSpan().SequenceEqual(bytes))
        .QuickCheckThrowOnFailure();
}
