using System.Net;
using WeightSwarm.Node.Origins;

namespace WeightSwarm.Tests.Node.Origins;

public sealed class AddressRuleTests
{
    private static readonly AddressRule
        _real = AddressRule.For(IPAddress.Any, drill: false, local: false),
        _local = AddressRule.For(IPAddress.Any, drill: false, local: true),
        _drill = AddressRule.For(IPAddress.Any, drill: true, local: false),
        _loopback = AddressRule.For(IPAddress.Loopback, drill: true, local: true);

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("::ffff:8.8.8.8")]
    public void Allows_PublicAddress_ExceptOnLoopback(string text)
    {
        var address = IPAddress.Parse(text);
        Assert.True(_real.Allows(address));
        Assert.True(_drill.Allows(address));
        Assert.False(_loopback.Allows(address));
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:a00:1::1")]
    public void Allows_PrivateAddress_OnlyWhereTheOwnerSaysSo(string text)
    {
        var address = IPAddress.Parse(text);
        Assert.False(_real.Allows(address));
        Assert.False(_drill.Allows(address));
        Assert.True(_local.Allows(address));
        Assert.False(_loopback.Allows(address));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void Allows_ThisMachine_InDrillsOrWhereTheOwnerSaysSo(string text)
    {
        var address = IPAddress.Parse(text);
        Assert.False(_real.Allows(address));
        Assert.True(_drill.Allows(address));
        Assert.True(_local.Allows(address));
        Assert.True(_loopback.Allows(address));
        Assert.False(AddressRule.For(IPAddress.Loopback, drill: false, local: false).Allows(address));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("::10.0.0.1")]
    [InlineData("::8.8.8.8")]
    [InlineData("192.0.2.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("ff02::1")]
    [InlineData("2001:db8::1")]
    [InlineData("64:ff9b:1::a00:1")]
    public void Allows_AddressOfNobody_Never(string text)
    {
        var address = IPAddress.Parse(text);
        foreach (var rule in new[] { _real, _local, _drill, _loopback }) Assert.False(rule.Allows(address), text);
    }
}
