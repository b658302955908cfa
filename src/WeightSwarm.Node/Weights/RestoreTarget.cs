using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Control;

namespace WeightSwarm.Node.Weights;

/// <summary>What is in the folder that somebody restores into: files there are kept or refused, never
/// replaced.</summary>
internal static class RestoreTarget
{
    /// <summary>Places of the files that are there already, with the right bytes.</summary>
    /// <exception cref="ControlException">Something else has the name of a file.</exception>
    public static async Task<IReadOnlySet<int>> IntactAsync(
        RestoreSelection selection, string folder, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        if (File.Exists(folder))
            throw new ControlException(
                ControlExit.Usage, "not-a-folder", $"{folder} is a file; name a folder to restore into");
        var files = selection.Content.Manifest.Files;
        var present = selection.Indexes.Where(i => IsThere(folder, files[i])).ToArray();
        if (present.Length == 0) return new HashSet<int>();
        var progress = new Relay(p => report(new RestoreProgress("comparing", p.Bytes, p.TotalBytes, 0, 0, p.File)));
        var verdicts = await FileVerifier
            .VerifyAsync(folder, [.. present.Select(i => files[i])], progress, cancellation);
        if (verdicts.FirstOrDefault(v => v.Outcome != VerifyOutcome.Intact) is { } other)
            throw Exists(Path.Combine(folder, other.File.Path), "with other bytes than the model's");
        return present.ToHashSet();
    }

    /// <summary>Whether a regular file of the right size has the name.</summary>
    private static bool IsThere(string folder, ManifestFile file)
    {
        var path = Path.Combine(folder, file.Path);
        if (LinuxFiles.Stat(path, followLinks: false, out var error) is { } stamp)
        {
            if (stamp.Kind == FileKind.Regular && stamp.Bytes == file.Bytes) return true;
            throw Exists(
                path, stamp.Kind != FileKind.Regular ? "and is no plain file"
                    : $"with {stamp.Bytes} bytes, not {file.Bytes}");
        }
        if (error == LinuxFiles.NotFound) return false;
        throw new ControlException(
            ControlExit.Refused, "exists",
            $"{path} cannot be made: {LinuxFiles.Describe(error)}; restore into another folder");
    }

    private static ControlException Exists(string path, string how) => new(
        ControlExit.Refused, "exists",
        $"{path} exists {how}, and is never overwritten; move it away, or restore into another folder");

    private sealed class Relay(Action<WeightProgress> report) : IProgress<WeightProgress>
    {
        public void Report(WeightProgress value) => report(value);
    }
}
