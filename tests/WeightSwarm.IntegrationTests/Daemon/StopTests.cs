using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>SIGTERM ends a daemon soon and cleanly. How soon is measured, so nothing else runs beside it.</summary>
[Collection(Alone.Name)]
public sealed class StopTests
{
    private const string Model = "org/model";

    private static readonly TimeSpan _stopWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Sigterm_EndsADaemonSoon_WhateverItDoes()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 3, slice: "4MiB");
        var folder = ModelFolder.Make(swarm.At("big"), seed: 3, shards: 4, 24 * ModelFolder.MiB);
        await swarm.DonateAsync(1, "200MB");
        await swarm.DonateAsync(2, "200MB");
        await swarm.AddAsync(0, folder, Model);
        await swarm.UntilAsync(async () => (await swarm[1].RunAsync("show", Model)).ExitCode == 0, "the entry");
        // One that fetches, or has just fetched; one that serves it; one with a restore under way.
        await swarm[1].TerminateAsync(_stopWithin);
        var restoring = swarm[2].RunAsync("restore", Model, swarm.At("restored"));
        await swarm.UntilAsync(
            () => Task.FromResult(Directory.Exists(swarm.At("restored")) || restoring.IsCompleted),
                "the restore's begin");
        await swarm[2].TerminateAsync(_stopWithin);
        await restoring;
        await swarm[0].TerminateAsync(_stopWithin);
        await swarm[0].StartAgainAsync();
        Assert.True(await Swarm.SlicesHeldAsync(swarm[0]) > 0, swarm[0].LogTail);
    }
}
