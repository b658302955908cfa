namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>What disks, accidents and other programs do to files.</summary>
internal static class Damage
{
    /// <summary>Changes one bit, and leaves the file's time as it was, as a disk does.</summary>
    public static void Flip(string file, long at)
    {
        var stamp = File.GetLastWriteTimeUtc(file);
        using (var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            stream.Position = at;
            var was = stream.ReadByte();
            stream.Position = at;
            stream.WriteByte((byte)(was ^ 1));
        }
        File.SetLastWriteTimeUtc(file, stamp);
    }

    /// <summary>Changes every byte, and leaves the file's time as it was.</summary>
    public static void Spoil(string file)
    {
        var stamp = File.GetLastWriteTimeUtc(file);
        var bytes = File.ReadAllBytes(file);
        for (var at = 0; at < bytes.Length; at++) bytes[at] ^= 0xFF;
        using (var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.Write(bytes);
        File.SetLastWriteTimeUtc(file, stamp);
    }

    /// <summary>Takes bytes out of the middle, so that zeros are read there.</summary>
    public static async Task PunchAsync(string file, long at, long bytes) => (await RunResult.OfAsync(
        "fallocate", ["--punch-hole", "--offset", $"{at}", "--length", $"{bytes}", file])).Succeeded();

    /// <summary>Cuts the end off.</summary>
    public static void Cut(string file, long bytes)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(bytes);
    }
}
