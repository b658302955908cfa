using Grpc.Core;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

public sealed class MetadataTests
{
    [Fact]
    public async Task Metadata_TextAndBinary_GoThereAndBackAsHeadersAndTrailers()
    {
        var sent = new Metadata { { "x-text", "a, b" }, { "X-Bytes-Bin", [0, 1, 2, 255] }, { "x-empty-bin", [] } };
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest { Act = "mirror" }, sent);
        var headers = await call.ResponseHeadersAsync;
        await call;

        foreach (var received in new[] { headers, call.GetTrailers() })
        {
            Assert.Equal("a, b", received.GetValue("x-text"));
            Assert.Equal([0, 1, 2, 255], received.GetValueBytes("x-bytes-bin"));
            Assert.Equal(0, received.GetValueBytes("x-empty-bin")?.Length);
        }
    }

    [Fact]
    public async Task Metadata_SameKeyTwice_KeepsBothInOrder()
    {
        var sent = new Metadata { { "x-many-bin", [1] }, { "x-many-bin", [2, 2] } };
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().Expand(new ProbeRequest { Act = "mirror" }, sent);
        while (await call.ResponseStream.MoveNext()) { }

        Assert.Equal([[1], [2, 2]], call.GetTrailers().GetAll("x-many-bin").Select(entry => entry.ValueBytes));
    }

    [Fact]
    public async Task Context_OfACall_TellsWhoCalledWhat()
    {
        await using var host = await ProbeHost.StartAsync();

        await host.Client().UnaryAsync(new ProbeRequest(), new Metadata { { "x-a", "1" } });

        var seen = Assert.Single(host.Service.Calls);
        Assert.Equal("/weightswarm.tests.v1.Probe/Unary", seen.Method);
        Assert.Equal($"127.0.0.1:{host.Port}", seen.Host);
        Assert.StartsWith("ipv4:127.0.0.1:", seen.Peer, StringComparison.Ordinal);
        Assert.Equal("1", seen.RequestHeaders.GetValue("x-a"));
        Assert.DoesNotContain(seen.RequestHeaders, entry => entry.Key.StartsWith("grpc-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Client_WithHost_ClaimsIt()
    {
        await using var host = await ProbeHost.StartAsync();

        await host.Client().WithHost("elsewhere.example").UnaryAsync(new ProbeRequest());

        Assert.Equal("elsewhere.example", Assert.Single(host.Service.Calls).Host);
    }

    [Theory]
    [InlineData("grpc-timeout", "1S")]
    [InlineData("te", "trailers")]
    [InlineData("x-text", "nicht ASCII: ü")]
    [InlineData("x-text", "line\nbreak")]
    public async Task Metadata_ThatCannotBeSent_FailsTheCall(string key, string value)
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest(), new Metadata { { key, value } });
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.Contains($"'{key}'", error.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(host.Service.Calls);
    }

    [Fact]
    public void Entry_KeyAndValueDisagree_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", [1]));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a b", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("", "text"));
    }

    [Fact]
    public void Empty_Changed_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "b"));
}
