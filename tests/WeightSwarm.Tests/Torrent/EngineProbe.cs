using System.Net;
using WeightSwarm.Tests.Support;
using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

/// <summary>An engine under test and everything that it said, with waiting that tells what it saw.</summary>
internal sealed class EngineProbe : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly List<TorrentEvent> _events = [];
    private readonly Task _reading;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EngineProbe(ITorrentEngine engine)
    {
        Engine = engine;
        _reading = Task.Run(ReadAsync);
    }

    public ITorrentEngine Engine { get; }
    public Task StreamEnd => _reading;
    public IPEndPoint Address => new(IPAddress.Loopback, Engine.ListenPort);

    public IReadOnlyList<TorrentEvent> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    public IReadOnlyList<int> Verified(string key) =>
        [.. Events.OfType<PieceVerified>().Where(piece => piece.Key == key).Select(static piece => piece.Piece)];

    public Task<T> WaitForAsync<T>(string what, Func<T, bool>? match = null) where T : TorrentEvent =>
        WaitForAsync(what, events => events.OfType<T>().FirstOrDefault(found => match is null || match(found)));

    public async Task<T> WaitForAsync<T>(string what, Func<IReadOnlyList<TorrentEvent>, T?> look) where T : class
    {
        T? found = null;
        await Eventually.True(
            async () =>
            {
                if (_reading.IsFaulted)
                    await _reading;
                return (found = look(Events)) is not null;
            },
            Patience, () => $"no {what}. Saw: {string.Join("; ", Events)}. {StatesAsync().GetAwaiter().GetResult()}");
        return found!;
    }

    public Task WaitForPiecesAsync(string key, int count) => WaitForAsync($"{count} verified pieces",
        _ => Verified(key).Distinct().Count() >= count ? this : null);

    public async Task<string> AddAsync(TorrentSpec spec) => await Engine.AddAsync(spec, default);

    public async Task<string> AddAndCheckAsync(TorrentSpec spec)
    {
        var checks = Events.OfType<TorrentChecked>().Count();
        var key = await AddAsync(spec);
        await WaitForAsync("a check", events => events.OfType<TorrentChecked>().Count() > checks ? this : null);
        return key;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _reading;
    }

    private async Task ReadAsync()
    {
        await foreach (var what in Engine.ReadEventsAsync(default))
        {
            TaskCompletionSource news;
            lock (_events)
            {
                _events.Add(what);
                (news, _news) = (_news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            news.SetResult();
        }
    }

    private async Task<string> StatesAsync()
    {
        var states = new List<string>();
        foreach (var key in Events.Select(static what => what.Key).Distinct())
            states.Add((await Engine.GetStatusAsync(key, default))?.ToString() ?? $"{key} is gone");
        return string.Join("; ", states);
    }
}
