using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

/// <summary>verify, and what show and status tell of the last reading.</summary>
public class VerifyTests
{
    [Fact]
    public async Task Verify_PrintsEveryBadPiece_AndEndsWith6()
    {
        var result = await FakeDaemon.Run(Found(Bad()), "verify", "--json");
        Assert.Equal((6, ""), (result.Code, result.Error));
        Assert.Equal($$"""
            {
              "schema": "weightswarm.verify/1",
              "models": [
                {
                  "name": "org/model",
                  "revision": "r1",
                  "info_hash_v2": "{{Samples.HashV2}}",
                  "folder": "/srv/weights/models/m/n",
                  "slices": 2,
                  "slices_doubted": 0,
                  "bytes": 2000000000,
                  "bad": [
                    {
                      "path": "a b",
                      "slice": 1,
                      "piece": 1500,
                      "bytes": 1048576,
                      "fault": "wrong",
                      "detail": "/srv/weights/models/m/n/a b has other bytes (piece 1500, at byte 5)",
                      "mending": true
                    }
                  ]
                }
              ],
              "summary": {
                "models": 1,
                "bytes": 2000000000,
                "bad_pieces": 1,
                "bad_bytes": 1048576
              },
              "elapsed_ms": 12
            }

            """, result.Out);
    }

    [Fact]
    public async Task Verify_OfIntactModels_EndsWell()
    {
        var result = await FakeDaemon.Run(Found(), "verify", "org/model");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("org/model@r1: 2 slices, 2.0 GB read, all of it right\n", result.Out);
    }

    [Fact]
    public async Task Verify_OfADamagedModel_SaysWhatIsDoneAboutIt()
    {
        var result = await FakeDaemon.Run(Found(Bad()), "verify");
        Assert.Equal((6, ""), (result.Code, result.Error));
        Assert.Equal("""
            org/model@r1: 2 slices, 2.0 GB read, 1 bad piece in /srv/weights/models/m/n
              wrong       slice 1: /srv/weights/models/m/n/a b has other bytes (piece 1500, at byte 5)
              withdrawn from the network; the bad pieces are fetched again, and then offered anew

            """, result.Out);
        var bad = Bad();
        bad.Mending = false;
        Assert.Contains(
            "is not mended: see `weightswarm status`", (await FakeDaemon.Run(Found(bad), "verify")).Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhileASliceIsBeingMended_EndsWith6()
    {
        var found = Found();
        found.Result.Models[0].SlicesDoubted = 1;
        var result = await FakeDaemon.Run(found, "verify");
        Assert.Equal((6, ""), (result.Code, result.Error));
        Assert.Equal("""
            org/model@r1: 1 slice had been withdrawn before, being read and mended
            org/model@r1: 2 slices, 2.0 GB read, all of it right

            """, result.Out);
    }

    [Fact]
    public async Task Verify_OfNothing_SaysSo()
    {
        var result = await FakeDaemon.Run(new VerifyEvent { Result = new VerifyResult() }, "verify");
        Assert.Equal(0, result.Code);
        Assert.Equal("nothing is held yet, so there is nothing to read\n", result.Out);
    }

    [Theory]
    [InlineData("", "verify")]
    [InlineData("org/model", "verify", "org/model")]
    public async Task Verify_AsksForTheModelOrForAll(string model, params string[] args)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Answer(Found());
        Assert.Equal(0, (await daemon.RunAsync(args)).Code);
        Assert.Equal(new VerifyRequest { Model = model }, Assert.Single(daemon.Control.Requests));
    }

    [Fact]
    public async Task Status_TellsTheOldestReadingFirst()
    {
        var newer = Samples.Read();
        (newer.Name, newer.SlicesDoubted) = ("org/newer", 0);
        newer.ReadMs = (ulong)(DateTimeOffset.UtcNow - TimeSpan.FromDays(3.5)).ToUnixTimeMilliseconds();
        var reply = new StatusReply { NodeId = Samples.NodeA, Ports = new Ports(), Reads = { newer, Samples.Read() } };
        Assert.Matches(
            @"\nLast read:   org/model@r1: \d+ days ago; 1 slice withdrawn, being read and mended\n" +
            @"Last read:   org/newer@r1: 3 days ago\n", (await FakeDaemon.Run(reply, "status")).Out);
    }

    [Fact]
    public async Task Show_TellsTheLastReading_OfWhatIsHeld()
    {
        var reply = new ShowReply { Model = Samples.Model(), Read = Samples.Read() };
        Assert.Matches(@"\nLast read:   \d+ days ago; 1 slice", (await FakeDaemon.Run(reply, "show", "m")).Out);
        reply.Read = null;
        Assert.DoesNotContain("Last read", (await FakeDaemon.Run(reply, "show", "m")).Out, StringComparison.Ordinal);
        Assert.Contains(
            "\"last_read_at\": null", (await FakeDaemon.Run(reply, "show", "m", "--json")).Out,
            StringComparison.Ordinal);
    }

    private static VerifyEvent Found(params BadPieceInfo[] bad) => new()
    {
        Result = new VerifyResult
        {
            Models =
            {
                new VerifiedModel
                {
                    Model = Samples.Model(),
                    Folder = "/srv/weights/models/m/n",
                    Slices = 2,
                    Bytes = 2_000_000_000,
                    Bad = { bad },
                },
            },
            Milliseconds = 12,
        },
    };

    private static BadPieceInfo Bad() => new()
    {
        Path = "a b",
        Slice = 1,
        Piece = 1500,
        Bytes = 1 << 20,
        Fault = "wrong",
        Detail = "/srv/weights/models/m/n/a b has other bytes (piece 1500, at byte 5)",
        Mending = true,
    };
}
