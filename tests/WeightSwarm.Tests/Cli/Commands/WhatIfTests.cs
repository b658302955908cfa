using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

/// <summary>plan --what-if.</summary>
public class WhatIfTests
{
    private static WhatIfReply Reply(uint draws) => new()
    {
        Assumption = "30 % of the nodes are gone for good at once",
        Draws = draws,
        Seed = 1,
        NodesGone = 3,
        Nodes = 10,
        Models =
        {
            new WhatIfModel
            {
                Name = "org/model",
                Revision = "r1",
                InfoHashV2 = Samples.HashV2,
                CopiesNow = 3,
                Median = new WhatIfOutcome
                {
                    TargetCopies = 3,
                    Copies = 2,
                    CopiesRepaired = 3,
                    Risk = "thin",
                    BytesToCopy = 2_000_000_000,
                },
                Worst = new WhatIfOutcome { TargetCopies = 3, Risk = "lost", BytesUnplaced = 6_000_000_000 },
            },
        },
        Median = new WhatIfTotals { Thin = 1, BytesToCopy = 2_000_000_000 },
        Worst = new WhatIfTotals { Lost = 1, BytesUnplaced = 6_000_000_000 },
    };

    [Fact]
    public async Task WhatIf_OfSeveralDraws_ShowsTheMedianAndTheWorst() => Assert.Equal("""
        If 30 % of the nodes are gone for good at once (3 of 10):

        NAME        REVISION   NOW   MEDIAN   REPAIRED   RISK   WORST   REPAIRED   WANTED   RISK
        org/model   r1           3        2          3   thin       0          0        3   lost

        median: 1 thin, 0 endangered, 0 critical, 0 lost; 2.0 GB to copy, for which there is room
        worst:  0 thin, 0 endangered, 0 critical, 1 lost; nothing to copy; 6.0 GB wanted that nobody can take or give
        100 draws with seed 1; each model's median and worst are of its own draws

        """, (await FakeDaemon.Run(Reply(100), "plan", "--what-if", "lose 30%")).Out);

    [Fact]
    public async Task WhatIf_OfOneDraw_ShowsItAlone() => Assert.Equal("""
        If 30 % of the nodes are gone for good at once (3 of 10):

        NAME        REVISION   NOW   THEN   REPAIRED   WANTED   RISK   TO COPY   NOT PLACED
        org/model   r1           3      2          3        3   thin    2.0 GB            -

        1 thin, 0 endangered, 0 critical, 0 lost; 2.0 GB to copy, for which there is room

        """, (await FakeDaemon.Run(Reply(1), "plan", "--what-if", "leave abcdefgh")).Out);

    [Fact]
    public async Task WhatIf_WithJson_PrintsEverything()
    {
        var result = await FakeDaemon.Run(Reply(100), "plan", "--what-if", "lose 30%", "--json");
        Assert.StartsWith("""
            {
              "schema": "weightswarm.plan-what-if/1",
              "assumption": "30 % of the nodes are gone for good at once",
              "draws": 100,
              "seed": 1,
              "nodes_gone": 3,
              "nodes": 10,
            """, result.Out, StringComparison.Ordinal);
        Assert.EndsWith("""
              "worst": {
                "thin": 0,
                "endangered": 0,
                "critical": 0,
                "lost": 1,
                "bytes_to_copy": 0,
                "bytes_unplaced": 6000000000
              }
            }

            """, result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIf_SendsTheQuestionAndTheSeed()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Answer(Reply(1));
        await daemon.RunAsync("plan", "--what-if", "copies=4");
        await daemon.RunAsync("plan", "--what-if", "lose 5%", "--seed", "9");
        WhatIfRequest[] asked = [new() { Question = "copies=4", Seed = 1 }, new() { Question = "lose 5%", Seed = 9 }];
        Assert.Equal(asked, daemon.Control.Requests.Cast<WhatIfRequest>());
    }

    [Fact]
    public async Task WhatIf_ThatCannotBeAnswered_NamesTheForms_AndEndsWithTwo()
    {
        var result = await CliRun.Of("plan", "--what-if", "lose half");
        Assert.Equal(2, result.Code);
        Assert.Contains(
            "'lose half' cannot be answered: ask \"lose 30%\", \"copies=4\" or \"leave NODE\"", result.Error,
            StringComparison.Ordinal);
    }
}
