using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

/// <summary>decline, declined and accept.</summary>
public class DeclineTests
{
    private static DeclinedReply Reply(uint number = 0) => new()
    {
        Number = number,
        Rules =
        {
            new DeclineInfo
            {
                Number = 2,
                Licence = "CC-BY-NC-*",
                LargerThan = 10_000_000_000,
                Reason = "no room",
                SinceMs = Samples.SomeTimeMs,
                Words = "licence CC-BY-NC-* and larger than 10.0 GB",
                Models = { "org/model@r1", "org/other@r2" },
                Held =
                {
                    new DeclinedHolding { Model = "org/model", Revision = "r1", Slices = 2, Bytes = 2_000_000_000 },
                },
            },
            new DeclineInfo { Number = 3, Name = "acme/*", SinceMs = Samples.SomeTimeMs, Words = "name acme/*" },
        },
    };

    [Fact]
    public async Task Decline_WithEverything_SendsIt()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Answer(Reply(2));
        var result = await daemon.RunAsync("decline", "--licence", "CC-BY-NC-*", "--larger-than", "10GB", "--name",
            "acme/*", "--hazard", "contains-code", "--reason", "no room");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(
            new DeclineRequest
            {
                Licence = "CC-BY-NC-*",
                LargerThan = 10_000_000_000,
                Name = "acme/*",
                Hazard = "contains-code",
                Reason = "no room",
            },
            Assert.Single(daemon.Control.Requests));
    }

    [Fact]
    public async Task Decline_SaysWhatItCovers_AndWhatIsToBeDoneAboutWhatIsHeld()
    {
        var result = await FakeDaemon.Run(Reply(2), "decline", "--licence", "CC-BY-NC-*");
        Assert.Equal("""
            Rule 2: this node takes nothing of this kind: licence CC-BY-NC-* and larger than 10.0 GB (no room).
            It covers 2 catalogued models: org/model@r1, org/other@r2

            This node holds some of that already, which stays, counts and is served:
              org/model@r1: 2 slices, 2.0 GB
            To hand a donated folder over, when others have proved their copies: weightswarm donate 0 PATH

            """, result.Out);
    }

    [Fact]
    public async Task Declined_ListsTheRulesWithTheirNumbers()
    {
        Assert.Equal("Nothing is declined.\n", (await FakeDaemon.Run(new DeclinedReply(), "declined")).Out);
        Assert.Equal("""
            N   DECLINES                                     MODELS   HELD   REASON
            2   licence CC-BY-NC-* and larger than 10.0 GB        2      1   no room
            3   name acme/*                                       0      0   -

            """, (await FakeDaemon.Run(Reply(), "declined")).Out);
    }

    [Fact]
    public async Task Declined_WithJson_PrintsEverything() => Assert.Equal("""
        {
          "schema": "weightswarm.declined/1",
          "rules": [
            {
              "number": 2,
              "licence": "CC-BY-NC-*",
              "larger_than_bytes": 10000000000,
              "name": null,
              "hazard": null,
              "reason": "no room",
              "since": "2024-05-06T07:08:09.010Z",
              "models": [
                "org/model@r1",
                "org/other@r2"
              ],
              "held": [
                {
                  "model": "org/model",
                  "revision": "r1",
                  "slices": 2,
                  "bytes": 2000000000,
                  "in_place": false
                }
              ]
            },
            {
              "number": 3,
              "licence": null,
              "larger_than_bytes": null,
              "name": "acme/*",
              "hazard": null,
              "reason": null,
              "since": "2024-05-06T07:08:09.010Z",
              "models": [],
              "held": []
            }
          ]
        }

        """, (await FakeDaemon.Run(Reply(), "declined", "--json")).Out);

    [Fact]
    public async Task Accept_SendsTheNumber_AndSaysWhatIsLeft()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Answer(Reply(7));
        var result = await daemon.RunAsync("accept", "7");
        Assert.StartsWith("Rule 7 is taken back; 2 rules left.\n", result.Out, StringComparison.Ordinal);
        Assert.Equal(new AcceptRequest { Number = 7 }, Assert.Single(daemon.Control.Requests));
    }

    [Theory]
    [InlineData("give --licence, --larger-than, --name or --hazard", "decline", "--reason", "x")]
    [InlineData("'much' is not a size", "decline", "--larger-than", "much")]
    [InlineData("'x' is not the number of a rule", "accept", "x")]
    [InlineData("'0' is not the number of a rule", "accept", "0")]
    public async Task Words_ThatAreWrong_AreNamed_AndEndWithTwo(string message, params string[] args)
    {
        var result = await CliRun.Of(args);
        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }
}
