using System.Net;
using WeightSwarm.Torrent.Engine;

namespace WeightSwarm.Tests.Torrent.Engine;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:4711")]
    [InlineData("0.0.0.0:4711")]
    public void WithOnePort_AddressOrPortGiven_ChangesNothing(string listen) =>
        Assert.Equal(IPEndPoint.Parse(listen), ListenAddress.WithOnePort(IPEndPoint.Parse(listen)));

    [Fact]
    public void WithOnePort_AllAddressesAndAnyPort_ChoosesThePort()
    {
        var listen = ListenAddress.WithOnePort(new IPEndPoint(IPAddress.Any, 0));

        Assert.Equal(IPAddress.Any, listen.Address);
        Assert.NotEqual(0, listen.Port);
    }
}
