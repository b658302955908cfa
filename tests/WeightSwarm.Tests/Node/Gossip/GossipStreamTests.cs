using System.Net;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Node.Gossip;

public sealed class GossipStreamTests
{
    /// <summary>An answer that took long finds its stream gone; that must not end the daemon.</summary>
    [Fact]
    public void Send_AfterTheEnd_DoesNothing()
    {
        var remote = new IPEndPoint(IPAddress.Loopback, 1);
        var stream = new GossipStream(new SessionId(1), NodeId.Of("peer"u8), outbound: true, remote, null!, null!);
        stream.Dispose();
        var thrown = Record.Exception(() =>
        {
            for (var i = 0; i < 10_000; i++) stream.Send(new Frame());
            stream.Close("over");
        });
        Assert.Null(thrown);
    }
}
