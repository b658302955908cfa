using System.Diagnostics;
using System.Globalization;
using WeightSwarm.Core;

namespace WeightSwarm.Simulation.Fuzz;

/// <summary>What many inputs of one target came to.</summary>
internal sealed record FuzzResult(
    string Target, long Inputs, long Accepted, long Milliseconds, long WorstBytes, long WorstMilliseconds,
    string? Crash);

/// <summary>fuzz [--inputs N] [--seed S] [--only TARGET]: mutated input against every parser.</summary>
internal static class FuzzRun
{
    /// <summary>No input may take so long.</summary>
    public const long MostMilliseconds = 5_000;

    /// <summary>0: every input was read or refused; 1: one was not; 2: wrong arguments.</summary>
    public static int Run(string[] options, TextWriter output, TextWriter errors)
    {
        long inputs = 1_000_000;
        ulong seed = 1;
        var only = "";
        for (var i = 0; i < options.Length; i += 2)
        {
            var value = i + 1 < options.Length ? options[i + 1] : "";
            var read = options[i] switch
            {
                "--inputs" => long.TryParse(value, CultureInfo.InvariantCulture, out inputs) && inputs > 0,
                "--seed" => ulong.TryParse(value, CultureInfo.InvariantCulture, out seed),
                "--only" => (only = value).Length > 0,
                _ => false,
            };
            if (read) continue;
            errors.WriteLine($"cannot read \"{options[i]} {value}\"");
            return 2;
        }
        var targets = FuzzTargets.Make().Where(t => only.Length == 0 || t.Name == only).ToList();
        if (targets.Count > 0) return RunAll(targets, inputs, seed, output);
        var names = string.Join(", ", FuzzTargets.Make().Select(t => t.Name));
        errors.WriteLine($"there is no target \"{only}\"; they are {names}");
        return 2;
    }

    /// <summary>Runs one target; ends at its first crash.</summary>
    /// <param name="target">What to feed.</param>
    /// <param name="inputs">How many inputs.</param>
    /// <param name="seed">Of the mutations.</param>
    public static FuzzResult Of(FuzzTarget target, long inputs, ulong seed)
    {
        var mutator = new Mutator(new SplitMix64(seed));
        var watch = Stopwatch.StartNew();
        long accepted = 0, worstBytes = 0, worstMs = 0, done = 0;
        string? crash = null;
        for (; done < inputs && crash is null; done++)
        {
            var bytes = mutator.Mutate(target.Samples);
            var (allocated, began) = (GC.GetAllocatedBytesForCurrentThread(), watch.ElapsedMilliseconds);
            try
            {
                if (target.Read(bytes)) accepted++;
            }
            catch (Exception e)
            {
                crash = Describe(target, seed, done, bytes, e.ToString());
            }
            worstBytes = Math.Max(worstBytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
            var tookMs = watch.ElapsedMilliseconds - began;
            worstMs = Math.Max(worstMs, tookMs);
            if (tookMs > MostMilliseconds) crash ??= Describe(target, seed, done, bytes, $"took {tookMs} ms");
        }
        return new FuzzResult(target.Name, done, accepted, watch.ElapsedMilliseconds, worstBytes, worstMs, crash);
    }

    private static int RunAll(List<FuzzTarget> targets, long inputs, ulong seed, TextWriter output)
    {
        output.WriteLine($"{"target",-20} {"inputs",10} {"accepted",10} {"inputs/s",10} {"worst kB",9} {"worst ms",9}");
        long total = 0;
        var crashed = false;
        foreach (var target in targets)
        {
            var result = Of(target, Math.Max(1, inputs / targets.Count), seed);
            total += result.Inputs;
            crashed |= result.Crash is not null;
            output.WriteLine(
                $"{result.Target,-20} {result.Inputs,10} {result.Accepted,10} " +
                $"{result.Inputs * 1000 / Math.Max(1, result.Milliseconds),10} {result.WorstBytes / 1000,9} " +
                $"{result.WorstMilliseconds,9}");
            if (result.Crash is not null) output.WriteLine(result.Crash);
        }
        output.WriteLine($"{total} inputs, {(crashed ? "CRASHED" : "no crash")}, seed {seed}");
        return crashed ? 1 : 0;
    }

    private static string Describe(FuzzTarget target, ulong seed, long number, byte[] bytes, string what) =>
        $"{target.Name}: input {number} of seed {seed}: {Convert.ToHexString(bytes)}\n{what}";
}
