using Google.Protobuf;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

/// <summary>What the verbs ask the daemon for.</summary>
public class RequestTests
{
    private static readonly AddEvent _added = new() { Result = new AddResult { Model = Samples.Model() } };

    [Fact]
    public async Task NetworkCreate_WithOptions_SendsThem() => await Check(
        new CreateNetworkRequest { Name = "n", Copies = 3, Pace = "drill", Domains = "node", SliceBytes = 64 << 20 },
        new NetworkReply(),
        "network", "create", "n", "--copies", "3", "--pace", "drill", "--domains", "node", "--slice", "64MiB");

    [Fact]
    public async Task NetworkCreate_WithoutOptions_LeavesThemToTheDaemon() =>
        await Check(new CreateNetworkRequest { Name = "n" }, new NetworkReply(), "network", "create", "n");

    [Fact]
    public async Task NetworkJoin_SendsTheInvite() =>
        await Check(new JoinNetworkRequest { Invite = "wsw1abc" }, new NetworkReply(), "network", "join", "wsw1abc");

    [Fact]
    public async Task Donate_RelativePath_IsMadeAbsolute() => await Check(
        new DonateRequest { Bytes = 500_000_000_000, Path = Path.GetFullPath("some folder") },
        new DonationsReply(), "donate", "500GB", "some folder");

    [Fact]
    public async Task Donate_WithoutPath_LeavesItToTheDaemon() =>
        await Check(new DonateRequest { Bytes = 0 }, new DonationsReply(), "donate", "0");

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("30min", 1800)]
    [InlineData("36h", 129_600)]
    [InlineData("7d", 604_800)]
    public async Task Deadline_InAnyUnit_IsSentInSeconds(string text, ulong seconds)
    {
        await Check(new DonateRequest { Bytes = 0, DeadlineS = seconds }, new DonationsReply(),
            "donate", "0", "--deadline", text);
        await Check(new DrainRequest { Action = DrainAction.Start, DeadlineS = seconds }, new DrainReply(),
            "drain", "--deadline", text);
    }

    [Fact]
    public async Task Drain_SubVerbs_SendTheirAction()
    {
        await Check(new DrainRequest { Action = DrainAction.Start }, new DrainReply(), "drain");
        await Check(new DrainRequest(), new DrainReply(), "drain", "show");
        await Check(new DrainRequest { Action = DrainAction.Cancel }, new DrainReply(), "drain", "cancel");
    }

    [Fact]
    public async Task Add_WithOptions_SendsThem() => await Check(
        new AddRequest
        {
            Path = Path.GetFullPath("m"),
            Name = "org/model",
            Licence = "MIT",
            Revision = "r",
            Copies = 4,
            Force = true,
            Origin = "https://hub.example/m/",
        },
        _added, "add", "m", "--name", "org/model", "--licence", "MIT", "--revision", "r", "--copies", "4", "--force",
        "--origin", "https://hub.example/m/");

    [Fact]
    public async Task Add_WithoutOptions_LeavesThemToTheDaemon() => await Check(
        new AddRequest { Path = "/m", Name = "org/model", Licence = "MIT" },
        _added, "add", "/m", "--name", "org/model", "--license", "MIT");

    [Fact]
    public async Task Add_WithoutLicence_AsksToJoin() => await Check(
        new AddRequest { Path = "/m", Name = "org/model" }, _added, "add", "/m", "--name", "org/model");

    [Fact]
    public async Task Health_OfOneModel_NamesIt() =>
        await Check(new HealthRequest { Model = "org/model" }, new HealthReply(), "health", "org/model");

    [Fact]
    public async Task Health_OfAll_NamesNone() => await Check(new HealthRequest(), new HealthReply(), "health");

    [Fact]
    public async Task Restore_RelativeFolder_IsMadeAbsolute() => await Check(
        new RestoreRequest { Model = "m", Folder = Path.GetFullPath("../there") },
        new RestoreEvent { Result = new RestoreResult { Model = Samples.Model() } }, "restore", "m", "../there");

    [Fact]
    public async Task Restore_OfAPart_SendsTheGlobsInOrder() => await Check(
        new RestoreRequest { Model = "m", Folder = "/r", Files = { "*.json", "a/**" } },
        new RestoreEvent { Result = new RestoreResult { Model = Samples.Model() } },
        "restore", "m", "/r", "--files", "*.json", "--files", "a/**");

    [Theory]
    [InlineData("", "", "restore", "--drill")]
    [InlineData("m", "", "restore", "--drill", "m")]
    [InlineData("m", "/t", "restore", "m", "--drill", "--into", "/t")]
    public async Task RestoreDrill_NamesWhatIsGiven(string model, string folder, params string[] args) => await Check(
        new RestoreRequest { Model = model, Folder = folder, Drill = true },
        new RestoreEvent { Result = new RestoreResult { Model = Samples.Model(), Drill = new DrillInfo() } }, args);

    [Fact]
    public async Task Limits_Set_SendsRatesAndTimes() => await Check(
        new SetLimitsRequest { Up = 500_000, Down = 0, When = { "mon-fri 08:00-18:00", "sat" } }, new LimitsReply(),
        "limits", "set", "--up", "500kB/s", "--down", "unlimited", "--when", "mon-fri 08:00-18:00", "--when", "sat");

    [Fact]
    public async Task Limits_SetOfOneSide_LeavesTheOtherAlone() => await Check(
        new SetLimitsRequest { Down = 2_000_000 }, new LimitsReply(), "limits", "set", "--down", "2MB");

    [Fact]
    public async Task Limits_Clear_NamesTheRule() => await Check(
        new ClearLimitsRequest { When = { "sat" } }, new LimitsReply(), "limits", "clear", "--when", "sat");

    [Fact]
    public async Task Labels_SetOfOne_LeavesTheOtherAlone() => await Check(
        new SetLabelsRequest { Site = "attic" }, new LabelsReply(), "labels", "set", "--site", "attic");

    [Fact]
    public async Task Labels_Clear_TakesAllOff() => await Check(
        new SetLabelsRequest { Operator = "", Site = "", Asn = 0, Country = "" }, new LabelsReply(), "labels", "clear");

    [Theory]
    [InlineData("AS3320", 3320)]
    [InlineData("as4200000000", 4200000000)]
    [InlineData("64512", 64512)]
    [InlineData("0", 0)]
    public async Task Labels_SetOfAnAutonomousSystem_TakesItsNumber(string text, uint number) => await Check(
        new SetLabelsRequest { Asn = number }, new LabelsReply(), "labels", "set", "--asn", text);

    [Fact]
    public async Task Labels_SetOfACountry_PassesItOn() => await Check(
        new SetLabelsRequest { Country = "de" }, new LabelsReply(), "labels", "set", "--country", "de");

    [Fact]
    public async Task Labels_AreShown() => await Check(new ShowLabelsRequest(), new LabelsReply(), "labels");

    [Fact]
    public async Task Limits_AreShown() => await Check(new ShowLimitsRequest(), new LimitsReply(), "limits");

    [Fact]
    public async Task Show_AsksForTheMetainfo_OnlyToWriteIt()
    {
        var reply = new ShowReply { Model = Samples.Model() };
        await Check(new ShowRequest { Model = "m" }, reply, "show", "m");
        reply.Metainfo = ByteString.CopyFromUtf8("d4:infodee");
        var file = Path.Combine(Directory.CreateTempSubdirectory("weightswarm-cli-").FullName, "m.torrent");
        await Check(new ShowRequest { Model = "m", WithMetainfo = true }, reply, "show", "m", "--torrent", file);
        Assert.Equal("d4:infodee", await File.ReadAllTextAsync(file));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static async Task Check(IMessage request, IMessage answer, params string[] args)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Answer(answer);
        var result = await daemon.RunAsync(args);
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(request, Assert.Single(daemon.Control.Requests));
    }
}
