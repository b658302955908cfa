using Google.Protobuf;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

/// <summary>As <see cref="JsonTests"/>: peers.</summary>
public class PeersJsonTests
{
    [Fact]
    public async Task Peers_PrintsEveryNode() => await Check(
        new PeersReply
        {
            Peers =
            {
                new PeerInfo
                {
                    NodeId = Samples.NodeA, Address = "127.0.0.1:9", Neighbour = true, Connected = true,
                    Liveness = "online", DonatedBytes = 10, FreeBytes = 5, Version = "0.1.0", SlicesHeld = 2, RttMs = 1,
                    Score = -3, Operator = "acme", Site = "attic", Asn = 3320, Country = "DE",
                },
            },
            Bans =
            {
                new BanInfo
                {
                    NodeId = Samples.NodeB, Address = "203.0.113.7", SecondsLeft = 60, Times = 1, Reason = "garbage",
                },
            },
        },
        ["peers"], $$"""
        {
          "schema": "weightswarm.peers/1",
          "peers": [
            {
              "node_id": "{{Samples.NodeA}}",
              "address": "127.0.0.1:9",
              "neighbour": true,
              "connected": true,
              "liveness": "online",
              "absent_seconds": 0,
              "donated_bytes": 10,
              "free_bytes": 5,
              "version": "0.1.0",
              "slices_held": 2,
              "rtt_ms": 1,
              "score": -3,
              "operator": "acme",
              "site": "attic",
              "asn": 3320,
              "country": "DE"
            }
          ],
          "bans": [
            {
              "node_id": "{{Samples.NodeB}}",
              "address": "203.0.113.7",
              "seconds_left": 60,
              "times": 1,
              "reason": "garbage"
            }
          ]
        }
        """);

    private static async Task Check(IMessage answer, string[] args, string expected)
    {
        var result = await FakeDaemon.Run(answer, [.. args, "--json"]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(expected + "\n", result.Out);
    }
}
