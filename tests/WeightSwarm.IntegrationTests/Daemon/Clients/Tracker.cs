using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WeightSwarm.IntegrationTests.Daemon.Clients;

/// <summary>The smallest HTTP tracker (BEP 3, compact as in BEP 23): whoever asks hears of one
/// peer.</summary>
internal sealed class Tracker : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly byte[] _answer;

    /// <summary>Of a peer on loopback.</summary>
    public Tracker(int peerPort)
        : this(IPAddress.Loopback, new IPEndPoint(IPAddress.Loopback, peerPort))
    {
    }

    /// <summary>Of a peer with an IPv4 address.</summary>
    public Tracker(IPAddress listen, IPEndPoint peer)
    {
        _listener = new TcpListener(listen, 0);
        _listener.Start();
        Url = string.Create(
            CultureInfo.InvariantCulture, $"http://{_listener.LocalEndpoint}/announce");
        byte[] compact = [.. peer.Address.GetAddressBytes(), (byte)(peer.Port >> 8), (byte)peer.Port];
        byte[] body = [.. Encoding.ASCII.GetBytes("d8:intervali1e5:peers6:"), .. compact, (byte)'e'];
        var head = string.Create(
            CultureInfo.InvariantCulture,
                $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        _answer = [.. Encoding.ASCII.GetBytes(head), .. body];
        _serving = ServeAsync();
    }

    public string Url { get; }

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
                var stream = client.GetStream();
                var request = new byte[8192];
                _ = await stream.ReadAsync(request, _stop.Token);
                await stream.WriteAsync(_answer, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
        catch (IOException e)
        {
            Assert.Fail($"the tracker lost its client: {e.Message}");
        }
    }
}
