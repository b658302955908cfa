using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>
/// The smallest HTTP tracker (BEP 3, compact as in BEP 23), for clients that cannot be told of a peer: whoever asks
/// hears of the seeders that it was given.
/// </summary>
internal sealed class LocalTracker : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<IPEndPoint> _seeders = new();
    private readonly Task _serving;

    public LocalTracker(IPAddress address)
    {
        _listener = new TcpListener(address, 0);
        _listener.Start();
        Url = $"http://{_listener.LocalEndpoint}/announce";
        _serving = ServeAsync();
    }

    public string Url { get; }

    public void Add(IPEndPoint seeder) => _seeders.Enqueue(seeder);

    /// <summary>The .torrent with this tracker in it; its info-hash stays the same.</summary>
    public byte[] AddTo(byte[] torrent) =>
        [.. Encoding.ASCII.GetBytes($"d8:announce{Url.Length}:{Url}"), .. torrent.AsSpan(1)];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client.GetStream());
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            _ = await stream.ReadAsync(new byte[8192], _stop.Token);
            byte[] peers = [.. _seeders.SelectMany(Compact)];
            byte[] body =
            [
                .. Encoding.ASCII.GetBytes(string.Create(
                    CultureInfo.InvariantCulture, $"d8:intervali5e12:min intervali1e5:peers{peers.Length}:")),
                .. peers, (byte)'e',
            ];
            var head = $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], _stop.Token);
        }
        catch (IOException e)
        {
            // A client that is cut leaves in the middle of asking.
            await Console.Error.WriteLineAsync($"the tracker lost a client: {e.Message}");
        }
    }

    private static byte[] Compact(IPEndPoint peer) =>
        [.. peer.Address.GetAddressBytes(), (byte)(peer.Port >> 8), (byte)peer.Port];
}
