using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>A node with two donations: a model grows where it lies, and nowhere else.</summary>
public sealed class TwoDonationsTests
{
    private const string Model = "org/model";
    private const int Slices = 6, MiB = ModelFolder.MiB;

    [Fact]
    public async Task Model_InAFullDonation_IsNotClaimed_AndTheOwnerSeesWhy()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2, slice: "2MiB");
        // Room for two slices of six, and what folders take.
        var small = swarm.At("small");
        await swarm[1].AskAsync("donate", $"{5 * MiB}", small);
        ModelFolder.Write(swarm.At("model"), "a.bin", Slices * 2 * MiB, seed: 1);
        var added = await swarm.AddAsync(0, swarm.At("model"), Model);
        Assert.Equal(Slices, added.GetProperty("model").GetProperty("slices").GetInt32());
        await swarm.UntilAsync(async () => await Swarm.SlicesHeldAsync(swarm[1]) == 2, "a full donation", Model);

        await swarm.DonateAsync(1, "100MB");
        await swarm.UntilAsync(
            async () => await CountAsync(swarm, "no room where the model lies already") == Slices - 2,
            "the others to be blocked", Model);
        // Not once more since: a claim that cannot be kept would keep others from helping.
        Assert.Equal(0, (await Swarm.HealthAsync(swarm[0], Model)).GetProperty("copies").GetProperty("fetching")
            .GetInt32());

        await swarm[1].AskAsync("donate", "50MB", small);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
    }

    private static async Task<int> CountAsync(Swarm swarm, string words) =>
        (await swarm[1].AskAsync("why", Model)).GetProperty("slices").EnumerateArray()
            .Count(slice => slice.GetProperty("next").GetString()!.Contains(words, StringComparison.Ordinal));
}
