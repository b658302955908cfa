using System.Globalization;
using System.Text;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Hosting;

/// <summary>The state folder of a running daemon, held by an exclusive lock until disposed.</summary>
public sealed class StateFolder : IDisposable
{
    /// <summary>Longest path of a Unix socket in bytes (sockaddr_un has 108 with the final zero).</summary>
    public const int LongestSocketPath = 107;

    private const UnixFileMode Mode0750 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly FileStream _lock;

    private StateFolder(string path, FileStream held)
    {
        FolderPath = path;
        _lock = held;
    }

    /// <summary>Absolute path of the folder.</summary>
    public string FolderPath { get; }
    /// <summary>The node's private key.</summary>
    public string NodeKeyPath => Path.Combine(FolderPath, "node.key");
    /// <summary>Where the CLI reaches the daemon.</summary>
    public string ControlSocketPath => Path.Combine(FolderPath, "control.sock");
    /// <summary>The donation's folder when `donate` names none.</summary>
    public string DefaultDonationPath => Path.Combine(FolderPath, "donation");

    /// <summary>The founder's private key of a network that this node founded.</summary>
    public string FounderKeyPath(NetworkId network) => Path.Combine(FolderPath, $"founder-{network}.key");

    /// <summary>
    /// Where state lies when nobody says: /var/lib/weightswarm for root, else $XDG_STATE_HOME/weightswarm, else
    /// ~/.local/state/weightswarm.
    /// </summary>
    /// <exception cref="SetupException">There is no home folder.</exception>
    public static string DefaultPath() =>
        DefaultPath(Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable);

    /// <summary>As <see cref="DefaultPath()"/>, for a given user and environment.</summary>
    public static string DefaultPath(bool isRoot, Func<string, string?> environment)
    {
        if (isRoot) return "/var/lib/weightswarm";
        // The XDG base directory specification: a relative path is to be ignored.
        if (environment("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state))
            return Path.Combine(state, "weightswarm");
        if (environment("HOME") is { Length: > 0 } home) return Path.Combine(home, ".local", "state", "weightswarm");
        throw new SetupException("HOME is not set, so there is no default state folder: name one with --state DIR");
    }

    /// <summary>The control socket of the state folder at <paramref name="path"/>, for a client.</summary>
    /// <exception cref="SetupException">The path is longer than a Unix socket's may be.</exception>
    public static string ControlSocketOf(string path)
    {
        var socket = Path.Combine(Path.GetFullPath(path), "control.sock");
        var bytes = Encoding.UTF8.GetByteCount(socket);
        if (bytes <= LongestSocketPath) return socket;
        throw new SetupException(string.Create(
            CultureInfo.InvariantCulture,
            $"the control socket {socket} has a path of {bytes} bytes, and Linux allows {LongestSocketPath}: ") +
            "choose a shorter state folder with --state DIR, or a short symbolic link to it");
    }

    /// <summary>Creates the folder (mode 0750) if need be and takes its lock.</summary>
    /// <exception cref="SetupException">Another daemon runs on it, it cannot be written, or its path is too
    /// long.</exception>
    public static StateFolder Acquire(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        _ = ControlSocketOf(full);
        try
        {
            if (!Directory.Exists(full)) Directory.CreateDirectory(full, Mode0750);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"the state folder {full} cannot be created: {e.Message}", e);
        }
        return new StateFolder(full, TakeLock(full));
    }

    /// <summary>
    /// Removes a control socket that an earlier daemon left behind. The lock proves that nobody listens on it.
    /// </summary>
    /// <exception cref="SetupException">Something else than a socket has that name.</exception>
    public void RemoveStaleControlSocket()
    {
        if (FileFacts.Of(ControlSocketPath) is not { } facts) return;
        if (facts.Kind != FileKind.Socket)
            throw new SetupException($"{ControlSocketPath} is not a socket: move it away, the daemon needs the name");
        File.Delete(ControlSocketPath);
    }

    /// <summary>Gives the lock back. The lock file stays: removing it would let two daemons lock two files.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream TakeLock(string folder)
    {
        var path = Path.Combine(folder, "daemon.lock");
        try
        {
            // FileShare.None is flock(LOCK_EX): the kernel frees it with the process, however that ends.
            var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            held.SetLength(0);
            held.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            held.Flush();
            return held;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new SetupException($"the state folder {folder} cannot be written: {e.Message}", e);
        }
        catch (IOException e) when (FileFacts.Of(path) is not null && IsHeld(e))
        {
            throw new SetupException($"a daemon already runs on {folder} (pid {PidIn(path)})", e);
        }
        catch (IOException e)
        {
            throw new SetupException($"the state folder {folder} cannot be locked: {e.Message}", e);
        }
    }

    private static bool IsHeld(IOException e) => e.HResult == 11; // EWOULDBLOCK of flock(2)

    private static string PidIn(string path)
    {
        var pid = Encoding.ASCII.GetString(Posix.ReadUnlocked(path, 20)).Trim();
        return pid.Length == 0 ? "unknown" : pid;
    }
}
