using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Tests.Node.Hosting;

public sealed class BackgroundLoopTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Host_LoopThrows_StopsWithItsReasonAndAnExitCode()
    {
        var log = new LogLines();
        using var host = HostWith(async stopping =>
        {
            await Task.Yield();
            throw new InvalidDataException("the disk is gone");
        }, log);

        var failure = FailureOf(host);

        await host.RunAsync().WaitAsync(Deadline);

        Assert.Equal(1, failure.ExitCode);
        Assert.Equal("test loop failed: the disk is gone", failure.Reason);
        Assert.Contains(
            log.Lines, line => line.StartsWith("Critical test loop failed", StringComparison.Ordinal) &&
                line.Contains("the disk is gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Host_LoopThrowsBeforeItWaits_StopsToo()
    {
        using var host = HostWith(_ => throw new InvalidDataException("at once"), new LogLines());
        var failure = FailureOf(host);
        await host.RunAsync().WaitAsync(Deadline);
        Assert.Equal(1, failure.ExitCode);
    }

    [Fact]
    public async Task Host_LoopReturnsEarly_StopsWithAReason()
    {
        using var host = HostWith(_ => Task.CompletedTask, new LogLines());
        var failure = FailureOf(host);
        await host.RunAsync().WaitAsync(Deadline);
        Assert.Contains("it ended", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_LoopCancelsItself_IsAFailure()
    {
        using var host = HostWith(_ => Task.FromCanceled(new CancellationToken(true)), new LogLines());
        var failure = FailureOf(host);
        await host.RunAsync().WaitAsync(Deadline);
        Assert.Equal(1, failure.ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Host_StoppedFromOutside_EndsCleanly(bool throwsWhenCancelled)
    {
        var started = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        using var host = HostWith(async stopping =>
        {
            started.SetResult();
            var cancelled = new TaskCompletionSource();
            await using var registration = stopping.Register(cancelled.SetResult);
            await cancelled.Task;
            ended.SetResult();
            if (throwsWhenCancelled) stopping.ThrowIfCancellationRequested();
        }, new LogLines());
        await host.StartAsync();
        await started.Task.WaitAsync(Deadline);

        await host.StopAsync().WaitAsync(Deadline);

        Assert.True(ended.Task.IsCompletedSuccessfully, "stop must wait for the loop");
        Assert.Equal(0, FailureOf(host).ExitCode);
    }

    [Fact]
    public async Task Host_LoopFailsWhileStopping_IsStillAFailure()
    {
        var started = new TaskCompletionSource();
        using var host = HostWith(async stopping =>
        {
            started.SetResult();
            var cancelled = new TaskCompletionSource();
            await using var registration = stopping.Register(cancelled.SetResult);
            await cancelled.Task;
            throw new InvalidDataException("could not save");
        }, new LogLines());
        await host.StartAsync();
        await started.Task.WaitAsync(Deadline);
        await host.StopAsync().WaitAsync(Deadline);
        Assert.Equal("test loop failed: could not save", FailureOf(host).Reason);
    }

    /// <summary>Taken before the run: a host that ran is disposed.</summary>
    private static HostFailure FailureOf(IHost host) => host.Services.GetRequiredService<HostFailure>();

    private static IHost HostWith(Func<CancellationToken, Task> work, LogLines log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton<HostFailure>();
        builder.Services.AddHostedService(services => new Loop(services.GetRequiredService<HostFailure>(), work));
        return builder.Build();
    }

    private sealed class Loop(HostFailure failure, Func<CancellationToken, Task> work) : BackgroundLoop(failure)
    {
        protected override string Name => "test loop";

        protected override Task ExecuteAsync(CancellationToken stopping) => work(stopping);
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];

        internal string[] Lines
        {
            get { lock (_lock) return [.. _lines]; }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (_lock) _lines.Add($"{logLevel} {formatter(state, exception)} {exception?.Message}");
        }

        public void Dispose() { }
    }
}
