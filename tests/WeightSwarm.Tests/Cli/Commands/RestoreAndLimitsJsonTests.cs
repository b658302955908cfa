using Google.Protobuf;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

/// <summary>As <see cref="JsonTests"/>: restore --verify and --drill, limits, and what of them others show.</summary>
public class RestoreAndLimitsJsonTests
{
    private static readonly LimitsInForce _inForce = new()
    {
        Up = 500_000,
        When = "sat",
        NextChangeMs = Samples.SomeTimeMs,
        TimeZone = "Europe/Berlin",
    };

    [Fact]
    public async Task Limits_PrintsRulesAndWhatHolds() => await Check(
        new LimitsReply
        {
            Rules =
            {
                new LimitRuleInfo { When = { "sat" }, Up = 500_000 }, new LimitRuleInfo { Up = 1_000_000, Down = 0 },
            },
            InForce = _inForce,
        },
        0, ["limits"], """
        {
          "schema": "weightswarm.limits/1",
          "rules": [
            {
              "when": [
                "sat"
              ],
              "up_bytes_per_second": 500000,
              "down_bytes_per_second": null
            },
            {
              "when": [],
              "up_bytes_per_second": 1000000,
              "down_bytes_per_second": 0
            }
          ],
          "in_force": {
            "up_bytes_per_second": 500000,
            "down_bytes_per_second": 0,
            "when": "sat",
            "next_change": "2024-05-06T07:08:09.010Z",
            "time_zone": "Europe/Berlin"
          }
        }
        """);

    [Theory]
    [InlineData("intact", 0)]
    [InlineData("corrupt", 6)]
    [InlineData("missing", 6)]
    public async Task RestoreVerify_PrintsEveryFileAndEndsWith6WhenOneIsBad(string state, int code) => await Check(
        new RestoreEvent
        {
            Result = new RestoreResult
            {
                Model = Samples.Model(),
                Folder = "/r",
                Verdicts = { new RestoredFile { Path = "a b", Bytes = 5, State = state, Detail = "why" } },
            },
        },
        code, ["restore", "org/model", "/r", "--verify"], $$"""
        {
          "schema": "weightswarm.restore-verify/1",
          "model": {
        {{Samples.ModelJson(4)}}
          },
          "folder": "/r",
          "files": [
            {
              "path": "a b",
              "bytes": 5,
              "state": "{{state}}",
              "detail": "why"
            }
          ],
          "summary": {
            "intact": {{(state == "intact" ? 1 : 0)}},
            "corrupt": {{(state == "corrupt" ? 1 : 0)}},
            "missing": {{(state == "missing" ? 1 : 0)}},
            "wrong_size": 0,
            "unreadable": 0
          }
        }
        """);

    [Fact]
    public async Task RestoreDrill_PrintsHowItWent() => await Check(
        new RestoreEvent { Result = new RestoreResult { Model = Samples.Model(), Drill = Drill() } },
        0, ["restore", "--drill"], $$"""
        {
          "schema": "weightswarm.restore-drill/1",
          "model": {
        {{Samples.ModelJson(4)}}
          },
          "drill": {
            "at": "2024-05-06T07:08:09.010Z",
            "seconds": 12.345,
            "bytes": 3000000000,
            "ok": true,
            "outcome": "ok"
          }
        }
        """);

    [Fact]
    public async Task Health_WithATrialRestore_ShowsIt()
    {
        var health = Samples.Health("a/a", "safe", 3);
        health.LastDrill = Drill();
        var reply = new HealthReply { Models = { health } };
        var json = await FakeDaemon.Run(reply, "health", "--json");
        Assert.Contains(
            "\"last_drill\": {\n        \"at\": \"2024-05-06T07:08:09.010Z\",\n        \"seconds\": 12.345,", json.Out,
            StringComparison.Ordinal);
        var text = await FakeDaemon.Run(reply, "health");
        Assert.Matches(@"\na/a@r1: last trial restore \d+ days ago: ok in 12\.3 s\n", text.Out);
    }

    [Fact]
    public async Task Status_WithLimits_ShowsThem()
    {
        var reply = new StatusReply { NodeId = Samples.NodeA, Ports = new Ports(), Limits = _inForce };
        var json = await FakeDaemon.Run(reply, "status", "--json");
        Assert.Contains("\"limits\": {\n    \"up_bytes_per_second\": 500000,", json.Out, StringComparison.Ordinal);
        var text = await FakeDaemon.Run(reply, "status");
        Assert.Contains(
            "Limits:      500.0 kB/s up, unlimited down (sat); next change 2024-05-06T07:08:09.010Z\n", text.Out,
            StringComparison.Ordinal);
    }

    private static DrillInfo Drill() => new()
    {
        AtMs = Samples.SomeTimeMs,
        Milliseconds = 12_345,
        Bytes = 3_000_000_000,
        Ok = true,
        Outcome = "ok",
    };

    private static async Task Check(IMessage answer, int code, string[] args, string expected)
    {
        var result = await FakeDaemon.Run(answer, [.. args, "--json"]);
        Assert.Equal((code, ""), (result.Code, result.Error));
        Assert.Equal(expected + "\n", result.Out);
    }
}
