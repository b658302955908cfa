using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Models that the catalogue dropped, in a donation that is given back. Nobody takes copies of them any more, so
/// waiting would never end; and that an entry is gone authorises no deletion. Their files stay, and are the owner's.
/// </summary>
public sealed partial class CustodyLoop
{
    // Since when (monotonic, ms) nothing but dropped models has lain in a donation that is given back.
    private readonly Dictionary<Guid, long> _onlyDropped = [];

    /// <summary>
    /// Lets go of what the catalogue does not name once nothing else is in the donation; answers what that was, in
    /// words. Entries come with the first records after a start, so it has to have been so for a while.
    /// </summary>
    private async Task<List<string>> LeaveBehindAsync(Donation donation, Pace pace)
    {
        var locals = LocalsOf(donation.Id);
        if (locals.Count == 0 || !await AreDroppedAsync(locals) || locals.Any(m => EndsByItself(donation, m)))
        {
            _onlyDropped.Remove(donation.Id);
            return [];
        }
        var now = _clock.Now.MonotonicMs;
        _onlyDropped.TryAdd(donation.Id, now);
        if (now - _onlyDropped[donation.Id] < pace.StartupQuietMs) return [];
        _onlyDropped.Remove(donation.Id);
        List<string> left = [];
        foreach (var local in locals) left.Add(await LeaveBehindAsync(local));
        return left;
    }

    private Task<bool> AreDroppedAsync(List<LocalModel> locals)
    {
        var models = locals.Select(m => m.Key.Model).ToHashSet();
        return _inbox.AskAsync(
            core => core?.View is { } view && !view.Models.Any(m => models.Contains(m.Entry.ModelId)), _stopping);
    }

    /// <summary>Whether it only has to be waited for: its trash, the owner's deadline, or work in progress.</summary>
    private bool EndsByItself(Donation donation, LocalModel local) =>
        _custody.TryGetValue(local.Key.Model, out var custody) && custody.LocalKey == local.Key
        && (custody.Held.IsEmpty && custody.Doubted.IsEmpty || donation.DeadlineMs is not null
            || custody.Fetching.Count + custody.Securing.Count > 0);

    /// <summary>The network is told first; then the engine and the store let go. No file is touched.</summary>
    private async Task<string> LeaveBehindAsync(LocalModel local)
    {
        var name = local.Key.Model.ToString();
        Lose(local.Key.Model, local.Verified.Slices);
        _inbox.Post(new CoreInput.TrashHeld(local.Key.Model, SliceSet.Empty));
        if (_custody.TryGetValue(local.Key.Model, out var custody) && custody.LocalKey == local.Key)
        {
            name = custody.Entry.Model;
            await LeaveAsync(custody);
        }
        _models.Remove(local.Key);
        return $"{name} in {local.Key.Folder}";
    }

    private void TellLeft(string path, List<string> left)
    {
        var more = left.Count > MostNamed ? $", and {left.Count - MostNamed} more" : "";
        var named = string.Join(", ", left.Take(MostNamed)) + more;
        _warnings[LeftIn(path)] =
            $"{path} is given back, with files of models that are no longer in the catalogue: nobody can prove other " +
            $"copies of them, so nothing of them is deleted. They are yours, to keep or to delete: {named}; " +
            $"`weightswarm donate SIZE {path}` takes them up again if they are catalogued anew";
        LogLeft(path, named);
    }

    // The name of the warning.
    private static string LeftIn(string path) => $"left {path}";

    [LoggerMessage(2081, LogLevel.Warning,
        "{Path} is given back; files of models that are no longer in the catalogue stay there: {Models}")]
    private partial void LogLeft(string path, string models);
}
