using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Why a daemon does not start, in words that say what to do.</summary>
public sealed class DaemonStartRefusalTests : IDisposable
{
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gossip")]
    [InlineData("torrent")]
    [InlineData("http")]
    public async Task Start_OnAPortInUse_NamesThePortAndTheOption(string which)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var start = which switch
        {
            "gossip" => new DaemonStart { GossipPort = port },
            "torrent" => new DaemonStart { TorrentPort = port },
            _ => new DaemonStart { HttpPort = port },
        };
        var result = await DaemonProcess.RunToEndAsync(_folder.At("state"), start);
        result.Failed(1, "setup", port.ToString(CultureInfo.InvariantCulture), $"--{which}-port");
    }

    [Fact]
    public async Task Start_OnAStateFolderInUse_NamesTheOtherDaemon()
    {
        await using var daemon = await DaemonProcess.StartAsync(_folder.At("state"));
        var second = await DaemonProcess.RunToEndAsync(_folder.At("state"));
        second.Failed(1, "setup", _folder.At("state"), daemon.Pid.ToString(CultureInfo.InvariantCulture));
        // The first one is none the worse.
        Assert.Equal(daemon.Id, (await daemon.AskAsync("status")).GetProperty("node_id").GetString());
    }

    [Fact]
    public async Task Start_WithAKeyThatOthersMayRead_SaysHowToCloseIt()
    {
        await using (var daemon = await DaemonProcess.StartAsync(_folder.At("state")))
            await daemon.TerminateAsync(TimeSpan.FromSeconds(30));
        var key = _folder.At("state", "node.key");
        File.SetUnixFileMode(key, (UnixFileMode)Convert.ToInt32("644", 8));
        (await DaemonProcess.RunToEndAsync(_folder.At("state"))).Failed(1, "setup", key, "chmod 600");
    }
}
