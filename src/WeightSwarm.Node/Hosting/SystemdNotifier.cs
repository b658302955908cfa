using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WeightSwarm.Node.Hosting;

/// <summary>How a notification ended.</summary>
public enum NotifyOutcome
{
    /// <summary>The service manager's socket took it.</summary>
    Sent,
    /// <summary>No service manager asked for notifications.</summary>
    NotAsked,
    /// <summary>The socket is gone or full; the daemon can live with that.</summary>
    Failed,
}

/// <summary>
/// Tells systemd how the daemon is: the protocol of sd_notify(3), one datagram of NAME=VALUE lines to $NOTIFY_SOCKET.
/// May be called from any thread.
/// </summary>
public sealed class SystemdNotifier
{
    private readonly string _socket;

    /// <summary>For a socket path; a leading '@' means Linux's abstract namespace; empty: nobody asked.</summary>
    /// <param name="socket">$NOTIFY_SOCKET.</param>
    /// <param name="watchdog">How long systemd waits for <see cref="Watchdog"/>; null when it does not.</param>
    public SystemdNotifier(string socket, TimeSpan? watchdog) => (_socket, WatchdogTimeout) = (socket, watchdog);

    /// <summary>From $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID of this process.</summary>
    public static SystemdNotifier FromEnvironment() =>
        FromEnvironment(Environment.GetEnvironmentVariable, Environment.ProcessId);

    /// <summary>As <see cref="FromEnvironment()"/>, for a given environment and process.</summary>
    public static SystemdNotifier FromEnvironment(Func<string, string?> environment, int processId)
    {
        TimeSpan? watchdog = null;
        var isForUs = environment("WATCHDOG_PID") is not { Length: > 0 } pid ||
            pid == processId.ToString(CultureInfo.InvariantCulture);
        if (isForUs && long.TryParse(environment("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var us) && us > 0)
            watchdog = TimeSpan.FromMicroseconds(us);
        return new SystemdNotifier(environment("NOTIFY_SOCKET") ?? "", watchdog);
    }

    /// <summary>
    /// After so long without <see cref="Watchdog"/>, systemd kills the daemon; send it twice as often. Null: off.
    /// </summary>
    public TimeSpan? WatchdogTimeout { get; }

    /// <summary>READY=1, with a status line: config, store and listening sockets are up.</summary>
    public NotifyOutcome Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>STATUS=: one line for `systemctl status`.</summary>
    public NotifyOutcome Status(string status) => Send($"STATUS={OneLine(status)}");

    /// <summary>STOPPING=1: the daemon is going down.</summary>
    public NotifyOutcome Stopping() => Send("STOPPING=1");

    /// <summary>WATCHDOG=1: the daemon is alive.</summary>
    public NotifyOutcome Watchdog() => Send("WATCHDOG=1");

    /// <summary>EXTEND_TIMEOUT_USEC=: starting or stopping takes at most so much longer from now.</summary>
    public NotifyOutcome ExtendTimeout(TimeSpan by) => Send(
        string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={(long)by.TotalMicroseconds}"));

    private NotifyOutcome Send(string message)
    {
        if (_socket.Length == 0) return NotifyOutcome.NotAsked;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Blocking = false;
            var path = _socket[0] == '@' ? string.Concat("\0", _socket.AsSpan(1)) : _socket;
            socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(path));
            return NotifyOutcome.Sent;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return NotifyOutcome.Failed;
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
