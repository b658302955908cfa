using System.Globalization;

namespace WeightSwarm.Node.Scrub;

/// <summary>Whether the machine has better to do than to read own data again.</summary>
public interface ILoadGauge
{
    /// <summary>Somebody waits for the disk, or for the processor. May be called from any thread.</summary>
    bool IsBusy { get; }
}

/// <summary>
/// By pressure stall information: some task waited for a disk in more than 40 % of the last ten seconds, twice what
/// the reading itself may cause. A kernel without it is asked for its load average: more than two per processor.
/// </summary>
public sealed class LoadGauge : ILoadGauge
{
    private const double MostStalled = 40, MostPerProcessor = 2;

    private readonly string _pressure;
    private readonly string _loads;
    private readonly int _processors;

    /// <summary>Of this machine.</summary>
    public LoadGauge() : this("/proc/pressure/io", "/proc/loadavg", Environment.ProcessorCount)
    {
    }

    /// <summary>Of any files of that form.</summary>
    public LoadGauge(string pressure, string loads, int processors) =>
        (_pressure, _loads, _processors) = (pressure, loads, processors);

    /// <inheritdoc/>
    public bool IsBusy => Stalled() is { } percent
        ? percent > MostStalled
        : Number(FirstLine(_loads), 0) > MostPerProcessor * _processors;

    // "some avg10=0.13 avg60=…": a kernel that was told not to measure has the file, and refuses to read it.
    private double? Stalled()
    {
        const string before = "some avg10=";
        var line = FirstLine(_pressure);
        return line.StartsWith(before, StringComparison.Ordinal) ? Number(line, before.Length) : null;
    }

    private static string FirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static double? Number(string line, int from)
    {
        var end = line.IndexOf(' ', from);
        var text = end < 0 ? line.AsSpan(from) : line.AsSpan(from, end - from);
        return double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
