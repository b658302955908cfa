namespace WeightSwarm.Benchmarks.Speed;

/// <summary>One leecher's fetch of everything.</summary>
/// <param name="Rival">Who.</param>
/// <param name="Round">Which round, from 1.</param>
/// <param name="Bytes">What was fetched, complete and in the files unless cut.</param>
/// <param name="Seconds">From the leecher's first knowledge of a seeder.</param>
/// <param name="CpuSeconds">Of the leecher and the seeders in that time.</param>
/// <param name="Cut">It was not through in time; the bytes are those until then.</param>
internal sealed record Transfer(string Rival, int Round, long Bytes, double Seconds, double CpuSeconds, bool Cut)
{
    public double MegabytesPerSecond => Bytes / 1e6 / Seconds;
}

/// <summary>What every rival is to transfer.</summary>
/// <param name="Files">The content; its root is where a seeder looks for the torrent's folder.</param>
/// <param name="Hybrid">Path of the hybrid .torrent.</param>
/// <param name="Version1">The bytes of its version 1 twin.</param>
/// <param name="Work">A folder for small files.</param>
internal sealed record Payload(BenchFiles Files, string Hybrid, byte[] Version1, string Work);
