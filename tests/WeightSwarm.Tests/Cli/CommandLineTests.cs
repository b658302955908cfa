using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Tests.Support;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli;

public class CommandLineTests
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("see 'weightswarm --help'")]
    [InlineData("unknown command or option 'bogus': see 'weightswarm --help'", "bogus")]
    [InlineData("unknown command or option '--bogus': see 'weightswarm ls --help'", "ls", "--bogus")]
    [InlineData("'five' is not a size", "donate", "five")]
    [InlineData("'-1' is not a size", "donate", "--", "-1")]
    [InlineData("unknown command or option '--nmae': see 'weightswarm network create --help'",
        "network", "create", "--nmae")]
    [InlineData("--copies takes a number from 1 to 64, not '0'", "network", "create", "n", "--copies", "0")]
    [InlineData("--copies takes a number from 1 to 64, not '65'", "network", "create", "n", "--copies", "65")]
    [InlineData("see 'weightswarm network create --help'", "network", "create", "n", "--pace", "slow")]
    [InlineData("see 'weightswarm network create --help'", "network", "create", "n", "--domains", "street")]
    [InlineData("see 'weightswarm network --help'", "network")]
    [InlineData("--name", "add", "folder", "--licence", "MIT")]
    [InlineData("see 'weightswarm restore --help'", "restore", "org/model")]
    [InlineData("MODEL and DIR are both needed", "restore")]
    [InlineData("--into goes with --drill", "restore", "org/model", "/tmp/x", "--into", "/tmp/y")]
    [InlineData("a drill leaves nothing in DIR", "restore", "--drill", "org/model", "/tmp/x")]
    [InlineData("a drill tries a whole model", "restore", "--drill", "--verify")]
    [InlineData("give --up RATE, --down RATE, or both", "limits", "set", "--when", "sat")]
    [InlineData("'soon' is not a duration", "drain", "--deadline", "soon")]
    [InlineData("'7' is not a duration", "donate", "0", "--deadline", "7")]
    [InlineData("'fast' is not a rate", "limits", "set", "--up", "fast")]
    [InlineData("'0' is not a rate", "limits", "set", "--up", "0")]
    [InlineData("'65536' is not a port", "daemon", "--gossip-port", "65536")]
    [InlineData("'here' is not an IP address", "daemon", "--listen", "here")]
    public async Task CommandLine_WronglyTyped_EndsWithUsage(string message, params string[] args)
    {
        var result = await CliRun.Of(args);
        Assert.Equal(2, result.Code);
        Assert.StartsWith("weightswarm: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task CommandLine_WronglyTypedWithJson_SaysSoInJson()
    {
        var result = await CliRun.Of("--json", "bogus");
        Assert.Equal(2, result.Code);
        Assert.Equal("""
            {
              "error": {
                "code": "usage",
                "message": "unknown command or option 'bogus': see 'weightswarm --help'"
              }
            }

            """, result.Error);
    }

    [Fact]
    public async Task Help_IsData_AndNoError()
    {
        var result = await CliRun.Of("--help");
        Assert.Equal(0, result.Code);
        Assert.Contains("restore <MODEL> <DIR>", result.Out, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Argument_ThatStartsWithAt_IsNoResponseFile()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Answer(new WhyReply { Model = Samples.Model() });
        Assert.Equal(0, (await daemon.RunAsync("why", "@model")).Code);
        Assert.Equal("@model", Assert.IsType<WhyRequest>(Assert.Single(daemon.Control.Requests)).Model);
    }

    [Fact]
    public async Task Daemon_NotThere_IsUnreachableAndTheMessageHelps()
    {
        var folder = Directory.CreateTempSubdirectory("weightswarm-cli-").FullName;
        var result = await CliRun.Of("--state", folder, "ls");
        Directory.Delete(folder);
        Assert.Equal(4, result.Code);
        Assert.Contains($"'{folder}/control.sock' (there is no such socket)", result.Error, StringComparison.Ordinal);
        Assert.Contains($"start it with 'weightswarm --state {folder} daemon'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Daemon_ThatDied_IsUnreachable()
    {
        var folder = Directory.CreateTempSubdirectory("weightswarm-cli-").FullName;
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(folder + "/control.sock"));
            var result = await CliRun.Of("--state", folder, "--json", "status");
            Assert.Equal(4, result.Code);
            Assert.Contains("\"code\": \"daemon-unreachable\"", result.Error, StringComparison.Ordinal);
            Assert.Contains("nobody listens there", result.Error, StringComparison.Ordinal);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task StateFolder_WithTooLongAPath_IsUsage()
    {
        var result = await CliRun.Of("--state", "/" + new string('x', 120), "ls");
        Assert.Equal(2, result.Code);
        Assert.Contains("107", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StateFolder_FromTheEnvironment_IsUsed()
    {
        var run = new CliRun { Variables = { ["WEIGHTSWARM_STATE"] = "/nonexistent/here" } };
        var result = await run.RunAsync(["ls"]);
        Assert.Equal(4, result.Code);
        Assert.Contains("/nonexistent/here/control.sock", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.NotFound, 3, "not-found")]
    [InlineData(StatusCode.InvalidArgument, 2, "invalid-argument")]
    [InlineData(StatusCode.Unavailable, 4, "daemon-unreachable")]
    [InlineData(StatusCode.FailedPrecondition, 5, "refused")]
    [InlineData(StatusCode.DataLoss, 6, "verification-failed")]
    [InlineData(StatusCode.DeadlineExceeded, 7, "timed-out")]
    [InlineData(StatusCode.Internal, 1, "failure")]
    public async Task DaemonError_WithoutTrailers_MeansWhatItsStatusSays(StatusCode status, int exit, string code)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Fail(status, "no such thing");
        var text = await daemon.RunAsync("show", "x");
        Assert.Equal((exit, "weightswarm: no such thing\n"), (text.Code, text.Error));
        var json = await daemon.RunAsync("show", "x", "--json");
        Assert.Equal(exit, json.Code);
        Assert.Contains($"\"code\": \"{code}\"", json.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8", 8)]
    [InlineData("10", 10)]
    [InlineData("0", 3)]
    [InlineData("99", 3)]
    [InlineData("eight", 3)]
    public async Task DaemonError_WithTrailers_MeansWhatTheySay(string trailer, int exit)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Fail(StatusCode.NotFound, "full", ("weightswarm-exit", trailer), ("weightswarm-code", "no-space"));
        var result = await daemon.RunAsync("--json", "restore", "x", "/tmp/y");
        Assert.Equal(exit, result.Code);
        Assert.Contains("\"code\": \"no-space\"", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task Stream_ThatEndsWithoutResult_IsAFailure()
    {
        var result = await FakeDaemon.Run([], "restore", "org/model", "/tmp/x");
        Assert.Equal(1, result.Code);
        Assert.Contains("without a result", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_Interrupted_EndsWith130AndCancelsTheCall()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var cancelled = new TaskCompletionSource();
        daemon.Control.Answer = token => UntilCancelled(cancelled, token);
        using var interrupt = new CancellationTokenSource();
        var run = daemon.RunAsync(new CliRun(), ["restore", "org/model", "/tmp/x"], interrupt.Token);
        await Eventually.True(
            () => daemon.Control.Requests.Count == 1, _deadline, () => "the daemon was not asked for anything");
        await interrupt.CancelAsync();
        var result = await Eventually.Ends(run, _deadline, () => "the command still runs");
        Assert.Equal((130, "weightswarm: interrupted\n"), (result.Code, result.Error));
        await Eventually.Ends(cancelled.Task, _deadline, () => "the daemon's call was not cancelled");
    }

    [Fact]
    public async Task Daemon_Options_ReachTheHost()
    {
        DaemonOptions? seen = null;
        var run = new CliRun { Daemon = (options, _) => { seen = options; return Task.FromResult(8); } };
        var result = await run.RunAsync(
            ["daemon", "--state", "/tmp/s", "--listen", "127.0.0.1", "--gossip-port", "0", "--torrent-port", "7",
                "--http-port", "8"]);
        Assert.Equal(8, result.Code);
        Assert.Empty(seen!.DhtNodes);
        Assert.Equal(new DaemonOptions
        {
            StateFolder = "/tmp/s",
            Listen = IPAddress.Loopback,
            GossipPort = 0,
            TorrentPort = 7,
            HttpPort = 8,
        }, seen);
    }

    [Fact]
    public async Task Daemon_WithoutOptions_HasTheDocumentedPorts()
    {
        DaemonOptions? seen = null;
        var run = new CliRun { Daemon = (options, _) => { seen = options; return Task.FromResult(0); } };
        await run.RunAsync(["--state", "/tmp/s", "daemon"]);
        Assert.Equal(new DaemonOptions
        {
            StateFolder = "/tmp/s",
            Listen = IPAddress.Any,
            GossipPort = 6890,
            TorrentPort = 6891,
            HttpPort = 6892,
        }, seen);
    }

    [Fact]
    public async Task Daemon_WithDhtNodes_TakesEachThatCanBeOne()
    {
        DaemonOptions? seen = null;
        var run = new CliRun { Daemon = (options, _) => { seen = options; return Task.FromResult(0); } };
        await run.RunAsync(
            ["--state", "/tmp/s", "daemon", "--dht-node", "10.0.0.1:6891", "--dht-node", "[fd00::1]:1",
                "--dht-node", "dht.example.org:25401"]);
        Assert.Equal(["10.0.0.1:6891", "[fd00::1]:1", "dht.example.org:25401"], seen!.DhtNodes);
        foreach (var bad in new[] { "10.0.0.1", ":1", "host:0", "host:65536", "a,b:1", "fd00::1:1", "a b:1", "[x]:1" })
        {
            var result = await run.RunAsync(["--state", "/tmp/s", "daemon", "--dht-node", bad]);
            Assert.True(result.Code == 2, $"{bad} was taken");
            Assert.Contains(bad, result.Error, StringComparison.Ordinal);
        }
    }

    private static async IAsyncEnumerable<IMessage> UntilCancelled(
        TaskCompletionSource cancelled, [EnumeratorCancellation] CancellationToken token)
    {
        yield return new RestoreEvent { Progress = new RestoreProgress { Phase = "locating" } };
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(token);
        }
        finally
        {
            cancelled.SetResult();
        }
    }
}
