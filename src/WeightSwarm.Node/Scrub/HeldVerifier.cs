using WeightSwarm.Core;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Scrub;

/// <summary>What verifying one model has shown.</summary>
/// <param name="Model">The model as it was at the beginning.</param>
/// <param name="Bytes">Read.</param>
/// <param name="Bad">Every piece that is not right.</param>
public sealed record VerifiedHolding(HeldModel Model, long Bytes, IReadOnlyList<BadPiece> Bad);

/// <summary>How far a verification is.</summary>
/// <param name="Model">The name of the model that is being read.</param>
/// <param name="Bytes">Read.</param>
/// <param name="TotalBytes">To be read.</param>
public sealed record VerifyStep(string Model, long Bytes, long TotalBytes);

/// <summary>
/// Reads what this node holds now and at once, as an owner asks for it: as fast as the disk gives it, after everybody
/// else's requests. What is wrong goes the same way as what the scrub finds.
/// </summary>
public sealed class HeldVerifier(
    IHeldModels held, Func<IScrubReader> readers, ScrubProgress progress, DonationLedger ledger, Clock clock)
{
    /// <summary>Reads everything that is held, or one model of it; what lies on a volume that is away is left
    /// out.</summary>
    /// <param name="only">The model; null: all.</param>
    /// <param name="report">Told after every piece.</param>
    /// <param name="cancellation">Ends it after a piece.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<VerifiedHolding>> RunAsync(
        Hash256? only, Action<VerifyStep> report, CancellationToken cancellation)
    {
        using var thread = new ReadingThread("verify", idle: false);
        var reader = readers();
        var models = held.Held().Where(model => only is null || model.Key.Model == only)
            .Where(model => !model.IsEmpty && IsThere(model))
            .OrderBy(model => model.Content.Entry.Model, StringComparer.Ordinal).ToList();
        var total = models.Sum(model => model.Held.Slices.Sum(model.Content.Entry.SliceBytes));
        var (done, results) = (0L, new List<VerifiedHolding>());
        foreach (var model in models)
        {
            var (bytes, bad) = (0L, new List<BadPiece>());
            foreach (var slice in model.Held.Slices)
            {
                var reading = SliceReading.From(model, slice, cursor: null, reader, clock.Now.UnixMs);
                while (!reading.IsDone)
                {
                    cancellation.ThrowIfCancellationRequested();
                    bytes += await StepAsync(thread, reading);
                    report(new VerifyStep(model.Content.Entry.Model, done + bytes, total));
                }
                bad.AddRange(reading.Finding.Bad);
            }
            done += bytes;
            results.Add(new VerifiedHolding(model, bytes, bad));
        }
        progress.Save(now: true);
        return results;
    }

    private bool IsThere(HeldModel model) =>
        model.Donation is not { } id || ledger.Look(id) is { State: not DonationState.Away };

    private async Task<long> StepAsync(ReadingThread thread, SliceReading reading)
    {
        var (bytes, bad) = await thread.RunAsync(reading.Next);
        var finding = reading.Finding;
        if (reading.IsDone)
            progress.Ended(reading.Model.Key, reading.Slice, finding.Bad.IsEmpty ? reading.StartedMs : null);
        if (!finding.Bad.IsEmpty && (reading.IsDone || bad is not null && finding.Bad.Length == 1))
            await held.FoundAsync(finding);
        return bytes;
    }
}
