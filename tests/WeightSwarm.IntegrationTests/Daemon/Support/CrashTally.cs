using System.Globalization;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>What several rounds of kills came to.</summary>
internal sealed class CrashTally
{
    private readonly SortedDictionary<CrashOperation, int> _kills = [];
    private long _unrecorded;
    private long _again;

    public void Add(CrashRound round)
    {
        foreach (var (operation, kills) in round.Kills)
            _kills[operation] = _kills.GetValueOrDefault(operation) + kills;
        _unrecorded = Math.Max(_unrecorded, round.MostUnrecorded);
        _again = Math.Max(_again, round.MostAgain);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_kills.Values.Sum()} kills ({string.Join(", ", _kills.Select(k => $"{k.Key} {k.Value}"))}); at most " +
        $"{_unrecorded} bytes of unfinished slices at a kill, {_again} bytes received that were not missing");
}
