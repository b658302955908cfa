using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Hosting;

/// <summary>Runs one daemon from its start to its end. The composition root.</summary>
public static class DaemonHost
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(4);

    /// <summary>Runs until it is told to stop; answers the exit code of the process.</summary>
    /// <param name="options">How it is started.</param>
    /// <param name="cancellation">Stops it cleanly, as SIGTERM and SIGINT do.</param>
    /// <exception cref="SetupException">It cannot start as it is set up.</exception>
    /// <exception cref="StoreException">Its database cannot be used.</exception>
    public static Task<int> RunAsync(DaemonOptions options, CancellationToken cancellation) =>
        RunAsync(options, _ => { }, cancellation);

    /// <summary>The same with some parts replaced: what is added to the services last is what is used.</summary>
    internal static async Task<int> RunAsync(
        DaemonOptions options, Action<IServiceCollection> replace, CancellationToken cancellation)
    {
        try
        {
            using var host = Build(options, replace);
            // The host disposes its services when it ends; what is asked afterwards is resolved before.
            var failure = host.Services.GetRequiredService<HostFailure>();
            var systemd = host.Services.GetRequiredService<SystemdNotifier>();
            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            using var stopping = lifetime.ApplicationStopping.Register(() => systemd.Stopping());
            await host.RunAsync(cancellation);
            return failure.ExitCode;
        }
        catch (TorrentEngineException e)
        {
            throw new SetupException(e.Message, e);
        }
    }

    private static IHost Build(DaemonOptions options, Action<IServiceCollection> replace)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        AddLogging(builder.Logging);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = StopWithin);
        builder.Services
            .AddMachine(options)
            .AddStore()
            .AddDonations()
            .AddTorrents()
            .AddOrigins()
            .AddWeights()
            .AddGossip()
            .AddReplication()
            .AddCuration()
            .AddScrub()
            .AddWeb()
            .AddControl();
        replace(builder.Services);
        return builder.Build();
    }

    /// <summary>Everything to stderr; with the journal's level prefixes where systemd reads it.</summary>
    private static void AddLogging(ILoggingBuilder logging)
    {
        var level = Environment.GetEnvironmentVariable("WEIGHTSWARM_LOG");
        logging.SetMinimumLevel(Enum.TryParse<LogLevel>(level, ignoreCase: true, out var known) ? known
            : LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // What keeps the daemon from starting is said once, in our words, by whoever runs it.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 }) logging.AddSystemdConsole();
        else logging.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ "));
        logging.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.Services.Configure<SimpleConsoleFormatterOptions>(o => o.UseUtcTimestamp = true);
    }
}
