using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

/// <summary>What people see.</summary>
public class TextTests
{
    [Fact]
    public async Task Ls_PrintsATableWithoutBorders()
    {
        var model = Samples.Model();
        model.AddedMs = (ulong)(DateTimeOffset.UtcNow - TimeSpan.FromDays(3.5)).ToUnixTimeMilliseconds();
        var result = await FakeDaemon.Run(new ListReply { Models = { model } }, "ls");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("""
            NAME        REVISION   ID               SIZE   HELD                   STATE    ADDED
            org/model   r1         222222222222   3.0 GB   2/3 slices, in place   active   3 days ago

            """, result.Out);
    }

    [Fact]
    public async Task Invite_IsAlone_OnItsLine() =>
        Assert.Equal("wsw1abc\n", (await FakeDaemon.Run(new InviteReply { Invite = "wsw1abc" }, "invite")).Out);

    [Fact]
    public async Task Magnet_IsAlone_OnItsLine()
    {
        var reply = new ShowReply { Model = Samples.Model(), Magnet = "magnet:?xt=x" };
        Assert.Equal("magnet:?xt=x\n", (await FakeDaemon.Run(reply, "show", "m", "--magnet")).Out);
    }

    [Fact]
    public async Task Drain_SaysWhatIsLeftAndWhatItWaitsFor()
    {
        var now = DateTimeOffset.UtcNow;
        var reply = Samples.Drain();
        reply.DeadlineMs = (ulong)now.AddHours(36).AddMinutes(1).ToUnixTimeMilliseconds();
        reply.Trash[0].EmptiedMs = (ulong)now.AddDays(6.5).ToUnixTimeMilliseconds();
        var result = await FakeDaemon.Run(reply, "drain", "show");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("""
            draining: 12 slices, 1.1 GB left to hand over
            deadline in 1 day: then they go without waiting for copies elsewhere
            3 slices of your own files are served in place as before

            PATH              QUOTA     USED   SLICES      TRASH   RESERVE   VOLUME FREE   STATE
            /srv/weights   500.0 GB   1.2 GB       12   134.0 MB    5.0 GB      700.0 GB   present

            GIVING UP      SLICES           SIZE   WHY     ELSEWHERE   PHASE     NOW
            org/model@r1   slices 2-5   256.0 MB   drain   1 of 2      waiting   waits for copies elsewhere: 1 of 2 seen

            TRASH OF       SLICES       SIZE   WHY     COPIES ELSEWHERE      DELETED
            org/model@r1        2   134.0 MB   drain   1 known, not proven   in 6 days

            """, result.Out);
    }

    [Fact]
    public async Task Health_OfAModelThatNobodyWants_SaysWhy()
    {
        var health = Samples.Health("a/a", "thin", 2);
        health.WantedByNobody = "of 2 other nodes 2 decline it (2 by licence MIT)";
        var result = await FakeDaemon.Run(new HealthReply { Models = { health } }, "health");
        Assert.Contains(
            "\na/a@r1: wanted by nobody: of 2 other nodes 2 decline it (2 by licence MIT)\n", result.Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_Over_SaysSo()
    {
        Assert.StartsWith("not draining\n", (await FakeDaemon.Run(new DrainReply(), "drain", "cancel")).Out,
            StringComparison.Ordinal);
        Assert.StartsWith("drained: no donation holds a slice any more\n",
            (await FakeDaemon.Run(new DrainReply { Draining = true }, "drain", "show")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_SaysWhatTheWeightsAre()
    {
        var reply = new ShowReply { Model = Samples.Model(), Facts = Samples.Facts() };
        Assert.Contains("""
            Weights:     LlamaForCausalLM, 8,030,261,248 parameters
            Dtypes:      BF16 8,030,261,248 (16.1 GB)
            Shards:      3 of 4 present; missing: model-00002-of-00004.safetensors
            Hazards:     contains-pickle
            Broken:      1 weight file, preserved as added

            """, (await FakeDaemon.Run(reply, "show", "m")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_OfAnOlderEntry_SaysNothingOfItsWeights()
    {
        var result = await FakeDaemon.Run(new ShowReply { Model = Samples.Model() }, "show", "m");
        Assert.DoesNotContain("Weights:", result.Out, StringComparison.Ordinal);
        Assert.Equal(0, result.Code);
    }

    [Theory]
    [InlineData("safe", 0)]
    [InlineData("thin", 0)]
    [InlineData("endangered", 10)]
    [InlineData("critical", 10)]
    [InlineData("lost", 10)]
    public async Task Health_BelowThin_EndsWith10(string risk, int code)
    {
        var reply = new HealthReply { Models = { Samples.Health("a/a", "safe", 3), Samples.Health("b/b", risk, 1) } };
        var text = await FakeDaemon.Run(reply, "health");
        Assert.Equal((code, ""), (text.Code, text.Error));
        var json = await FakeDaemon.Run(reply, "health", "--json");
        Assert.Equal(code, json.Code);
    }

    [Fact]
    public async Task Health_EndsWithWhatItsCountsRestOn()
    {
        var reply = new HealthReply { Models = { Samples.Health("a/a", "thin", 2) }, Basis = "what holders sign" };
        var result = await FakeDaemon.Run(reply, "health");
        Assert.Equal("""
            NAME   REVISION     SIZE   WANTED   COUNTED   VERIFIED   CLAIMED   ONLINE   FETCHING   RISK
            a/a    r1         3.0 GB        3         2          1         1        2          1   thin

            0 safe, 1 thin, 0 endangered, 0 critical, 0 lost; copies are the fewest over a model's slices
            what holders sign

            """, result.Out);
    }

    [Fact]
    public async Task Why_CollapsesSlicesOfWhichTheSameIsToBeSaid()
    {
        var reply = new WhyReply
        {
            Model = Samples.Model(),
            Slices = { Whole(0), Whole(1), Slice(2, 1), Slice(4, 1) },
        };
        var result = await FakeDaemon.Run(reply, "why", "m");
        Assert.Equal("""
            org/model@r1: 5 copies wanted of each of 3 slices

            slices 0-1: 2 counted (1 verified, 1 claimed; 0 online), 0 claims, 0 needed
              aaaaaaaaaaaa   counted, verified: present; audited lately
              bbbbbbbbbbbb   counted, claimed: present
              next: nothing

            slice 2: 1 counted (0 verified, 1 claimed; 0 online), 0 claims, 0 needed
              aaaaaaaaaaaa   not counted: same subnet
              next: nothing

            slice 4: 1 counted (0 verified, 1 claimed; 0 online), 0 claims, 0 needed
              aaaaaaaaaaaa   not counted: same subnet
              next: nothing

            """, result.Out);
    }

    [Fact]
    public async Task Plan_PrintsALinePerRangeWithItsReason()
    {
        var line = new PlanLine
        {
            Action = "take",
            Model = "org/model",
            Revision = "r1",
            FirstSlice = 2,
            LastSlice = 5,
            Bytes = 4_000_000_000,
            Urgency = "U1",
            Reason = "two copies are missing",
            DueInMs = 90_000,
        };
        var result = await FakeDaemon.Run(new PlanReply { Lines = { line } }, "plan");
        Assert.Equal("""
            ACTION   MODEL          SLICES         SIZE   URGENCY   DUE           REASON
            take     org/model@r1   slices 2-5   4.0 GB   U1        in 1 minute   two copies are missing

            """, result.Out);
    }

    [Fact]
    public async Task Status_OfANodeWithoutNetwork_SaysWhatToDo()
    {
        var result = await FakeDaemon.Run(new StatusReply { NodeId = Samples.NodeA, Ports = new Ports() }, "status");
        Assert.Contains("weightswarm network create NAME, or weightswarm network join INVITE", result.Out,
            StringComparison.Ordinal);
        Assert.Contains("weightswarm donate SIZE [PATH]", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_WithControlCharacters_CannotReachTheTerminal()
    {
        var model = Samples.Model();
        model.Name = "org/\u001b[31mred\r\n";
        var result = await FakeDaemon.Run(new ListReply { Models = { model } }, "ls");
        Assert.Contains("org/\uFFFD[31mred\uFFFD\uFFFD", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Out);
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(true, "1", false)]
    [InlineData(true, "", true)]
    [InlineData(false, null, false)]
    public async Task Colour_IsForTerminalsWithoutNoColor(bool isTerminal, string? noColor, bool coloured)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Answer(new HealthReply { Models = { Samples.Health("a/a", "safe", 3) } });
        var run = new CliRun { IsTerminal = isTerminal };
        if (noColor is not null) run.Variables["NO_COLOR"] = noColor;
        var result = await daemon.RunAsync(run, ["health"]);
        Assert.Equal(coloured, result.Out.Contains("\u001b[", StringComparison.Ordinal));
        Assert.Contains("safe", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Progress_IsShownOnStderr_OnlyOnATerminal(bool isTerminal)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Answer(
            new AddEvent
            {
                Progress = new AddProgress
                {
                    Phase = "hashing",
                    File = "x/weights [1].bin",
                    BytesDone = 5,
                    BytesTotal = 10,
                },
            },
            new AddEvent { Result = new AddResult { Model = Samples.Model() } });
        var run = new CliRun { IsTerminal = isTerminal, Variables = { ["NO_COLOR"] = "1" } };
        var result = await daemon.RunAsync(run, ["add", "/m", "--name", "a/b", "--licence", "MIT"]);
        Assert.Equal(0, result.Code);
        Assert.StartsWith("Added org/model@r1\n", result.Out, StringComparison.Ordinal);
        Assert.Equal(isTerminal, result.Error.Contains("hashing weights [1].bin", StringComparison.Ordinal));
        if (!isTerminal) Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData(false, "Joined org/model@r1\n")]
    [InlineData(true, "Already served, and unchanged: org/model@r1\n")]
    public async Task Add_OfACataloguedModel_SaysThatItJoined_AndHowManyHold(bool held, string headline)
    {
        var added = new AddResult { Model = Samples.Model(), Existing = true, Held = held, Holders = 3 };
        var result = await FakeDaemon.Run(new AddEvent { Result = added }, "add", "/m", "--name", "a/b");
        Assert.Equal(0, result.Code);
        Assert.StartsWith(headline, result.Out, StringComparison.Ordinal);
        Assert.Contains("3 nodes online with all of it, this one included", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_WithoutMetainfoHere_WritesNoFile()
    {
        var file = Path.Combine(Path.GetTempPath(), $"weightswarm-{Guid.NewGuid():N}.torrent");
        var result = await FakeDaemon.Run(new ShowReply { Model = Samples.Model() }, "show", "m", "--torrent", file);
        Assert.Equal(7, result.Code);
        Assert.Contains("has not fetched the .torrent", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Version_NeedsNoDaemon()
    {
        var result = await CliRun.Of("version", "--state", "/nonexistent");
        Assert.Equal(0, result.Code);
        Assert.Matches(@"^weightswarm \d+\.\d+\.\d+\n$", result.Out);
    }

    private static WhySlice Whole(uint number) => new()
    {
        Slice = number,
        Durable = 2,
        Verified = 1,
        Next = "nothing",
        Copies =
        {
            new WhyCopy
            {
                NodeId = Samples.NodeA, Counted = true, Verified = true, Reason = "present; audited lately",
            },
            new WhyCopy { NodeId = Samples.NodeB, Counted = true, Reason = "present" },
        },
    };

    private static WhySlice Slice(uint number, uint durable) => new()
    {
        Slice = number,
        Durable = durable,
        Next = "nothing",
        Copies = { new WhyCopy { NodeId = Samples.NodeA, Reason = "same subnet" } },
    };
}
