using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Donations that cannot be.</summary>
public sealed class DonateRefusalTests
{
    [Fact]
    public async Task Donate_OfWhatCannotBe_IsRefused()
    {
        using var folder = new WorkFolder();
        await using var daemon = await DaemonProcess.StartAsync(folder.At("state"));

        (await daemon.RunAsync("donate", "900PB", folder.At("huge")))
            .Failed(8, "too-large", folder.At("huge"), "at most");
        Assert.False(Directory.Exists(folder.At("huge")));
        var file = ModelFolder.Write(folder.Path, "file", 10, seed: 1);
        (await daemon.RunAsync("donate", "1GB", file)).Failed(2, "bad-path", file, "not a folder");
        (await daemon.RunAsync("donate", "1GB", daemon.State)).Failed(5, "refused", daemon.State);
        (await daemon.RunAsync("donate", "much", folder.At("much"))).Failed(2, "usage", "much");
        (await daemon.RunAsync("donate", "0", folder.At("never"))).Failed(3, "no-such-donation", folder.At("never"));
        Assert.Equal(0, (await daemon.AskAsync("donations")).GetProperty("donations").GetArrayLength());

        await daemon.AskAsync("donate", "1MB", folder.At("fine"));
        (await daemon.RunAsync("donate", "1MB", folder.At("fine", "nested"))).Failed(5, "refused", folder.At("fine"));
        Assert.Equal(1, (await daemon.AskAsync("donations")).GetProperty("donations").GetArrayLength());
    }
}
