using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>From verified pieces to a slice that is advertised, and from a fault to its withdrawal.</summary>
public sealed partial class CustodyLoop
{
    private async Task HappenedAsync(TorrentEvent happened)
    {
        var custody = _custody.Values.FirstOrDefault(
            c => c.Key == happened.Key && c.Addition == happened.Addition);
        if (custody is null) return;
        switch (happened)
        {
            case PieceVerified piece:
                if (!await IsHereAsync(custody, piece.Piece)) break;
                custody.Arrived(piece.Piece);
                SecureIfComplete(custody, custody.Entry.SliceOf(piece.Piece));
                break;
            case PieceFailed piece:
                custody.Lost(piece.Piece);
                Withdraw(custody, custody.Entry.SliceOf(piece.Piece), $"piece {piece.Piece} has a wrong hash");
                break;
            case TorrentChecked:
                await CheckedAsync(custody);
                break;
            case TorrentFileError error:
                await FailedAsync(custody, error);
                break;
        }
    }

    /// <summary>
    /// The engine has looked at the folder. What was vouched for and is not there is withdrawn; what was found and not
    /// known before is secured, as if it had just been fetched.
    /// </summary>
    private async Task CheckedAsync(ModelCustody custody)
    {
        if (await _engine.Engine.GetPiecesAsync(custody.Key, _stopping) is not { } pieces) return;
        custody.Found(pieces);
        if (await IsOwnersDoingAsync(custody, file: null)) return;
        var complete = SliceSet.Of(custody.CompleteSlices());
        foreach (var slice in custody.Held.Slices.Where(slice => !complete.Contains(slice)).ToList())
            Withdraw(custody, slice, $"its pieces are no longer in {custody.LocalKey.Folder}");
        if (!custody.ChecksFirst) return;
        foreach (var slice in complete.Slices
            .Where(slice => !custody.Held.Contains(slice) && custody.Securing.Add(slice)))
            Secure(custody, slice);
    }

    private void SecureIfComplete(ModelCustody custody, int slice)
    {
        if (!custody.Fetching.Contains(slice) || custody.Percent(slice) < 100) return;
        custody.Fetching.Remove(slice);
        custody.Securing.Add(slice);
        Secure(custody, slice);
    }

    private void Secure(ModelCustody custody, int slice) => _beside.Start(() => SecureAsync(custody, slice));

    /// <summary>Brings a slice to disk for good: only then is it recorded, and only then advertised.</summary>
    private async Task SecureAsync(ModelCustody custody, int slice)
    {
        Exception? problem = null;
        try
        {
            await _engine.Engine.FlushAsync(custody.Key, _stopping);
            // An owner's files are not ours to open for writing, as a flush must.
            if (!custody.InPlace)
                await Task.Run(() =>
                    SliceFiles.Sync(custody.Content.Metainfo, custody.Entry, slice, custody.SaveFolder), _stopping);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TorrentEngineException)
        {
            problem = e;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Not recorded, so not held: the next run fetches it again.
            return;
        }
        _queue.Post(new FetchQueue.Secured(custody.Entry.ModelId, slice, problem));
    }

    private async Task SecuredAsync(FetchQueue.Secured secured)
    {
        if (!_custody.TryGetValue(secured.Model, out var custody) || !custody.Securing.Remove(secured.Slice)) return;
        if (secured.Problem is { } problem)
        {
            await NotSecuredAsync(custody, secured.Slice, problem);
            return;
        }
        _models.MarkSliceVerified(custody.LocalKey, secured.Slice);
        custody.Held = custody.Held.With(secured.Slice);
        Mended(custody, secured.Slice);
        _warnings.TryRemove(custody.SaveFolder, out _);
        if (custody.Donation is { } donation)
        {
            _ledger.Accepted(donation);
            _warnings.TryRemove(SpaceOf(donation), out _);
        }
        if (custody.Reserved.Remove(secured.Slice, out var reservation)) reservation.Complete();
        if (custody.InPlace) _inbox.Post(new CoreInput.SlicesHeld(secured.Model, custody.Held, InPlace: true));
        else _inbox.Post(new CoreInput.SliceVerified(secured.Model, secured.Slice));
        TellRoom();
        if (custody.Fetching.Count > 0) await ConnectAsync(custody);
    }

    /// <summary>A slice that can no longer be vouched for: withdrawn from the network before anything else.</summary>
    private void Withdraw(ModelCustody custody, int slice, string reason)
    {
        if (!custody.Held.Contains(slice)) return;
        _inbox.Post(new CoreInput.SliceLost(custody.Entry.ModelId, slice));
        _models.WithdrawSlice(custody.LocalKey, slice);
        custody.Held = custody.Held.Without(slice);
        LogWithdrawn(custody.Entry.Model, slice, reason);
    }

    [LoggerMessage(2010, LogLevel.Warning, "{Model}: slice {Slice} is withdrawn: {Reason}")]
    private partial void LogWithdrawn(string model, int slice, string reason);
}
