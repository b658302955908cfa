using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// Every origin that this daemon has used, what is wrong with each, and the paths under which the engines reach them.
/// Nothing is asked of an origin until an engine asks for a byte. May be called from any thread.
/// </summary>
public sealed class OriginBook : IDisposable
{
    private const int TokenBytes = 16;

    private readonly ConcurrentDictionary<string, OriginModel> _doors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(Hash256 Model, string Origin), OriginModel> _models = new();
    private readonly ConcurrentDictionary<string, OriginServer> _servers = new(StringComparer.Ordinal);
    private readonly OriginClient _client;
    private readonly DaemonOptions _options;
    private readonly Clock _clock;
    private volatile Pace _pace = Pace.Real;

    /// <summary>A book without a page.</summary>
    public OriginBook(DaemonOptions options, Clock clock, ILogger<OriginBook> log)
    {
        (_options, _clock) = (options, clock);
        _client = new OriginClient(() => Rule);
        Relay = new RangeRelay(_client, () => _pace, clock, log);
    }

    internal RangeRelay Relay { get; }

    /// <summary>Which addresses may be connected to now.</summary>
    private AddressRule Rule => AddressRule.For(_options.Listen, _pace == Pace.Drill, _options.LocalOrigins);

    /// <summary>The network's timers; those of pace real until they are told.</summary>
    public Pace Pace
    {
        get => _pace;
        set => _pace = value;
    }

    /// <summary>What the owner ought to know, in words.</summary>
    public IReadOnlyList<string> Warnings =>
    [
        .. _models.Values.Select(WarningOf).OfType<string>().Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// Why no entry should be given this origin, in words that follow the URL; null for none: most nodes of the
    /// network would refuse to connect there.
    /// </summary>
    public string? Refusal(Origin origin)
    {
        var rule = Rule with { Public = true };
        var isOwn = origin.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        var address = isOwn ? IPAddress.Loopback : IPAddress.TryParse(origin.Host, out var literal) ? literal : null;
        return address is null || rule.Allows(address) ? null
            : "is not on the internet, and nodes fetch from nowhere else unless they are started with --local-origins";
    }

    /// <summary>Whether the entry has an origin that may be asked now, as far as is known.</summary>
    public bool IsUsable(Entry entry)
    {
        if (entry.Origin.Length == 0 || Origin.Parse(entry.Origin, out _) is not { } origin) return false;
        var now = _clock.Now.MonotonicMs;
        // What is over before a request would be given up needs no detour.
        if (_servers.TryGetValue(origin.Server, out var server) && server.Health.WaitMs(now) > _pace.OriginStallMs)
            return false;
        return !_models.TryGetValue((entry.ModelId, origin.ToString()), out var model) || model.Health.WaitMs(now) == 0;
    }

    /// <summary>What the origin of an entry is good for now, in words; empty when it has none.</summary>
    public string Describe(Entry entry)
    {
        if (entry.Origin.Length == 0) return "";
        if (Origin.Parse(entry.Origin, out var fault) is not { } origin) return $"not used: it {fault}";
        var now = _clock.Now.MonotonicMs;
        if (_models.TryGetValue((entry.ModelId, origin.ToString()), out var model) && model.Health.WaitMs(now) > 0)
            return $"not used for {Span(model.Health.WaitMs(now))}: {model.Health.Trouble?.Detail}";
        if (_servers.TryGetValue(origin.Server, out var server) && server.Health.WaitMs(now) > 0)
            return $"not used for {Span(server.Health.WaitMs(now))}: {server.Health.Trouble?.Detail}";
        return "available: a source while too few holders are present, and never a copy";
    }

    /// <summary>A new secret path for an engine, which ends in a slash; null when the entry has no good
    /// origin.</summary>
    internal string? Open(ModelContent content)
    {
        if (content.Entry.Origin.Length == 0 || Origin.Parse(content.Entry.Origin, out _) is not { } origin)
            return null;
        var model = _models.GetOrAdd((content.Entry.ModelId, origin.ToString()), _ => new OriginModel(
            content, origin, _servers.GetOrAdd(origin.Server, _ => new OriginServer())));
        var token = RandomNumberGenerator.GetHexString(2 * TokenBytes, lowercase: true);
        _doors[token] = model;
        return token;
    }

    /// <summary>The path leads nowhere from now on.</summary>
    internal void Close(string token) => _doors.TryRemove(token, out _);

    /// <summary>What a path leads to; null for a path that nobody was given.</summary>
    internal OriginModel? Behind(string token) => _doors.GetValueOrDefault(token);

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        foreach (var server in _servers.Values) server.Dispose();
    }

    /// <summary>A server that is slow or busy is none of the owner's business; an origin that is wrong is.</summary>
    private string? WarningOf(OriginModel model)
    {
        var wait = model.Health.WaitMs(_clock.Now.MonotonicMs);
        return wait > 0 && model.Health.Trouble is { } trouble
            ? $"{model.Name}: its origin {model.Origin} is not used for {Span(wait)}: {trouble.Detail}"
            : null;
    }

    private static string Span(long ms) => ms switch
    {
        < 120_000 => FormattableString.Invariant($"{(ms + 999) / 1000} s"),
        < 7_200_000 => FormattableString.Invariant($"{ms / 60_000} min"),
        _ => FormattableString.Invariant($"{ms / 3_600_000} h"),
    };
}
