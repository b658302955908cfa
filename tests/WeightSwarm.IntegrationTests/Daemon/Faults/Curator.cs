using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.IntegrationTests.Daemon.Faults;

/// <summary>Speaks with the key of the network's founder.</summary>
internal static class Curator
{
    private const long EntryTtlMs = 86_400_000;

    /// <summary>Takes a model out of the catalogue, or (active) puts it in again; the record goes out through a daemon
    /// that knows its entry.</summary>
    public static async Task SayAsync(DaemonProcess founder, InProcessDaemon through, string model, bool active)
    {
        var inbox = await through.InboxAsync();
        var (entry, network) = await inbox.AskAsync(
            core => (core!.Records.Where(r => r.Kind == RecordKind.Entry).Select(RecordBodies.Entry)
                .Single(e => e.Model == model), core.Network), CancellationToken.None);
        using var key = NodeKey.Load(Directory.EnumerateFiles(founder.State, "founder-*.key").Single());
        var record = new RecordAuthor(key, network, new Later()).Make(
            RecordKind.Entry, entry.ModelId.ToArray(), RecordBodies.Entry(entry with { Active = active }), EntryTtlMs,
            new Instant(0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
        await inbox.PublishAsync(record, CancellationToken.None);
        Assert.True(await inbox.AskAsync(core => core!.Records.Any(r => r.Id == record.Id), CancellationToken.None));
    }

    /// <summary>Above the numbers that the founder's node has used: they follow the clock.</summary>
    private sealed class Later : ISequence
    {
        public ulong Next(long unixMs) => (ulong)unixMs;

        public void JumpAbove(ulong seq) => throw new NotSupportedException($"the number {seq} came back");
    }
}
