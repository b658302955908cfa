namespace WeightSwarm.Benchmarks.Speed;

/// <summary>Folders that a benchmark writes into; gone at its end.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly string _root;

    public Scratch(string parent)
    {
        _root = Path.Combine(parent, $"weightswarm-speed-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Work);
    }

    /// <summary>For small files.</summary>
    public string Work => Path.Combine(_root, "work");

    /// <summary>One fetch into a fresh folder, which is deleted, with the source in memory or not.</summary>
    public async Task<Transfer> FetchAsync(Rival rival, Payload payload, int round, TimeSpan cut, bool cold)
    {
        var target = Path.Combine(_root, $"{rival.Name}-{round}");
        Directory.CreateDirectory(target);
        // What the last one wrote is not to be written back while this one is measured.
        Command.Output("/bin/sync");
        var transfer = await rival.FetchAsync(target, round, cut, () =>
        {
            if (cold) payload.Files.Chill();
            else payload.Files.Warm();
        });
        if (!transfer.Cut) Check(payload, target);
        Directory.Delete(target, recursive: true);
        return transfer;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>A fast wrong answer is none: sizes, and the bytes at the end of every piece of a megabyte.</summary>
    private static void Check(Payload payload, string target)
    {
        byte[] wanted = new byte[64], found = new byte[64];
        foreach (var source in payload.Files.Files)
        {
            var copy = Path.Combine(target, Path.GetFileName(payload.Files.Folder), Path.GetFileName(source));
            using var original = File.OpenHandle(source);
            using var fetched = File.OpenHandle(copy);
            var length = RandomAccess.GetLength(original);
            var same = length == RandomAccess.GetLength(fetched);
            for (var at = (1L << 20) - 64; same && at < length; at += 1L << 20)
            {
                RandomAccess.Read(original, wanted, at);
                RandomAccess.Read(fetched, found, at);
                same = wanted.AsSpan().SequenceEqual(found);
            }
            if (!same) throw new InvalidOperationException($"{copy} is not what was seeded");
        }
    }
}
