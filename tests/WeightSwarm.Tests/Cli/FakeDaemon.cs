using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WeightSwarm.Tests.Cli;

/// <summary>A fake control service on the socket of a state folder, and command lines that talk to it.</summary>
internal sealed class FakeDaemon : IAsyncDisposable
{
    private readonly WebApplication _host;

    private FakeDaemon(WebApplication host, FakeControl control, string stateFolder) =>
        (_host, Control, StateFolder) = (host, control, stateFolder);

    public FakeControl Control { get; }

    public string StateFolder { get; }

    public static async Task<FakeDaemon> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("weightswarm-cli-").FullName;
        var control = new FakeControl();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(control);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(
            Path.Combine(folder, "control.sock"), listen => listen.Protocols = HttpProtocols.Http2));
        var host = builder.Build();
        host.MapGrpcService<FakeControl>();
        await host.StartAsync();
        return new FakeDaemon(host, control, folder);
    }

    /// <summary>Runs a verb against a fresh daemon that gives these answers.</summary>
    public static async Task<CliResult> Run(IEnumerable<IMessage> answers, params string[] args)
    {
        await using var daemon = await StartAsync();
        daemon.Answer([.. answers]);
        return await daemon.RunAsync(args);
    }

    /// <summary>Runs a verb against a fresh daemon that gives this answer.</summary>
    public static Task<CliResult> Run(IMessage answer, params string[] args) => Run([answer], args);

    public void Answer(params IMessage[] answers) => Control.Answer = _ => answers.ToAsyncEnumerable();

    /// <summary>Makes every call fail as a daemon's does.</summary>
    public void Fail(StatusCode status, string message, params (string Key, string Value)[] trailers)
    {
        var metadata = new Metadata();
        foreach (var (key, value) in trailers) metadata.Add(key, value);
        Control.Answer = _ => throw new RpcException(new Status(status, message), metadata);
    }

    public Task<CliResult> RunAsync(params string[] args) => RunAsync(new CliRun(), args);

    public Task<CliResult> RunAsync(CliRun run, string[] args, CancellationToken cancellation = default) =>
        run.RunAsync(["--state", StateFolder, .. args], cancellation);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(StateFolder, recursive: true);
    }
}
