using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Daemon.Faults;

/// <summary>A whole daemon inside the test, whose disk can be made to fail, and the CLI that talks to it.</summary>
internal sealed class InProcessDaemon : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly LogLines _log = new();
    private readonly TaskCompletionSource<SwarmInbox> _inbox = new();
    private readonly Task<int> _running;

    private InProcessDaemon(string state)
    {
        State = state;
        _running = Task.Run(() => DaemonHost.RunAsync(
            new DaemonOptions
            {
                StateFolder = state,
                Listen = IPAddress.Loopback,
                GossipPort = 0,
                TorrentPort = 0,
                HttpPort = 0,
            }, Replace, _stop.Token));
    }

    /// <summary>The state folder.</summary>
    public string State { get; }

    /// <summary>What is wrong with its disk.</summary>
    public Faults Faults { get; } = new();

    /// <summary>Everything that it logged.</summary>
    public string Log => string.Join('\n', _log.Lines);

    /// <summary>Starts a daemon and returns when it answers.</summary>
    public static async Task<InProcessDaemon> StartAsync(string state)
    {
        var daemon = new InProcessDaemon(state);
        await Eventually.True(
            async () => daemon._running.IsCompleted
                || File.Exists(StateFolder.ControlSocketOf(state)) && (await daemon.RunAsync("status")).ExitCode == 0,
            _patience, () => $"the daemon on {state} does not answer\n{daemon.Log}");
        if (daemon._running.IsCompleted) await daemon._running;
        return daemon;
    }

    /// <summary>Runs a verb against it, with --json.</summary>
    public Task<RunResult> RunAsync(params string[] verb) =>
        RunResult.OfAsync(ProgramUnderTest.Path, ["--state", State, "--json", .. verb]);

    /// <summary>Runs a verb that must succeed; answers its JSON.</summary>
    public async Task<JsonElement> AskAsync(params string[] verb) => (await RunAsync(verb)).Succeeded().Json;

    /// <summary>The queue in front of its core.</summary>
    public Task<SwarmInbox> InboxAsync() => _inbox.Task;

    /// <summary>Returns when it has ended by itself, with its exit code.</summary>
    public Task<int> EndAsync() => Eventually.Ends(_running, _patience, () => $"it still runs\n{Log}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Eventually.Ends(_running, _patience, () => $"it does not stop\n{Log}");
        _stop.Dispose();
    }

    private void Replace(IServiceCollection services)
    {
        services.RemoveAll<ILoggerProvider>();
        services.AddSingleton<ILoggerProvider>(_log);
        services.AddSingleton<IHostLifetime>(s =>
        {
            _inbox.TrySetResult(s.GetRequiredService<SwarmInbox>());
            return new NoSignals();
        });
        services.AddSingleton<IEngineFactory>(new FaultyEngines(Faults));
        services.AddSingleton<Func<IScrubReader>>(() => new FaultyReader(Faults));
    }

    /// <summary>The signals of this process are the test runner's.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
