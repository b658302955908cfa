using System.Globalization;
using WeightSwarm.IntegrationTests.Daemon.Support;
using Xunit.Abstractions;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>
/// The same play given by real daemons and by their simulated twins. What comes out must be the same; how long each
/// step took is printed side by side.
/// </summary>
[Collection(Alone.Name)]
public sealed class TwinTests(ITestOutputHelper output)
{
    private const int Nodes = 6;
    private const ulong Seed = 1;

    [WanFact]
    public Task Join() => CompareAsync(Plays.Join);

    [WanFact]
    public Task Partition() => CompareAsync(Plays.Partition);

    [WanFact]
    public Task Flood() => CompareAsync(Plays.Flood);

    private async Task CompareAsync(Plays.Play play)
    {
        SortedDictionary<string, long> twins = new(StringComparer.Ordinal), real = new(StringComparer.Ordinal);
        await using (var stage = new SimulatedStage(Nodes, Seed)) await play(stage, twins);
        await using (var stage = await RealStage.MakeAsync(Nodes)) await play(stage, real);
        foreach (var (name, figure) in real)
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name,-52} twins {twins[name],8}, real {figure,8}"));
        Assert.Equal(twins.Keys, real.Keys);
        Assert.All(real.Where(f => !IsMeasure(f.Key)), f => Assert.Equal((f.Key, twins[f.Key]), (f.Key, f.Value)));
    }

    private static bool IsMeasure(string figure) =>
        figure.StartsWith("ms ", StringComparison.Ordinal) || figure.StartsWith("bytes ", StringComparison.Ordinal);
}
