using System.Globalization;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Node.Scrub;

/// <summary>Answers the network's pace; null while it is not known.</summary>
public delegate Task<Pace?> ScrubPace(CancellationToken cancellation);

/// <summary>
/// Reads everything that this node holds again and again, one piece of a volume at a time, as the schedule has it, and
/// tells what is no longer right. One thread reads, when nobody else wants the disk; volumes take turns.
/// </summary>
public sealed partial class ScrubLoop(
    IHeldModels held, Func<IScrubReader> readers, ILoadGauge load, ScrubProgress progress, ScrubStore store,
    DonationLedger ledger, ScrubPace paces, Clock clock, HostFailure failure, ILogger<ScrubLoop> log)
    : BackgroundLoop(failure)
{
    private const long PauseMs = 5_000;

    private readonly IScrubReader _reader = readers();
    private readonly Dictionary<string, ScrubLane> _lanes = [];
    private long? _surveyedMs;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var thread = new ReadingThread("scrub", idle: true);
        try
        {
            while (true)
            {
                var pace = await paces(stopping);
                await (pace is null ? WaitAsync(Pace.Drill.PlanMs, stopping) : TurnAsync(thread, pace, stopping));
                progress.Save(now: false);
            }
        }
        finally
        {
            progress.Save(now: true);
        }
    }

    private Task WaitAsync(long ms, CancellationToken stopping) =>
        Task.Delay(TimeSpan.FromMilliseconds(ms), clock.Time, stopping);

    private async Task TurnAsync(ReadingThread thread, Pace pace, CancellationToken stopping)
    {
        var now = clock.Now.MonotonicMs;
        if (_surveyedMs is not { } surveyed || now - surveyed >= pace.PlanMs)
        {
            await SurveyAsync(thread, pace);
            _surveyedMs = surveyed = clock.Now.MonotonicMs;
        }
        var lane = _lanes.Values.Where(l => Begin(l, pace)).MinBy(l => l.NotBeforeMs);
        var wait = Math.Min(lane?.NotBeforeMs ?? long.MaxValue, surveyed + pace.PlanMs) - clock.Now.MonotonicMs;
        if (wait > 0) await WaitAsync(wait, stopping);
        else if (lane is not null) await StepAsync(thread, lane, pace);
    }

    /// <summary>
    /// Looks at what there is. A file that is gone or too short is told of at once: for that it need not be read.
    /// </summary>
    private async Task SurveyAsync(ReadingThread thread, Pace pace)
    {
        var models = await thread.RunAsync(Present);
        var absent = await thread.RunAsync(() => models.SelectMany(m => FileLook.Absent(m.Model, _reader)).ToList());
        foreach (var finding in absent)
        {
            LogBad(finding.Slice, finding.Bad[0].Detail);
            await held.FoundAsync(finding);
        }
        if (absent.Count > 0) models = await thread.RunAsync(Present);
        Sort(models, pace);
    }

    /// <summary>What is on volumes that are there: of one that is away nothing is known, and nothing is said.</summary>
    private List<(HeldModel Model, string Folder, string Volume)> Present()
    {
        var donations = ledger.Look().Where(d => d.State != DonationState.Away)
            .ToDictionary(d => d.Donation.Id, d => d.Donation.Path);
        var models = new List<(HeldModel, string, string)>();
        foreach (var model in held.Held())
        {
            var folder = model.Root;
            if (model.Donation is { } id && !donations.TryGetValue(id, out folder)) continue;
            models.Add((model, folder!, LinuxFiles.Stat(folder!, followLinks: true, out _)?.Device.ToString(
                CultureInfo.InvariantCulture) ?? folder!));
        }
        return models;
    }

    private void Sort(List<(HeldModel Model, string Folder, string Volume)> models, Pace pace)
    {
        foreach (var lane in _lanes.Values) lane.Clear();
        var reads = progress.Reads().ToDictionary(read => (read.Key, read.Slice));
        var suspect = store.FaultsSince(clock.Now.UnixMs - ScrubSchedule.SuspicionMs(pace.ScrubMs))
            .Select(fault => fault.Folder).ToHashSet(StringComparer.Ordinal);
        foreach (var (model, folder, volume) in models)
        {
            if (!_lanes.TryGetValue(volume, out var lane)) _lanes[volume] = lane = new ScrubLane();
            lane.IsSuspect |= suspect.Contains(folder);
            foreach (var slice in model.Held.Slices.Concat(model.Doubted.Slices))
                lane.Add(model, slice, reads.GetValueOrDefault((model.Key, slice)));
        }
        foreach (var (volume, lane) in _lanes.ToList())
            if (!lane.Tidy())
                _lanes.Remove(volume);
    }

    /// <summary>Whether there is something to read now.</summary>
    private bool Begin(ScrubLane lane, Pace pace)
    {
        if (lane.Reading is not null) return true;
        var now = clock.Now.UnixMs;
        if (ScrubSchedule.First(lane.Items, pace.ScrubMs, now, lane.IsSuspect) is not var (item, due) || due > now)
            return false;
        var cursor = item.ReadMs == 0 ? null : progress.CursorOf(item.Key, item.Slice);
        lane.Reading = SliceReading.From(lane.Models[(item.Key, item.Slice)], item.Slice, cursor, _reader, now);
        lane.DueMs = due;
        return true;
    }

    private async Task StepAsync(ReadingThread thread, ScrubLane lane, Pace pace)
    {
        var isLate = ScrubSchedule.IsLate(lane.DueMs, pace.ScrubMs, clock.Now.UnixMs);
        var isUrgent = lane.DueMs == 0;
        if (load.IsBusy && !isLate && !isUrgent)
        {
            lane.NotBeforeMs = clock.Now.MonotonicMs + Math.Min(PauseMs, pace.PlanMs);
            return;
        }
        var reading = lane.Reading!;
        var started = clock.Now;
        var (bytes, bad) = await thread.RunAsync(reading.Next);
        var ended = clock.Now;
        // What was withdrawn is not held back by any rate, only by the rest that the disk is given.
        var rate = isUrgent ? long.MaxValue : ScrubSchedule.Rate(lane.Bytes, pace.ScrubMs, isLate || lane.IsSuspect);
        // A read of less than a millisecond counts as one, so that no number of them makes a fifth of the time.
        var busy = Math.Max(1, ended.Since(started));
        lane.NotBeforeMs = ended.MonotonicMs + ScrubSchedule.RestMs(bytes, busy, rate);
        if (bad is not null) LogBad(reading.Slice, bad.Detail);
        if (reading.IsDone) await EndAsync(lane, reading);
        else await GoOnAsync(reading, isFirst: bad is not null && reading.Finding.Bad.Length == 1);
    }

    private async Task GoOnAsync(SliceReading reading, bool isFirst)
    {
        progress.At(new ScrubCursor(reading.Model.Key, reading.Slice, reading.Piece, reading.StartedMs));
        // The slice is withdrawn at once; what else is wrong with it is told at its end.
        if (isFirst) await held.FoundAsync(reading.Finding);
    }

    private async Task EndAsync(ScrubLane lane, SliceReading reading)
    {
        lane.Reading = null;
        var finding = reading.Finding;
        progress.Ended(reading.Model.Key, reading.Slice, finding.Bad.IsEmpty ? reading.StartedMs : null);
        if (finding.Bad.IsEmpty && !reading.Model.Doubted.Contains(reading.Slice))
        {
            lane.Right(reading);
            return;
        }
        await held.FoundAsync(finding);
        _surveyedMs = null;
    }

    [LoggerMessage(2050, LogLevel.Warning, "Slice {Slice}: {What}")]
    private partial void LogBad(int slice, string what);
}
