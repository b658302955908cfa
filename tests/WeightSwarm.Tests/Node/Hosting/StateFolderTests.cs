using System.Net.Sockets;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Hosting;

public sealed class StateFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Acquire_MissingFolder_IsCreatedWithMode0750()
    {
        using var state = StateFolder.Acquire(_folder.At("a", "state") + "/");
        Assert.Equal(_folder.At("a", "state"), state.FolderPath);
        Assert.Equal("750", Convert.ToString((int)File.GetUnixFileMode(state.FolderPath), 8));
        Assert.Equal(_folder.At("a", "state", "control.sock"), state.ControlSocketPath);
        Assert.Equal(_folder.At("a", "state", "node.key"), state.NodeKeyPath);
        var network = new NetworkId(Hash256.Of("n"u8));
        Assert.Equal(_folder.At("a", "state", $"founder-{network}.key"), state.FounderKeyPath(network));
    }

    [Fact]
    public void Acquire_HeldFolder_IsRefusedWithThePidUntilItIsFree()
    {
        using (StateFolder.Acquire(_folder.Root))
        {
            var error = Assert.Throws<SetupException>(() => StateFolder.Acquire(_folder.Root));
            Assert.Equal($"a daemon already runs on {_folder.Root} (pid {Environment.ProcessId})", error.Message);
        }
        StateFolder.Acquire(_folder.Root).Dispose();
    }

    [Fact]
    public void Acquire_FileInTheFoldersPlace_IsRefused()
    {
        File.WriteAllText(_folder.At("file"), "");
        Assert.Contains(
            _folder.At("file"), Assert.Throws<SetupException>(() => StateFolder.Acquire(_folder.At("file"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ControlSocketOf_PathOfTheLimit_IsAllowedAndBindable()
    {
        var name = new string('x', StateFolder.LongestSocketPath - $"{_folder.Root}//control.sock".Length);
        using var state = StateFolder.Acquire(_folder.At(name));
        Assert.Equal(StateFolder.LongestSocketPath, StateFolder.ControlSocketOf(state.FolderPath).Length);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(state.ControlSocketPath));
    }

    [Theory]
    [InlineData('x', 1)]
    [InlineData('é', 2)]
    public void ControlSocketOf_LongerPath_NamesTheLimitAndTheRemedy(char letter, int bytes)
    {
        var room = StateFolder.LongestSocketPath - $"{_folder.Root}//control.sock".Length;
        var path = _folder.At(new string(letter, room / bytes + 1));
        var error = Assert.Throws<SetupException>(() => StateFolder.ControlSocketOf(path));
        Assert.Contains("107", error.Message, StringComparison.Ordinal);
        Assert.Contains("--state DIR", error.Message, StringComparison.Ordinal);
        Assert.Throws<SetupException>(() => StateFolder.Acquire(path));
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void RemoveStaleControlSocket_SocketOfACrashedDaemon_IsRemoved()
    {
        using var state = StateFolder.Acquire(_folder.Root);
        state.RemoveStaleControlSocket();
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(state.ControlSocketPath));
            state.RemoveStaleControlSocket();
            Assert.False(Path.Exists(state.ControlSocketPath));
        }
        File.WriteAllText(state.ControlSocketPath, "somebody's");
        Assert.Throws<SetupException>(state.RemoveStaleControlSocket);
        Assert.True(File.Exists(state.ControlSocketPath));
    }

    [Theory]
    [InlineData(true, "/x", "/home/a", "/var/lib/weightswarm")]
    [InlineData(false, "/x", "/home/a", "/x/weightswarm")]
    [InlineData(false, "relative", "/home/a", "/home/a/.local/state/weightswarm")]
    [InlineData(false, "", "/home/a", "/home/a/.local/state/weightswarm")]
    [InlineData(false, null, "/home/a", "/home/a/.local/state/weightswarm")]
    public void DefaultPath_UserAndEnvironment_FollowTheRule(bool isRoot, string? xdg, string? home, string path) =>
        Assert.Equal(path, StateFolder.DefaultPath(isRoot, name => name == "HOME" ? home : xdg));

    [Fact]
    public void DefaultPath_NoHome_SaysWhatToDo() => Assert.Contains(
        "--state DIR", Assert.Throws<SetupException>(() => StateFolder.DefaultPath(false, _ => null)).Message,
        StringComparison.Ordinal);
}
