using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Cli.Commands;

/// <summary>Runs a daemon until it is told to stop; answers with the exit code of the process.</summary>
internal delegate Task<int> DaemonRunner(DaemonOptions options, CancellationToken cancellation);

/// <summary><c>daemon</c>: runs a node in the foreground.</summary>
internal static class DaemonCommand
{
    /// <param name="Listen">Where gossip and BitTorrent listen.</param>
    /// <param name="GossipPort">0: any free one, as for the next two.</param>
    /// <param name="TorrentPort">Of TCP and UDP.</param>
    /// <param name="HttpPort">Of the local web.</param>
    /// <param name="LocalOrigins">Origins may lead to this machine and to private networks.</param>
    /// <param name="DhtNodes">HOST:PORT each; empty: the mainline's own.</param>
    internal sealed record Options(
        IPAddress Listen, int GossipPort, int TorrentPort, int HttpPort, bool LocalOrigins, string[] DhtNodes);

    public static Command Create(CommandLine commandLine, DaemonRunner daemon)
    {
        var listen = new Option<IPAddress>("--listen")
        {
            Description = "The address that gossip and BitTorrent listen on (default: 0.0.0.0); "
                + "on a loopback address nothing leaves this machine",
            HelpName = "IP",
            DefaultValueFactory = _ => IPAddress.Any,
            CustomParser = ParseAddress,
        };
        var gossip = Port("--gossip-port", "TCP port of gossip", DaemonOptions.DefaultGossipPort);
        var torrent = Port("--torrent-port", "TCP and UDP port of BitTorrent", DaemonOptions.DefaultTorrentPort);
        var http = Port("--http-port", "TCP port of the local web, on 127.0.0.1 only", DaemonOptions.DefaultHttpPort);
        var local = new Option<bool>("--local-origins")
        {
            Description = "Fetch from the origins of models on this machine and on private networks, too",
        };
        var dht = DhtNode();
        var command = new Command("daemon", "Run a node in the foreground")
        {
            listen, gossip, torrent, http, local, dht,
        };
        commandLine.Bind(command, parsed => new Options(
            parsed.GetRequiredValue(listen), parsed.GetValue(gossip), parsed.GetValue(torrent), parsed.GetValue(http),
            parsed.GetValue(local), parsed.GetValue(dht) is { Length: > 0 } nodes ? nodes : []),
            (options, session) => RunAsync(options, session, daemon));
        return command;
    }

    /// <exception cref="CliException">It cannot start; the message says why and what to do.</exception>
    public static async Task<ExitCode> RunAsync(Options options, Session session, DaemonRunner daemon)
    {
        try
        {
            return (ExitCode)await daemon(new DaemonOptions
            {
                StateFolder = session.StateFolder,
                Listen = options.Listen,
                GossipPort = options.GossipPort,
                TorrentPort = options.TorrentPort,
                HttpPort = options.HttpPort,
                LocalOrigins = options.LocalOrigins,
                DhtNodes = options.DhtNodes,
            }, session.Cancellation);
        }
        catch (Exception e) when (CodeOf(e) is { } code)
        {
            throw new CliException(ExitCode.Failure, code, e.Message);
        }
    }

    private static string? CodeOf(Exception e) => e switch
    {
        SetupException => "setup",
        StoreCorruptException => "store-damaged",
        StoreException => "store",
        _ => null,
    };

    private static Option<int> Port(string name, string description, int standard)
    {
        var option = new Option<int>(name)
        {
            Description = $"{description} (default: {standard}; 0: any free one)",
            HelpName = "N",
            DefaultValueFactory = _ => standard,
            CustomParser = ParsePort,
        };
        return option;
    }

    private static Option<string[]> DhtNode() => new("--dht-node")
    {
        Description = "A node through which the DHT is entered, in place of the mainline's own; may be repeated",
        HelpName = "HOST:PORT",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = ParseNodes,
    };

    private static string[]? ParseNodes(ArgumentResult result)
    {
        var bad = result.Tokens.Select(t => t.Value).FirstOrDefault(text => !IsNode(text));
        if (bad is null) return [.. result.Tokens.Select(t => t.Value)];
        result.AddError($"'{bad}' is no node of a DHT: write HOST:PORT, such as 10.0.0.1:6891 or [fd00::1]:6891");
        return null;
    }

    /// <summary>An IPv6 address stands in brackets; the list has commas.</summary>
    private static bool IsNode(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), out var port) || port == 0) return false;
        var host = text[..colon];
        return host.StartsWith('[') && host.EndsWith(']') ? IPAddress.TryParse(host, out _)
            : Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }

    private static IPAddress? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (IPAddress.TryParse(text, out var address)) return address;
        result.AddError($"'{text}' is not an IP address: write one such as 0.0.0.0, 127.0.0.1 or ::");
        return null;
    }

    private static int ParsePort(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (ushort.TryParse(text, out var port)) return port;
        result.AddError($"'{text}' is not a port: write a number from 0 to 65535");
        return 0;
    }
}
