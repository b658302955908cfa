using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Hosting;
using WeightSwarm.V1;

namespace WeightSwarm.Benchmarks.Flood;

/// <summary>A neighbour that speaks the protocol: it says what it holds, and tells what it hears.</summary>
internal sealed class HonestPeer : IDisposable
{
    private const long TtlMs = 30_000;

    private readonly NodeKey _key = NodeKey.Generate();
    private readonly NetworkId _network;
    private readonly X509Certificate2 _certificate;
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<Frame, Frame> _call;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private ulong _seq;

    public HonestPeer(IPEndPoint address, NetworkId network)
    {
        _network = network;
        _certificate = SelfSignedCertificate.Create(_key, TimeProvider.System);
        _channel = GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { UseProxy = false, SslOptions = Tls() },
            DisposeHttpClient = true,
        });
        _call = new V1.Gossip.GossipClient(_channel).Session();
    }

    /// <summary>Why the victim closed the stream; empty while it has not.</summary>
    public string Closed { get; private set; } = "";

    /// <summary>Greets, asks to be a neighbour and reads until the stream ends.</summary>
    /// <param name="heard">Told the bytes of every record.</param>
    public async Task RunAsync(Action<ByteString> heard)
    {
        await SendAsync(new Frame
        {
            Hello = new Hello { NetworkId = ByteString.CopyFrom(_network.Hash.ToArray()), Protocol = 1 },
        });
        await SendAsync(new Frame { Neighbour = new Neighbour { Active = true } });
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
                await AnswerAsync(_call.ResponseStream.Current, heard);
        }
        catch (RpcException e)
        {
            if (Closed.Length == 0) Closed = e.Status.Detail;
        }
    }

    /// <summary>Says what a record says.</summary>
    public Task SayAsync(ByteString record) => SendAsync(new Frame { Push = new Push { Envelopes = { record } } });

    /// <summary>The bytes of a record that it holds a new model.</summary>
    public ByteString Make(int number)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        _seq = Math.Max(_seq + 1, (ulong)now);
        var record = EnvelopeCodec.Write(
            _key, _network, Core.Records.RecordKind.Holding, Hash256.Of(BitConverter.GetBytes(number)).ToArray(),
            new Holding { Verified = ByteString.CopyFrom(1) }, _seq, now, TtlMs);
        return ByteString.CopyFrom(record.Bytes.Span);
    }

    /// <summary>Shows that it is there.</summary>
    public Task PingAsync() => SendAsync(new Frame { Ping = new Ping { Nonce = 1 } });

    public void Dispose()
    {
        _call.Dispose();
        _channel.Dispose();
        _certificate.Dispose();
        _key.Dispose();
        _writing.Dispose();
    }

    private async Task AnswerAsync(Frame frame, Action<ByteString> heard)
    {
        switch (frame.KindCase)
        {
            case Frame.KindOneofCase.Push:
                foreach (var envelope in frame.Push.Envelopes) heard(envelope);
                break;
            case Frame.KindOneofCase.Ping:
                await SendAsync(new Frame { Pong = new Pong { Nonce = frame.Ping.Nonce } });
                break;
            case Frame.KindOneofCase.Close:
                Closed = frame.Close.Reason;
                break;
        }
    }

    private async Task SendAsync(Frame frame)
    {
        await _writing.WaitAsync();
        try
        {
            await _call.RequestStream.WriteAsync(frame);
        }
        finally
        {
            _writing.Release();
        }
    }

    private SslClientAuthenticationOptions Tls() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificates = [_certificate],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => _certificate,
        RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
    };
}
