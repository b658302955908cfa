using System.Diagnostics;
using System.Runtime.CompilerServices;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.IntegrationTests.Weights;

/// <summary>
/// The same files under the same name have the same info-hashes here and in libtorrent (python3-libtorrent), and
/// libtorrent sees the same paths in our torrents.
/// </summary>
public sealed class LibtorrentAgreementTests : IDisposable
{
    private const int K = 16384;

    private readonly Random _shuffle = new(99);
    private readonly string _root = Directory.CreateTempSubdirectory("weightswarm-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("small file", K, "a=5")]
    [InlineData("one leaf", K, "a=16384")]
    [InlineData("one piece of two leaves", 2 * K, "a=32768")]
    [InlineData("one piece and a byte", 2 * K, "a=32769")]
    [InlineData("single nested file", 2 * K, "d/e/a=100000")]
    [InlineData("single empty beside one", 2 * K, "a=0 b=81920")]
    [InlineData("empty files around", 2 * K, "a=0 b=7 c=0 d=32768 e=0 f=32769 g=0")]
    [InlineData("exact multiples", 2 * K, "a=32768 b=65536 c=131072")]
    [InlineData("odd sizes", 4 * K, "a=1 b=16383 c=16385 d=65535 e=65537 f=1000003 g=262144")]
    [InlineData("nested folders", 2 * K, "z=5 d/z=5 d-y/q=99999 d.x=3 D2/e/f/g=70000 d/a/b=1")]
    [InlineData("names of many scripts", 2 * K, "é=5 模型/权重.bin=40000 a!b=3 ~=9 .gitattributes=7 😀/ﬀ=2 a,b=1")]
    [InlineData("shorter than a leaf", 2 * K, "a=1 b=2 c=16383 d/e=7")]
    [InlineData("exact multiples of leaf, piece and slice", 1 << 20, "a=16384 b=1048576 c=4194304 d=2097152")]
    [InlineData("as a hub has them", 1 << 20, "README.md=3000 config.json=700 model-00001-of-00002.safetensors=5000001 "
        + "model-00002-of-00002.safetensors=3145728 tokenizer/vocab.json=1048576 tokenizer/merges.txt=0")]
    public async Task Hash_Folder_HasLibtorrentsInfoHashes(string what, int pieceLength, string files)
    {
        var sizes = files.Split(' ').Select(f => (f.Split('=')[0], int.Parse(f.Split('=')[1])));
        await Agree(what, pieceLength, sizes);
    }

    [Fact]
    public async Task Hash_EqualFiles_HaveLibtorrentsInfoHashes()
    {
        foreach (var name in new[] { "a", "b/c", "d" }) Write(name, new byte[(5 * K) + 3]);
        await Agree("equal files", 2 * K, []);
    }

    [Fact]
    public async Task Hash_FiveThousandFiles_HasLibtorrentsInfoHashes() =>
        await Agree("5,000 files", 2 * K, Enumerable.Range(0, 5000).Select(i => ($"s{i % 83}/{i}.json", i % 301)));

    [Fact]
    public async Task Hash_FortyNestedFolders_HaveLibtorrentsInfoHashes() => await Agree(
        "40 nested folders", 2 * K,
        Enumerable.Range(1, 40).Select(depth =>
            ($"{string.Join('/', Enumerable.Range(0, depth).Select(i => $"d{i}"))}/f{depth}", depth * 4099)));

    /// <summary>Whoever adds the files, and in whatever order they came to the disk: one torrent, byte for
    /// byte.</summary>
    [Fact]
    public async Task Hash_SameFilesInAnotherOrderAndPlace_GiveTheSameTorrent()
    {
        (string Path, int Bytes)[] files = [.. Enumerable.Range(0, 60).Select(i => ($"d{i % 7}/{i:x}.bin", i * 2777))];
        await Agree("in order", 2 * K, files);
        var torrents = new List<byte[]>();
        foreach (var (seed, workers) in new[] { (1, 1), (2, 2), (3, 5) })
        {
            var folder = Path.Combine(_root, $"someone {seed}", "else");
            foreach (var (path, _) in files.OrderBy(_ => _shuffle.Next()))
            {
                var to = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(Path.Combine(Folder, path), to);
                File.SetLastWriteTimeUtc(to, DateTime.UnixEpoch.AddDays(seed));
            }
            var result = await new ModelHasher(workers).HashAsync(FolderScan.Run(folder), "org--model", null, 2 * K);
            torrents.Add(result.Model!.MetainfoBytes.ToArray());
        }
        var first = await new ModelHasher().HashAsync(FolderScan.Run(Folder), "org--model", null, 2 * K);
        Assert.All(torrents, torrent => Assert.Equal(first.Model!.MetainfoBytes.ToArray(), torrent));
    }

    [Fact]
    public async Task Hash_RandomFolders_HaveLibtorrentsInfoHashes()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        for (var round = 0; round < 12; round++)
        {
            var files = Enumerable.Range(0, random.Next(1, 20)).Select(i =>
                (Path: $"{(char)random.Next('a', 'e')}{random.Next(3)}/{i}{"-. _x"[random.Next(5)]}",
                    Bytes: random.Next(0, 12 * K)));
            await Agree($"seed {Seed}, round {round}", K << random.Next(4), files.Append(("z", 1)).ToArray());
            Directory.Delete(Folder, recursive: true);
        }
    }

    private string Folder => Path.Combine(_root, "model");

    private async Task Agree(string what, int pieceLength, IEnumerable<(string Path, int Bytes)> files)
    {
        var random = new Random(7);
        foreach (var (path, bytes) in files)
        {
            var content = new byte[bytes];
            random.NextBytes(content);
            Write(path, content);
        }
        var result = await new ModelHasher().HashAsync(FolderScan.Run(Folder), "org--model", null, pieceLength);
        Assert.True(result.Model is not null, result.Reason);
        var ours = result.Model.Metainfo;
        var hashes = $"{Convert.ToHexStringLower(ours.InfoHashV1.AsSpan())} {ours.InfoHashV2}";

        var theirs = Path.Combine(_root, $"{Guid.NewGuid():N}.torrent");
        var made = await Python(Folder, "org--model", $"{pieceLength}", theirs);
        Assert.True(hashes == made.Trim(), $"{what}: ours {hashes}, libtorrent's {made}");
        var parsed = Metainfo.Parse(File.ReadAllBytes(theirs));
        Assert.True(parsed.Metainfo is not null, $"{what}: {parsed.Reason}");
        Assert.Equal(result.Model.MetainfoBytes.ToArray(), parsed.Metainfo.ToEngineBytes());

        File.WriteAllBytes(theirs, result.Model.MetainfoBytes.ToArray());
        var read = (await Python("--read", theirs)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(hashes, read[0]);
        Assert.Equal(ours.Files.Select(f => $"org--model/{f.Path}"), read[1..]);
    }

    private void Write(string path, byte[] content)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
    }

    private static async Task<string> Python(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Script(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"make_torrent.py {string.Join(' ', arguments)}: {await error}");
        return output;
    }

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "make_torrent.py");
}
