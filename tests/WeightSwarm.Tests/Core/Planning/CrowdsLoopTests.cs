using System.Collections.Immutable;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>Planners in one loop, most of whose room is in one autonomous system.</summary>
public sealed class CrowdsLoopTests(ITestOutputHelper output)
{
    /// <summary>Sixteen nodes of twenty, and so four fifths of the room, in AS 1; two each in AS 2 and AS 3.</summary>
    private static readonly ImmutableArray<(uint Asn, string Country)> _mostInOne =
        [.. Enumerable.Range(0, 20).Select(n => n < 16 ? (1u, "DE") : n < 18 ? (2u, "FR") : (3u, "NL"))];

    [Theory]
    [InlineData(0)]
    [InlineData(600)]
    public void Loop_MostRoomInOneSystem_HasNoMoreThanHalfOfTheCopiesThere(long delayMs)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var loop = new ClosedLoop(Setting(seed, _mostInOne) with { LongestDelayMs = delayMs });
            loop.Run(120_000);
            var most = loop.MostIn(p => p.Asn == 1);
            output.WriteLine($"seed {seed}: {most} copies in AS1, {loop.Cancelled} cancelled");
            Assert.True(loop.CopiesBySlice.All(c => c == 5), $"seed {seed}: {string.Join(' ', loop.CopiesBySlice)}");
            Assert.True(most <= 3, $"seed {seed}: {most} of 5 copies in AS1");
        }
    }

    [Fact]
    public void Loop_MostRoomInOneCountry_HasNoMoreThanTwoThirdsOfTheCopiesThere()
    {
        var places = _mostInOne.Select((p, n) => (p.Asn == 1 ? (uint)(100 + n) : p.Asn, p.Country));
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var loop = new ClosedLoop(Setting(seed, [.. places]));
            loop.Run(120_000);
            Assert.True(loop.CopiesBySlice.All(c => c == 5), $"seed {seed}: {string.Join(' ', loop.CopiesBySlice)}");
            var most = loop.MostIn(p => p.Country == "DE");
            Assert.True(most <= 4, $"seed {seed}: {most} of 5 copies in DE");
        }
    }

    [Fact]
    public void Loop_OneSystemOnly_MakesAllCopiesThere()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var loop = new ClosedLoop(Setting(seed, [.. Enumerable.Repeat((1u, "DE"), 20)]));
            loop.Run(120_000);
            Assert.True(loop.CopiesBySlice.All(c => c == 5), $"seed {seed}: {string.Join(' ', loop.CopiesBySlice)}");
            Assert.True(loop.OpenClaims == 0, $"seed {seed}: does not stop");
        }
    }

    /// <summary>The only node outside takes what it can, and those in AS 1 make the rest.</summary>
    [Fact]
    public void Loop_NoRoomOutsideTheCrowdedSystem_MakesTheRestInIt()
    {
        var setting = Setting(1, [.. Enumerable.Range(0, 20).Select(n => (n < 19 ? 1u : 2u, ""))]) with
        {
            LongestDelayMs = 100,
        };
        var loop = new ClosedLoop(setting);
        loop.Run(120_000);
        Assert.All(loop.CopiesBySlice, copies => Assert.Equal(5, copies));
        Assert.Equal(setting.Slices, loop.HeldBy(19));
        Assert.Equal(4, loop.MostIn(p => p.Asn == 1));
    }

    private static LoopSetting Setting(ulong seed, ImmutableArray<(uint, string)> places) => new()
    {
        Seed = seed,
        Nodes = places.Length,
        Slices = 16,
        Copies = 5,
        Places = places,
    };
}
