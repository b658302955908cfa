using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>From verified pieces to a slice that is advertised, and from a fault to its withdrawal.</summary>
public sealed partial class CustodyLoop
{
    private async Task HappenedAsync(TorrentEvent happened)
    {
        var custody = _custody.Values.FirstOrDefault(c => c.Key == happened.Key);
        if (custody is null) return;
        switch (happened)
        {
            case PieceVerified piece:
                custody.Arrived(piece.Piece);
                SecureIfComplete(custody, custody.Entry.SliceOf(piece.Piece));
                break;
            case PieceFailed piece:
                custody.Lost(piece.Piece);
                Withdraw(custody, custody.Entry.SliceOf(piece.Piece), $"piece {piece.Piece} has a wrong hash");
                break;
            case TorrentFileError error:
                await FailedAsync(custody, error);
                break;
        }
    }

    private void SecureIfComplete(ModelCustody custody, int slice)
    {
        if (!custody.Fetching.Contains(slice) || custody.Percent(slice) < 100) return;
        custody.Fetching.Remove(slice);
        custody.Securing.Add(slice);
        _ = SecureAsync(custody, slice);
    }

    /// <summary>Brings a slice to disk for good: only then is it recorded, and only then advertised.</summary>
    private async Task SecureAsync(ModelCustody custody, int slice)
    {
        var problem = "";
        try
        {
            await _engine.Engine.FlushAsync(custody.Key, _stopping);
            await Task.Run(() =>
                SliceFiles.Sync(custody.Content.Metainfo, custody.Entry, slice, custody.SaveFolder), _stopping);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TorrentEngineException)
        {
            problem = e.Message;
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
        if (secured.Problem.Length > 0)
        {
            _warnings[custody.SaveFolder] =
                $"{custody.Entry.Model}: slice {secured.Slice} cannot be brought to disk: {secured.Problem}";
            FreeReservation(custody, secured.Slice);
            Fail(secured.Model, secured.Slice);
            return;
        }
        _models.MarkSliceVerified(custody.LocalKey, secured.Slice);
        custody.Held = custody.Held.With(secured.Slice);
        if (custody.Reserved.Remove(secured.Slice, out var reservation)) reservation.Complete();
        _inbox.Post(new CoreInput.SliceVerified(secured.Model, secured.Slice));
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

    private async Task FailedAsync(ModelCustody custody, TorrentFileError error)
    {
        LogFileError(custody.Entry.Model, error.File, error.Message);
        _warnings[custody.SaveFolder] = error.NoSpace
            ? $"{custody.Entry.Model}: no space left for {error.File}; nothing more is fetched until some is freed"
            : $"{custody.Entry.Model}: {error.File}: {error.Message}";
        foreach (var slice in custody.Fetching.ToList())
        {
            await GiveUpAsync(custody.Entry.ModelId, slice);
            Fail(custody.Entry.ModelId, slice);
        }
        // A full volume loses nothing that is held. Any other fault may: what the file covers is no longer vouched for.
        if (error.NoSpace) return;
        foreach (var slice in SliceFiles
            .SlicesOf(custody.Content.Metainfo, custody.Entry, error.File, custody.SaveFolder))
            Withdraw(custody, slice, error.Message);
    }

    [LoggerMessage(2010, LogLevel.Warning, "{Model}: slice {Slice} is withdrawn: {Reason}")]
    private partial void LogWithdrawn(string model, int slice, string reason);

    [LoggerMessage(2011, LogLevel.Error, "{Model}: {File}: {Message}")]
    private partial void LogFileError(string model, string file, string message);
}
