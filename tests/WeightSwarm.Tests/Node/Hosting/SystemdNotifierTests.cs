using System.Net.Sockets;
using System.Text;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Hosting;

public sealed class SystemdNotifierTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_RealSocket_ArriveAsSystemdReadsThem(bool isAbstract)
    {
        var name = isAbstract ? $"weightswarm-test-{Guid.NewGuid():N}" : _folder.At("notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name : name));
        manager.ReceiveTimeout = 10_000;
        var notifier = new SystemdNotifier(isAbstract ? "@" + name : name, null);

        Assert.Equal(NotifyOutcome.Sent, notifier.Ready("seeding 3 models\nREADY=0"));
        Assert.Equal("READY=1\nSTATUS=seeding 3 models READY=0", Receive(manager));
        Assert.Equal(NotifyOutcome.Sent, notifier.Status("größer"));
        Assert.Equal("STATUS=größer", Receive(manager));
        Assert.Equal(NotifyOutcome.Sent, notifier.Watchdog());
        Assert.Equal("WATCHDOG=1", Receive(manager));
        Assert.Equal(NotifyOutcome.Sent, notifier.ExtendTimeout(TimeSpan.FromSeconds(90)));
        Assert.Equal("EXTEND_TIMEOUT_USEC=90000000", Receive(manager));
        Assert.Equal(NotifyOutcome.Sent, notifier.Stopping());
        Assert.Equal("STOPPING=1", Receive(manager));
    }

    [Fact]
    public void Messages_NobodyThere_SaySo()
    {
        Assert.Equal(NotifyOutcome.NotAsked, new SystemdNotifier("", null).Ready("x"));
        Assert.Equal(NotifyOutcome.Failed, new SystemdNotifier(_folder.At("gone"), null).Ready("x"));
        Assert.Equal(NotifyOutcome.Failed, new SystemdNotifier(new string('x', 500), null).Ready("x"));
    }

    [Theory]
    [InlineData("30000000", "7", 30.0)]
    [InlineData("30000000", null, 30.0)]
    [InlineData("30000000", "", 30.0)]
    [InlineData("30000000", "8", null)]
    [InlineData("0", "7", null)]
    [InlineData("soon", "7", null)]
    [InlineData(null, null, null)]
    public void FromEnvironment_Watchdog_IsOnlyForOwnPid(string? microseconds, string? pid, double? seconds)
    {
        var notifier = SystemdNotifier.FromEnvironment(
            name => name switch { "WATCHDOG_USEC" => microseconds, "WATCHDOG_PID" => pid, _ => null }, processId: 7);
        Assert.Equal(seconds, notifier.WatchdogTimeout?.TotalSeconds);
        Assert.Equal(NotifyOutcome.NotAsked, notifier.Watchdog());
    }

    private static string Receive(Socket socket)
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
