using System.Globalization;

namespace WeightSwarm.Simulation.Trims;

/// <summary>What many trials of one setting came to.</summary>
internal sealed class TrimTally
{
    public long Trials { get; private set; }
    public long BelowFloor { get; private set; }
    public long BelowWanted { get; private set; }
    public long Released { get; private set; }
    public long Left { get; private set; }
    public int Fewest { get; private set; } = int.MaxValue;
    /// <summary>The seed of the first trial that went below its floor.</summary>
    public ulong? FirstBelow { get; private set; }

    public void Add(TrimOutcome outcome, int copies, ulong seed)
    {
        Trials++;
        Released += outcome.Released;
        Left += outcome.Left;
        Fewest = Math.Min(Fewest, outcome.Fewest);
        if (outcome.Fewest < Math.Min(copies, outcome.Floor)) BelowWanted++;
        if (outcome.Fewest >= outcome.Floor) return;
        BelowFloor++;
        FirstBelow ??= seed;
    }

    /// <summary>Runs trials with seeds from the first on.</summary>
    public static TrimTally Of(TrimSetting setting, long trials, ulong firstSeed)
    {
        var tally = new TrimTally();
        for (var i = 0L; i < trials; i++)
            tally.Add(new TrimTrial(setting, firstSeed + (ulong)i).Run(), setting.Copies, firstSeed + (ulong)i);
        return tally;
    }
}

/// <summary>trims [--trials N] [--seed S]: the release rule beside what one would write without it.</summary>
internal static class TrimRun
{
    private static readonly (string Name, TrimSetting Setting)[] _cells =
    [
        ("naive", new TrimSetting { Rule = TrimRule.Naive }),
        ("naive, all within a minute", new TrimSetting
        {
            Rule = TrimRule.Naive, Pace = Core.Catalogue.Pace.Real with { ReleaseJitterMs = 60_000 },
        }),
        ("naive, fresh views, nobody dead", new TrimSetting
        {
            Rule = TrimRule.Naive, DelayMs = 1_000, DeadPercent = 0, PartitionPercent = 0, SkewMs = 0,
        }),
        ("by gossip alone, W = 30 s",
            new TrimSetting { Pace = Waiting(30_000), Rule = TrimRule.TicketedByGossipAlone }),
        ("by gossip alone, W = 30 min", new TrimSetting { Rule = TrimRule.TicketedByGossipAlone }),
        ("ticketed, W = 3 min", new TrimSetting { Pace = Waiting(180_000) }),
        ("ticketed, W = 30 min", new TrimSetting()),
        ("ticketed, with drains", new TrimSetting { DrainPercent = 30 }),
    ];

    /// <summary>0: no trial of the product's rule went below its floor; 1: one did; 2: wrong arguments.</summary>
    public static int Run(string[] options, TextWriter output, TextWriter errors)
    {
        long trials = 20_000;
        ulong seed = 1;
        for (var i = 0; i + 1 < options.Length; i += 2)
            if (!(options[i] == "--trials" && long.TryParse(options[i + 1], CultureInfo.InvariantCulture, out trials))
                && !(options[i] == "--seed" && ulong.TryParse(options[i + 1], CultureInfo.InvariantCulture, out seed)))
                return Complain(errors, options[i]);
        if (options.Length % 2 != 0 || trials < 1) return Complain(errors, options.LastOrDefault() ?? "");
        output.WriteLine($"{"rule",-38} {"trials",9} {"< floor",9} {"P(<N)",10} {"fewest",7} {"left",6} first seed");
        var broken = false;
        foreach (var (name, setting) in _cells)
        {
            // What only shows that the trial can fail needs no long run.
            var proven = setting.Rule == TrimRule.Ticketed;
            var tally = TrimTally.Of(setting, proven ? trials : Math.Min(trials, 100_000), seed);
            output.WriteLine(Line(name, tally));
            broken |= proven && tally.BelowFloor > 0;
        }
        return broken ? 1 : 0;
    }

    private static string Line(string name, TrimTally tally) => string.Create(CultureInfo.InvariantCulture,
        $"{name,-38} {tally.Trials,9} {tally.BelowFloor,9} {Share(tally.BelowWanted, tally.Trials),10} " +
        $"{tally.Fewest,7} {tally.Left / (decimal)tally.Trials,6:F2} {tally.FirstBelow}");

    private static string Share(long part, long whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * part / (decimal)whole:F4} %");

    private static Core.Catalogue.Pace Waiting(long waitMs) => Core.Catalogue.Pace.Real with { ReleaseWaitMs = waitMs };

    private static int Complain(TextWriter errors, string option)
    {
        errors.WriteLine($"cannot read \"{option}\"; usage: tests/simulate trims [--trials N] [--seed S]");
        return 2;
    }
}
