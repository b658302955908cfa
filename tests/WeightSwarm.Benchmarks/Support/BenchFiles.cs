namespace WeightSwarm.Benchmarks;

/// <summary>The files that a benchmark works on, and whether the system has them in memory.</summary>
internal sealed class BenchFiles : IDisposable
{
    private const int Seed = 20260101;

    /// <summary>
    /// Writes so many weight files of equal size, and (unless they are to be alone) a few small ones, as a hub has.
    /// </summary>
    public BenchFiles(string parent, string name, int shards, long bytes, bool alone = false)
    {
        Root = Path.Combine(parent, $"weightswarm-bench-{Guid.NewGuid():N}");
        Folder = Path.Combine(Root, name);
        Directory.CreateDirectory(Folder);
        var random = new Random(Seed);
        for (var i = 1; i <= shards; i++)
            Write($"model-{i:00000}-of-{shards:00000}.safetensors", bytes / shards, random);
        if (shards == 1 || alone) return;
        Write("config.json", 700, random);
        Write("README.md", 3000, random);
        Write("tokenizer.json", 1_800_000, random);
    }

    /// <summary>The folder that <see cref="Folder"/> lies in.</summary>
    public string Root { get; }

    /// <summary>The folder with the files.</summary>
    public string Folder { get; }
    public long Bytes => Files.Sum(file => new FileInfo(file).Length);
    public string[] Files => Directory.GetFiles(Folder);

    /// <summary>Reads every byte, so that the system keeps it in memory.</summary>
    public void Warm()
    {
        var buffer = new byte[1 << 20];
        foreach (var file in Files)
        {
            using var stream = File.OpenRead(file);
            while (stream.Read(buffer) > 0)
            {
            }
        }
    }

    /// <summary>Makes the system forget the files' bytes: for all files as root, else with advice for each.</summary>
    public void Chill()
    {
        Command.Output("/bin/sync");
        if (Environment.IsPrivilegedProcess) File.WriteAllText("/proc/sys/vm/drop_caches", "1");
        else Array.ForEach(Files, file => Command.Output("/bin/dd", $"if={file}", "iflag=nocache", "count=0"));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void Write(string name, long bytes, Random random)
    {
        var buffer = new byte[1 << 20];
        using var stream = new FileStream(Path.Combine(Folder, name), FileMode.CreateNew);
        for (; bytes > 0; bytes -= buffer.Length)
        {
            random.NextBytes(buffer);
            stream.Write(buffer, 0, (int)Math.Min(buffer.Length, bytes));
        }
    }
}
