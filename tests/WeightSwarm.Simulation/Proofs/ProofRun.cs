using System.Globalization;

namespace WeightSwarm.Simulation.Proofs;

/// <summary>proofs [--trials N] [--seed S]: honest audits of which none may fail, and mutated proofs of which none may
/// pass.</summary>
internal static class ProofRun
{
    /// <summary>0: none did; 1: one did; 2: wrong arguments.</summary>
    public static int Run(string[] options, TextWriter output, TextWriter errors)
    {
        long trials = 20_000;
        ulong seed = 1;
        for (var i = 0; i + 1 < options.Length; i += 2)
            if (!(options[i] == "--trials" && long.TryParse(options[i + 1], CultureInfo.InvariantCulture, out trials))
                && !(options[i] == "--seed" && ulong.TryParse(options[i + 1], CultureInfo.InvariantCulture, out seed)))
                return Complain(errors, options[i]);
        if (options.Length % 2 != 0 || trials < 1) return Complain(errors, options.LastOrDefault() ?? "");
        var tally = ProofTally.Of(trials, seed);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{tally.Trials} honest audits, {tally.Lost} of them lost: {tally.FalseFailures} false failures"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{tally.Trials} mutated proofs: {tally.Accepted} accepted"));
        if (tally.FirstWrong is not { } wrong) return 0;
        errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first wrong: trial {wrong} of seed {seed}"));
        return 1;
    }

    private static int Complain(TextWriter errors, string option)
    {
        errors.WriteLine($"cannot read \"{option}\"; usage: tests/simulate proofs [--trials N] [--seed S]");
        return 2;
    }
}
