using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using WeightSwarm.Node.Scrub;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Pieces of a slice that was never whole are recorded nowhere. Where an earlier run may have left some, the slice is
/// read before it is fetched, and only what is not right is asked for: an end of the daemon costs no verified piece.
/// </summary>
public sealed partial class CustodyLoop
{
    /// <summary>Whether the slice is read first; it is fetched after that.</summary>
    private bool LooksFirst(ModelCustody custody, int slice)
    {
        if (custody.Looking.Contains(slice)) return true;
        if (!custody.Unread.Contains(slice)) return false;
        custody.Unread = custody.Unread.Without(slice);
        // What is wanted meanwhile is read next, all at once.
        if (custody.Looking.Add(slice) && custody.Looking.Count == 1)
            _beside.Start(() => LookAsync(custody, [slice]));
        return true;
    }

    private async Task LookAsync(ModelCustody custody, ImmutableArray<int> slices)
    {
        var model = OnDisk(custody);
        using var thread = new ReadingThread("look", idle: false);
        try
        {
            var findings = await thread.RunAsync(() => Read(model, slices)).WaitAsync(_stopping);
            _queue.Post(new FetchQueue.Looked(custody, findings));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            LogLookStopped(custody.Entry.Model);
        }
    }

    private ImmutableArray<SliceFinding> Read(HeldModel model, ImmutableArray<int> slices)
    {
        var reader = _readers();
        var findings = ImmutableArray.CreateBuilder<SliceFinding>();
        foreach (var slice in slices)
        {
            var reading = SliceReading.From(model, slice, cursor: null, reader, _clock.Now.UnixMs);
            while (!reading.IsDone)
            {
                _stopping.ThrowIfCancellationRequested();
                reading.Next();
            }
            findings.Add(reading.Finding);
        }
        return findings.ToImmutable();
    }

    private async Task LookedAsync(FetchQueue.Looked looked)
    {
        var custody = looked.Custody;
        if (_custody.GetValueOrDefault(custody.Entry.ModelId) != custody) return;
        var here = 0;
        foreach (var finding in looked.Findings)
        {
            custody.Looking.Remove(finding.Slice);
            if (custody.Fetching.Contains(finding.Slice)) here += Take(custody, finding);
            else custody.Unread = custody.Unread.With(finding.Slice);
        }
        ImmutableArray<int> next = [.. custody.Looking];
        if (!next.IsEmpty) _beside.Start(() => LookAsync(custody, next));
        // The engine has to be told what is here, and learns that only when a torrent is added.
        if (here > 0) await ExchangeAsync(custody);
        if (!_custody.ContainsKey(custody.Entry.ModelId)) return;
        await _engine.Engine.SetPiecePrioritiesAsync(custody.Key, custody.Priorities(), _stopping);
        await ConnectAsync(custody);
        foreach (var finding in looked.Findings) SecureIfComplete(custody, finding.Slice);
    }

    /// <summary>Counts what is right of a slice as here; answers how many pieces that are.</summary>
    private int Take(ModelCustody custody, SliceFinding finding)
    {
        custody.ReadRight(finding.Slice, finding.Bad.Select(bad => bad.Piece));
        var here = custody.Entry.PiecesOf(finding.Slice).Count - finding.Bad.Length;
        if (here > 0) LogLooked(custody.Entry.Model, finding.Slice, here);
        return here;
    }

    [LoggerMessage(2094, LogLevel.Information,
        "{Model}: {Pieces} pieces of slice {Slice} are here from an earlier run and are not fetched")]
    private partial void LogLooked(string model, int slice, int pieces);

    [LoggerMessage(2095, LogLevel.Debug, "Stopped while reading what is here of {Model}")]
    private partial void LogLookStopped(string model);
}
