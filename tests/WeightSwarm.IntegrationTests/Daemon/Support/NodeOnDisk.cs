using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>What a node that does not run has on its disk, by its own store and by the bytes themselves.</summary>
internal sealed class NodeOnDisk
{
    private readonly string _donation;
    private readonly IReadOnlyDictionary<string, CrashModel> _models;

    private NodeOnDisk(string donation, IReadOnlyDictionary<string, CrashModel> models) =>
        (_donation, _models) = (donation, models);

    /// <summary>What the store calls verified.</summary>
    public required IReadOnlySet<SliceName> Verified { get; init; }

    /// <summary>What lies in the trash and is not being deleted.</summary>
    public required IReadOnlySet<SliceName> Trash { get; init; }

    /// <summary>What was withdrawn and waits to be read or mended.</summary>
    public required IReadOnlySet<SliceName> Doubted { get; init; }

    /// <summary>What may be said to be here: no byte of it need be fetched.</summary>
    public IReadOnlySet<SliceName> Whole => Verified.Concat(Trash).ToSortedSet();

    /// <summary>Reads a copy of the store, so that the store itself is as the crash left it.</summary>
    public static NodeOnDisk Read(string state, string donation, IReadOnlyDictionary<string, CrashModel> models)
    {
        using var copy = new WorkFolder();
        foreach (var file in new[] { NodeStore.DatabaseName, $"{NodeStore.DatabaseName}-wal" })
            if (File.Exists(Path.Combine(state, file))) File.Copy(Path.Combine(state, file), copy.At(file));
        using var store = NodeStore.Open(copy.Path, TimeProvider.System);
        Assert.False(store.ClosedCleanly, "a killed daemon has left the mark of a clean end");
        var names = models.Values.ToDictionary(model => model.Id, model => model.Name);
        var locals = store.Models.List();
        return new NodeOnDisk(donation, models)
        {
            Verified = Named(locals, local => local.Verified.Slices),
            Trash = Named(locals, local => store.Trash.Of(local.Key).Slices),
            Doubted = Named(locals, local => store.Scrubs.Doubted(local.Key)),
        };

        SortedSet<SliceName> Named(IEnumerable<LocalModel> all, Func<LocalModel, IEnumerable<int>> slices) => all
            .SelectMany(local => slices(local).Select(slice => new SliceName(names[local.Key.Model], slice)))
            .ToSortedSet();
    }

    /// <summary>Whether every byte of a slice is right.</summary>
    public bool IsRight(SliceName slice) => IsRight(_donation, _models[slice.Model], slice.Slice);

    /// <inheritdoc cref="IsRight(SliceName)"/>
    public static bool IsRight(string donation, CrashModel model, int slice) =>
        model.IsSliceRight(DonationFolder.OfModel(donation, model.Id), slice);

    /// <summary>Right bytes of slices that are not known to be whole: fetches that the crash has cut short.</summary>
    public IReadOnlyDictionary<SliceName, long> RightBytesOfOthers()
    {
        var whole = Whole;
        return _models.Values.SelectMany(model => model.All).Where(slice => !whole.Contains(slice)).ToDictionary(
            slice => slice, slice => _models[slice.Model].RightBytes(
                DonationFolder.OfModel(_donation, _models[slice.Model].Id), slice.Slice));
    }
}

/// <summary>Sets in an order of their own, so that failures read the same each time.</summary>
internal static class SliceNames
{
    public static SortedSet<SliceName> ToSortedSet(this IEnumerable<SliceName> slices) => [.. slices];

    public static string Text(this IEnumerable<SliceName> slices) => string.Join(' ', slices);
}
