using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// The version 1 twin of a model: the same files under a second info-hash, served read-only to stock clients that
/// cannot read a hybrid. It follows what is held: made anew when that changes, and never fetching anything itself.
/// </summary>
public sealed partial class CustodyLoop
{
    private async Task TendTwinAsync(ModelCustody custody)
    {
        // While slices come in one after the other, one twin at the end of them is enough.
        var grows = custody.Fetching.Count + custody.Securing.Count > 0;
        if (custody.TwinHeld.Equals(custody.Held) || grows && custody.Held.Count > custody.TwinHeld.Count) return;
        await DropTwinAsync(custody);
        if (custody.Held.IsEmpty || !custody.Content.Metainfo.IsHybrid) return;
        custody.TwinHeld = custody.Held;
        try
        {
            custody.TwinKey = await _engine.Engine.AddAsync(new TorrentSpec
            {
                Metainfo = custody.Content.Metainfo.ToVersion1Bytes(),
                SaveFolder = custody.SaveFolder,
                PiecePriorities = new byte[custody.Entry.Pieces],
                VerifiedPieces = custody.VerifiedPieces(),
                ReadOnly = true,
            }, _stopping);
        }
        catch (TorrentEngineException e)
        {
            LogNoTwin(custody.Entry.Model, e.Message);
        }
    }

    private async Task DropTwinAsync(ModelCustody custody)
    {
        custody.TwinHeld = SliceSet.Empty;
        if (custody.TwinKey.Length == 0) return;
        await _engine.Engine.RemoveAsync(custody.TwinKey, _stopping);
        custody.TwinKey = "";
    }

    [LoggerMessage(2040, LogLevel.Warning, "{Model} is not served to clients of version 1 alone: {Problem}")]
    private partial void LogNoTwin(string model, string problem);
}
