using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Node.Donations;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>A slice of the usual size takes long to fetch: what has come of it outlives the daemon's end.</summary>
public sealed class UnfinishedSliceTests
{
    private const string Name = "org/model";

    [Fact]
    public async Task Victim_KilledWithinASlice_FetchesOnlyItsOtherPieces()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2, slice: "16MiB");
        ModelFolder.Write(swarm.At("model"), "a.bin", 16 * ModelFolder.MiB, seed: 5);
        await swarm[1].AskAsync("limits", "set", "--down", "2MB");
        await swarm.DonateAsync(1, "100MB");
        var model = await CrashModel.AddAsync(swarm[0], swarm.At("model"), Name);
        Assert.Equal(1, model.Slices);
        var folder = DonationFolder.OfModel(swarm.DonationOf(1), model.Id);
        await swarm.UntilAsync(
            () => Task.FromResult(model.RightBytes(folder, 0) >= 3 * model.PieceLength), "three pieces", Name);
        await swarm[1].KillAsync();
        var here = model.RightBytes(folder, 0);
        Assert.InRange(here, 3 * model.PieceLength, model.BytesOf(0) - 1);

        await swarm[1].StartAgainAsync();
        Assert.Equal(0, await Swarm.SlicesHeldAsync(swarm[1]));
        await swarm[1].AskAsync("limits", "clear");
        await swarm.HasCopiesAsync(swarm[0], Name, 2);
        Assert.InRange(await swarm[1].ReceivedAsync(), 1, model.BytesOf(0) - here + model.PieceLength / 4);
        await swarm[0].KillAsync();
        await swarm[1].AskAsync("restore", Name, swarm.At("restored"));
        ModelFolder.AssertSame(swarm.At("model"), swarm.At("restored"));
    }
}
