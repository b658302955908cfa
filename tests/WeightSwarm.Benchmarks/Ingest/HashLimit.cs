using System.Globalization;

namespace WeightSwarm.Benchmarks.Ingest;

/// <summary>
/// What the processor can do at most, by <c>openssl speed</c>: each byte takes part in one SHA-1 and two SHA-256.
/// </summary>
/// <param name="Cores">Processors.</param>
/// <param name="Sha1">Bytes per second of all cores together, blocks of 16 KiB.</param>
/// <param name="Sha256">The same of SHA-256.</param>
internal sealed record HashLimit(int Cores, double Sha1, double Sha256)
{
    public double BytesPerSecond => 1 / (1 / Sha1 + 2 / Sha256);
    public double CpuSecondsPerGb => 1e9 * Cores / BytesPerSecond;

    public static HashLimit Measure() =>
        new(Environment.ProcessorCount, Speed("sha1"), Speed("sha256"));

    // One process counts its own processor time, so that other load matters little; several would count the wall clock.
    private static double Speed(string algorithm)
    {
        var output =
            Command.Output("/usr/bin/openssl", "speed", "-seconds", "3", "-bytes", "16384", "-evp", algorithm);
        var last = output.Trim().Split('\n')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];
        return Environment.ProcessorCount * 1000 * double.Parse(last.TrimEnd('k'), CultureInfo.InvariantCulture);
    }
}
