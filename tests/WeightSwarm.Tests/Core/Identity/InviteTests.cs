using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Tests.Core.Identity;

public sealed class InviteTests
{
    private static Invite Sample { get; } = new(
        new NetworkId(Hash256.Of("network"u8)),
        [new IPEndPoint(IPAddress.Parse("203.0.113.7"), 7000), new IPEndPoint(IPAddress.Parse("2001:db8::1"), 65535)]);

    [Fact]
    public void Parse_OfItsOwnText_GivesTheSameInvite()
    {
        var invite = Invite.Parse($"  {Sample}\n", out var problem);
        Assert.Equal("", problem);
        Assert.Equal(Sample.Network, invite!.Network);
        Assert.Equal(Sample.Addresses.ToArray(), invite.Addresses.ToArray());
    }

    [Fact]
    public void Parse_OfUpperCase_GivesTheSameInvite() =>
        Assert.Equal(Sample.Network, Invite.Parse(Sample.ToString().ToUpperInvariant(), out _)!.Network);

    [Fact]
    public void Parse_WithoutAddresses_Works() =>
        Assert.Empty(Invite.Parse((Sample with { Addresses = [] }).ToString(), out _)!.Addresses);

    [Fact]
    public void ToString_WithMoreThanEightAddresses_KeepsEight()
    {
        var many = Enumerable.Range(1, 9).Select(i => new IPEndPoint(IPAddress.Loopback, i));
        Assert.Equal(8, Invite.Parse((Sample with { Addresses = [.. many] }).ToString(), out _)!.Addresses.Length);
    }

    [Fact]
    public void Parse_WithAnyOneCharacterMistyped_SaysNoAndWhy()
    {
        var text = Sample.ToString();
        for (var at = 0; at < text.Length; at++)
        {
            var typo = text[..at] + (text[at] == 'a' ? 'b' : 'a') + text[(at + 1)..];
            Assert.Null(Invite.Parse(typo, out var problem));
            Assert.NotEqual("", problem);
        }
    }

    [Fact]
    public void Parse_WithAPieceMissing_SaysNoAndWhy()
    {
        var text = Sample.ToString();
        for (var length = 0; length < text.Length; length++)
        {
            Assert.Null(Invite.Parse(text[..length], out var problem));
            Assert.NotEqual("", problem);
        }
    }

    [Fact]
    public void Parse_WithARightChecksumOverAWrongAddress_SaysNo()
    {
        byte[] body = [.. new byte[32], 1, 5, 1, 2, 3, 4, 5, 0, 80];
        var text = "wsw1" + Base32.Encode([.. body, .. Hash256.Of(body).ToArray()[..4]]);
        Assert.Null(Invite.Parse(text, out var problem));
        Assert.Contains("address", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfAVeryLongText_SaysNo() => Assert.Null(Invite.Parse("wsw1" + new string('a', 100_000), out _));
}
