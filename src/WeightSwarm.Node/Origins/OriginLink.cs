using WeightSwarm.Node.Replication;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// The origin of one torrent in one engine, as a web seed, while it is wanted. Each time it is taken up again it has
/// another path: an engine remembers of a path what it found missing there. Not for several threads at once.
/// </summary>
internal sealed class OriginLink(OriginBook book, WebSeedShim shim, ITorrentEngine engine) : IDisposable
{
    private string? _token;

    /// <summary>Takes the origin up or lets go of it.</summary>
    /// <param name="key">The torrent in the engine.</param>
    /// <param name="content">The model.</param>
    /// <param name="wanted">Whether bytes of it are wanted now.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task TendAsync(string key, ModelContent content, bool wanted, CancellationToken cancellation)
    {
        wanted = wanted && book.IsUsable(content.Entry);
        if (wanted == (_token is not null)) return;
        if (wanted)
        {
            _token = book.Open(content);
            if (_token is not null) await engine.AddWebSeedAsync(key, shim.UrlOf(_token), cancellation);
            return;
        }
        var url = shim.UrlOf(_token!);
        Dispose();
        await engine.RemoveWebSeedAsync(key, url, cancellation);
    }

    /// <summary>The engine has let go of the torrent, or is about to.</summary>
    public void Dispose()
    {
        if (_token is not null) book.Close(_token);
        _token = null;
    }
}
