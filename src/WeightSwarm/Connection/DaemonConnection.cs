using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using WeightSwarm.Node.Hosting;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Connection;

/// <summary>A connection to the daemon of a state folder, over its control socket.</summary>
internal sealed class DaemonConnection : IDisposable
{
    // A .torrent of several terabytes has this size; the daemon is our own, so a generous limit costs nothing.
    private const int LargestAnswer = 256 * 1024 * 1024;

    // Every answer but those of `add` and `restore`, which are streams, comes from what the daemon already knows.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly GrpcChannel _channel;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _cancellation;

    private DaemonConnection(string socket, TimeProvider clock, CancellationToken cancellation)
    {
        _clock = clock;
        _cancellation = cancellation;
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = UnixSocketHandler.Create(socket),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LargestAnswer,
        });
        Client = new Control.ControlClient(_channel);
    }

    /// <summary>The daemon's service.</summary>
    public Control.ControlClient Client { get; }

    /// <summary>Connects; knocks first, so that a daemon that is not there is told from one that fails.</summary>
    /// <exception cref="CliException">No daemon answers.</exception>
    public static async Task<DaemonConnection> OpenAsync(
        string stateFolder, TimeProvider clock, CancellationToken cancellation)
    {
        var path = SocketOf(stateFolder);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        }
        catch (SocketException e)
        {
            throw Unreachable(stateFolder, path, e.SocketErrorCode);
        }
        return new DaemonConnection(path, clock, cancellation);
    }

    /// <summary>The options of a call with one answer: cancelled with the command, and never without an end.</summary>
    public CallOptions Unary() =>
        new(deadline: _clock.GetUtcNow().UtcDateTime + _patience, cancellationToken: _cancellation);

    /// <summary>The options of a call that streams its progress: as long as it takes.</summary>
    public CallOptions Streaming() => new(cancellationToken: _cancellation);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static string SocketOf(string stateFolder)
    {
        try
        {
            return StateFolder.ControlSocketOf(stateFolder);
        }
        catch (SetupException e)
        {
            throw new CliException(ExitCode.Usage, "state-folder-path-too-long", e.Message);
        }
    }

    private static CliException Unreachable(string stateFolder, string path, SocketError error) => error switch
    {
        SocketError.AccessDenied => new(ExitCode.DaemonUnreachable, "daemon-not-permitted",
            $"you may not open '{path}': use sudo, or join the group that owns it and log in again"),
        _ => new(ExitCode.DaemonUnreachable, "daemon-unreachable",
            $"no daemon answers on '{path}' ({Cause(error)}): start it with 'weightswarm --state {stateFolder} daemon' "
            + "or 'sudo systemctl start weightswarm', or name another state folder with --state"),
    };

    private static string Cause(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "nobody listens there",
        SocketError.AddressNotAvailable => "there is no such socket",
        _ => error.ToString(),
    };
}
