using System.Security.Cryptography;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>Makes folders of files with seeded content, and compares them.</summary>
internal static class ModelFolder
{
    public const int MiB = 1 << 20;

    /// <summary>The usual shape of a small model: shards, an index, notes in a folder of their own, an empty
    /// file.</summary>
    public static string Make(string folder, int seed, int shards, int shardBytes)
    {
        for (var shard = 1; shard <= shards; shard++)
            Write(folder, $"model-{shard:00000}-of-{shards:00000}.bin", shardBytes, seed * 1000 + shard);
        Write(folder, "config.json", 700 + seed, seed);
        Write(folder, "notes/read me.txt", 90, seed + 1);
        Write(folder, "notes/empty", 0, seed);
        return folder;
    }

    /// <summary>One file of random bytes; the same seed gives the same bytes.</summary>
    public static string Write(string folder, string path, int bytes, int seed)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var random = new Random(seed);
        var block = new byte[Math.Min(bytes, MiB)];
        using var file = File.Create(full);
        for (var left = bytes; left > 0; left -= block.Length)
        {
            if (left < block.Length) block = new byte[left];
            random.NextBytes(block);
            file.Write(block);
        }
        return full;
    }

    /// <summary>Relative path and SHA-256 of every file below a folder, in one order for all.</summary>
    public static IReadOnlyList<string> Fingerprint(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.None,
        }).Select(path => $"{Path.GetRelativePath(folder, path)} {HashOf(path)}").Order(StringComparer.Ordinal),
    ];

    /// <summary>Fails unless both folders have the same files with the same bytes.</summary>
    public static void AssertSame(string expected, string found) =>
        Assert.Equal(Fingerprint(expected), Fingerprint(found));

    /// <summary>SHA-256 in hex.</summary>
    public static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
