using WeightSwarm.Node.Donations;

namespace WeightSwarm.Tests.Node.Donations;

/// <summary>Volumes of any size over real folders: the longest mounted path above a folder is its volume.</summary>
internal sealed class FakeVolumes : IVolumes
{
    private readonly SortedDictionary<string, VolumeFacts> _mounts = new(StringComparer.Ordinal)
    {
        ["/"] = new VolumeFacts(1_000_000_000_000, 1_000_000_000_000, Device: 99, WhyNotWritable: null),
    };

    internal void Add(string path, ulong device, long total, long free) =>
        _mounts[path] = new VolumeFacts(total, free, device, null);

    internal void Change(ulong device, Func<VolumeFacts, VolumeFacts> change)
    {
        foreach (var path in _mounts.Keys.ToArray())
            if (_mounts[path].Device == device)
                _mounts[path] = change(_mounts[path]);
    }

    public VolumeFacts? Of(string folder) =>
        Directory.Exists(folder) ? _mounts.Last(mount => IsWithin(folder, mount.Key)).Value : null;

    private static bool IsWithin(string folder, string mount) =>
        mount == "/" || folder == mount || folder.StartsWith(mount + "/", StringComparison.Ordinal);
}
