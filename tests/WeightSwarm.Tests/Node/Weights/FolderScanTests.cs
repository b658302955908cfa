using System.Diagnostics;
using System.Net.Sockets;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Tests.Node.Weights;

public sealed class FolderScanTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_NestedFolder_ListsFilesInTorrentOrder()
    {
        _folder.Write("m/dir/z", [1]);
        _folder.Write("m/dir-y/q", [1, 2]);
        _folder.Write("m/dir.x", []);
        _folder.Write("m/.gitattributes", [1]);
        Directory.CreateDirectory(_folder.Path("m/empty/folder"));
        var scan = FolderScan.Run(_folder.Path("m/"));
        Assert.Equal(("", ScanOutcome.Complete), (scan.Reason, scan.Outcome));
        Assert.Equal([".gitattributes", "dir/z", "dir-y/q", "dir.x"], scan.Files.Select(f => f.Path));
        Assert.Equal([1, 1, 2, 0], scan.Files.Select(f => f.Bytes));
        Assert.Equal(_folder.Path("m"), scan.Root);
        Assert.All(scan.Files, f => Assert.Equal(FileStamp.Of(f.FullPath), f.Stamp));
    }

    [Fact]
    public void Run_SingleFile_TakesItsFolderAsRoot()
    {
        var path = _folder.Write("model.gguf", [1, 2]);
        var scan = FolderScan.Run(path);
        Assert.Equal([new ScannedFile("model.gguf", path, FileStamp.Of(path)!.Value)], scan.Files.AsEnumerable());
        Assert.Equal(_folder.Root, scan.Root);
    }

    [Fact]
    public void Run_CacheOfLinks_FollowsThemToTheirFiles()
    {
        _folder.Write("blobs/shared", [1, 2, 3]);
        File.CreateSymbolicLink(_folder.Path("blobs/abc"), "shared");
        Directory.CreateDirectory(_folder.Path("snapshots/c"));
        File.CreateSymbolicLink(_folder.Path("snapshots/c/w.bin"), "../../blobs/abc");
        var scan = FolderScan.Run(_folder.Path("snapshots/c"));
        Assert.Equal((ScanOutcome.Complete, 3), (scan.Outcome, scan.Bytes));
    }

    [Fact]
    public void Run_FoldersOfTools_AreSkippedAndNamed()
    {
        _folder.Write("w", [1]);
        _folder.Write(".git/HEAD", [1]);
        _folder.Write(".cache/huggingface/download/w.metadata", [1]);
        var scan = FolderScan.Run(_folder.Root);
        Assert.Equal(["w"], scan.Files.Select(f => f.Path));
        Assert.Equal([".cache/huggingface", ".git"], scan.Skipped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_Nothing_IsMissing() => Fails(ScanOutcome.Missing, "none", "check the path");

    [Fact]
    public void Run_NoFile_IsEmpty()
    {
        Directory.CreateDirectory(_folder.Path("sub"));
        Fails(ScanOutcome.Empty, "", "no file");
    }

    [Fact]
    public void Run_NoBytes_IsEmpty()
    {
        _folder.Write("a", []);
        Fails(ScanOutcome.Empty, "", "not one byte in the 1 files");
    }

    [Fact]
    public void Run_DanglingLink_IsRefused()
    {
        _folder.Write("a", [1]);
        File.CreateSymbolicLink(_folder.Path("b"), "nowhere");
        Fails(ScanOutcome.Unsuitable, "", "leads nowhere");
    }

    [Fact]
    public void Run_LinkLoops_AreRefused()
    {
        _folder.Write("a", [1]);
        File.CreateSymbolicLink(_folder.Path("b"), ".");
        Fails(ScanOutcome.Unsuitable, "", "symbolic link to a folder");
        File.Delete(_folder.Path("b"));
        File.CreateSymbolicLink(_folder.Path("b"), "b");
        Fails(ScanOutcome.Unsuitable, "", "/b'");
    }

    [Fact]
    public void Run_Socket_IsRefused()
    {
        _folder.Write("a", [1]);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.Path("s")));
        Fails(ScanOutcome.Unsuitable, "", "device, socket or pipe");
        Fails(ScanOutcome.Unsuitable, "s", "device, socket or pipe");
    }

    [Fact]
    public void Run_Pipe_IsRefusedWithoutWaitingForItsWriter()
    {
        using var made = Process.Start("mkfifo", _folder.Path("p"));
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
        Fails(ScanOutcome.Unsuitable, "", "device, socket or pipe");
    }

    [Theory]
    [InlineData("a\\b", "U+005C")]
    [InlineData("a\nb", "U+000A")]
    public void Run_NameThatEnginesChange_IsRefusedByName(string name, string because)
    {
        _folder.Write(name, [1]);
        Fails(ScanOutcome.Unsuitable, "", because);
    }

    [Fact]
    public void Run_NameThatIsNotUtf8_IsRefused()
    {
        using var made = Process.Start("sh", ["-c", "printf x > \"$1/$(printf 'a\\377b')\"", "sh", _folder.Root]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
        Fails(ScanOutcome.Unsuitable, "", "not plain UTF-8");
        File.Delete(_folder.Path("nothing"));
        using var removed = Process.Start("sh", ["-c", "rm \"$1\"/*", "sh", _folder.Root]);
        removed.WaitForExit();
    }

    [Fact]
    public void Run_NamesThatDifferInCase_AreRefusedByName()
    {
        _folder.Write("Config.json", [1]);
        _folder.Write("config.json", [1]);
        Fails(ScanOutcome.Unsuitable, "", "'config.json' and 'Config.json' differ only");
    }

    [Fact]
    public void Run_FileWithoutReadRight_IsUnreadable()
    {
        // Rights do not stop root; files that the kernel only lets one write to do.
        _folder.Write("a", [1]);
        const string WriteOnly = "/sys/bus/platform/drivers_probe";
        if (OperatingSystem.IsLinux() && Environment.UserName != "root")
            File.SetUnixFileMode(_folder.Write("secret", [1]), UnixFileMode.None);
        else
            File.CreateSymbolicLink(_folder.Path("secret"), WriteOnly);
        Fails(ScanOutcome.Unreadable, "", "secret' cannot be read");
    }

    private void Fails(ScanOutcome outcome, string path, string because)
    {
        var scan = FolderScan.Run(_folder.Path(path));
        Assert.Equal(outcome, scan.Outcome);
        Assert.Contains(because, scan.Reason, StringComparison.Ordinal);
        Assert.Empty(scan.Files);
    }
}
