using Grpc.Core;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.IntegrationTests.Donations;
using WeightSwarm.Tests.Support;
using WeightSwarm.V1;
using Xunit.Abstractions;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Restores that are cut short, and go on.</summary>
public sealed class RestoreResumeTests(ITestOutputHelper output)
{
    private const string Model = "org/model";
    private const int Shard = 8 * ModelFolder.MiB, Shards = 3;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Restore_AfterSigkillOfTheDaemon_FetchesOnlyWhatIsNotRecorded()
    {
        await using var swarm = await StartAsync("2MB");
        var target = swarm.At("restored");
        using var first = await RestoreCall.StartAsync(swarm[1], Model, target);
        await FetchesAsync(first, 11_000_000);
        var done = first.Fetched;
        await swarm[1].KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => first.Ended);
        Assert.StartsWith(
            ".weightswarm-", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(target))),
            StringComparison.Ordinal);

        await swarm[1].StartAgainAsync();
        await swarm[1].AskAsync("limits", "clear");
        using var second = await RestoreCall.StartAsync(swarm[1], Model, target);
        var result = await Eventually.Ends(second.Ended, _patience, () => swarm[1].LogTail);
        var again = (long)result.BytesFetched - ((long)result.Bytes - done);
        output.WriteLine($"killed at {done} of {result.Bytes}; then fetched {result.BytesFetched}: {again} again");
        Assert.True(again < done, $"{again} of {done} bytes were fetched again: nothing was kept");
        ModelFolder.AssertSame(swarm.At("model"), target);
    }

    [Fact]
    public async Task Restore_Cancelled_StopsAtOnceAndGoesOnFromThere()
    {
        await using var swarm = await StartAsync("2MB");
        var target = swarm.At("restored");
        using var first = await RestoreCall.StartAsync(swarm[1], Model, target);
        await FetchesAsync(first, 5_000_000);
        (await swarm[1].RunAsync("restore", Model, target)).Failed(5, "busy", target);
        var done = first.Fetched;
        await first.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => first.Ended);
        await swarm[1].AskAsync("limits", "clear");

        RestoreResult? result = null;
        await swarm.UntilAsync(async () =>
        {
            using var second = await RestoreCall.StartAsync(swarm[1], Model, target);
            try
            {
                result = await second.Ended;
                return true;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
            {
                // The daemon is still putting the first one away.
                return false;
            }
        }, "the second restore");
        var again = (long)result!.BytesFetched - ((long)result.Bytes - done);
        output.WriteLine($"cancelled at {done}; the second run fetched {result.BytesFetched}: {again} again");
        // What was under way: pieces that were begun and not finished.
        Assert.True(again < 4 * ModelFolder.MiB, $"{again} of {done} bytes were fetched again");
        ModelFolder.AssertSame(swarm.At("model"), target);
    }

    [Fact]
    public async Task Restore_OntoAVolumeThatFillsUp_EndsWith8AndGoesOnWhenThereIsRoom()
    {
        await using var swarm = await StartAsync("2MB");
        using var volume = new TmpfsVolume(40 * ModelFolder.MiB);
        using var first = await RestoreCall.StartAsync(swarm[1], Model, volume.At("out"));
        await FetchesAsync(first, 1_000_000);
        var filler = Fill(volume);
        var failed = await Assert.ThrowsAsync<RpcException>(() => first.Ended);
        output.WriteLine(failed.Status.Detail);
        Assert.Equal(("8", "no-space"), (
            failed.Trailers.GetValue("weightswarm-exit"), failed.Trailers.GetValue("weightswarm-code")));
        File.Delete(filler);
        await swarm[1].AskAsync("limits", "clear");
        await swarm[1].AskAsync("restore", Model, volume.At("out"));
        ModelFolder.AssertSame(swarm.At("model"), volume.At("out"));
    }

    private static async Task<Swarm> StartAsync(string down)
    {
        var swarm = await Swarm.StartAsync(nodes: 2);
        ModelFolder.Make(swarm.At("model"), seed: 5, Shards, Shard);
        await swarm.AddAsync(0, swarm.At("model"), Model);
        await swarm.UntilAsync(async () => (await swarm[1].RunAsync("show", Model)).ExitCode == 0, "the entry");
        await swarm[1].AskAsync("limits", "set", "--down", down);
        return swarm;
    }

    private static Task FetchesAsync(RestoreCall call, long bytes) => Eventually.True(
        () => call.Fetched >= bytes || call.Ended.IsCompleted, _patience, () => $"{call.Fetched} bytes came");

    private static string Fill(TmpfsVolume volume)
    {
        var path = volume.At("filler");
        using var file = File.Create(path);
        try
        {
            while (true) file.Write(new byte[ModelFolder.MiB]);
        }
        catch (IOException)
        {
            return path;
        }
    }
}
