namespace WeightSwarm.Torrent.Engine;

/// <summary>A port asked of every router protocol; the first that maps it answers, or all refuse.</summary>
internal sealed class PortRequest
{
    private readonly HashSet<int> _open;
    private readonly TaskCompletionSource<int?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PortRequest(int[] mappings)
    {
        Mappings = mappings;
        _open = [.. mappings];
        if (_open.Count == 0)
            _answer.SetResult(null);
    }

    public IReadOnlyList<int> Mappings { get; }

    /// <summary>The outside port; null when every mapping was refused.</summary>
    public Task<int?> Result => _answer.Task;

    public void Answer(int mapping, int? outside)
    {
        if (!_open.Remove(mapping))
            return;
        if (outside is not null)
            _answer.TrySetResult(outside);
        else if (_open.Count == 0)
            _answer.TrySetResult(null);
    }
}
