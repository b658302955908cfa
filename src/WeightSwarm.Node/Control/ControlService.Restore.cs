using Grpc.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Weights;
using WeightSwarm.V1;
using Entry = WeightSwarm.Core.Catalogue.Entry;

namespace WeightSwarm.Node.Control;

/// <summary>restore, restore --verify and restore --drill.</summary>
public sealed partial class ControlService
{
    private const int MostGlobs = 1024;

    /// <inheritdoc/>
    public override Task Restore(
        RestoreRequest request, IServerStreamWriter<RestoreEvent> responseStream, ServerCallContext context) =>
        Answer(async () =>
        {
            var cancellation = context.CancellationToken;
            var started = clock.Now;
            CheckRestore(request);
            var stream = new ProgressStream<RestoreEvent>(responseStream, clock.Time);
            void Report(Weights.RestoreProgress p) => stream.Offer(new RestoreEvent { Progress = ProgressOf(p) });
            var entry = await EntryOfAsync(request, cancellation);
            var result = request.Drill ? await DrillAsync(entry, request.Folder, Report, cancellation)
                : request.Verify ? await VerifyAsync(OrderOf(request, entry), Report, cancellation)
                : await RestoreAsync(OrderOf(request, entry), Report, cancellation);
            result.Milliseconds = (ulong)clock.Now.Since(started);
            result.Model = await inbox.AskAsync(core => ModelReplies.Of(core!, entry), cancellation);
            await stream.FinishAsync(new RestoreEvent { Result = result });
            return true;
        });

    private static void CheckRestore(RestoreRequest request)
    {
        if (request.Drill && (request.Verify || request.Files.Count > 0))
            throw Usage("bad-drill", "a drill tries a whole model: it takes neither --verify nor --files");
        if (!(request.Drill && request.Folder.Length == 0) && !Path.IsPathRooted(request.Folder))
            throw Usage("bad-path", $"{request.Folder} is not an absolute path");
        if (request.Files.Count > MostGlobs)
            throw Usage("too-many-globs", $"--files is given {request.Files.Count} times; {MostGlobs} is the limit");
        if (request.Files.FirstOrDefault(g => g.Length is 0 or > ModelPath.LongestPath) is { } bad)
            throw Usage("bad-glob", $"a glob has 1 to {ModelPath.LongestPath} characters; one has {bad.Length}");
    }

    private Task<Entry> EntryOfAsync(RestoreRequest request, CancellationToken cancellation) => inbox.AskAsync(
        core => request.Drill && request.Model.Length == 0
            ? drill.Draw([.. Known(core).Select(m => m.Entry)], request.Folder)
            : Find(core, request.Model).Entry, cancellation);

    private static RestoreOrder OrderOf(RestoreRequest request, Entry entry) => new(
        entry, Path.GetFullPath(request.Folder), [.. request.Files.Select(g => new FileGlob(g))]);

    private async Task<RestoreResult> RestoreAsync(
        RestoreOrder order, Action<Weights.RestoreProgress> report, CancellationToken cancellation)
    {
        var outcome = await restorer.RestoreAsync(order, report, cancellation);
        return new RestoreResult
        {
            Folder = order.Folder,
            Files = (uint)outcome.Files,
            Bytes = (ulong)outcome.Bytes,
            BytesFetched = (ulong)outcome.FetchedBytes,
            FilesKept = (uint)outcome.Kept,
        };
    }

    private async Task<RestoreResult> VerifyAsync(
        RestoreOrder order, Action<Weights.RestoreProgress> report, CancellationToken cancellation)
    {
        var verdicts = await restorer.VerifyAsync(order, report, cancellation);
        var result = new RestoreResult
        {
            Folder = order.Folder,
            Files = (uint)verdicts.Length,
            Bytes = (ulong)verdicts.Sum(v => v.File.Bytes),
        };
        result.Verdicts.AddRange(verdicts.Select(v => new RestoredFile
        {
            Path = v.File.Path,
            Bytes = (ulong)v.File.Bytes,
            State = Word(v.Outcome),
            Detail = v.Detail,
        }));
        return result;
    }

    private async Task<RestoreResult> DrillAsync(
        Entry entry, string into, Action<Weights.RestoreProgress> report, CancellationToken cancellation)
    {
        var record = await drill.RunAsync(entry, into, report, cancellation);
        return new RestoreResult { Files = (uint)entry.Files, Bytes = (ulong)record.Bytes, Drill = Of(record) };
    }

    private static DrillInfo Of(RestoreDrillRecord record) => new()
    {
        AtMs = (ulong)record.AtMs,
        Milliseconds = (ulong)record.TookMs,
        Bytes = (ulong)record.Bytes,
        Ok = record.Ok,
        Outcome = record.Outcome,
    };

    private static string Word(VerifyOutcome outcome) => outcome switch
    {
        VerifyOutcome.Intact => "intact",
        VerifyOutcome.Corrupt => "corrupt",
        VerifyOutcome.Missing => "missing",
        VerifyOutcome.WrongSize => "wrong-size",
        _ => "unreadable",
    };

    private static V1.RestoreProgress ProgressOf(Weights.RestoreProgress p) => new()
    {
        Phase = p.Phase,
        BytesDone = (ulong)p.Bytes,
        BytesTotal = (ulong)p.TotalBytes,
        Sources = (uint)p.Sources,
        BytesPerSecond = (ulong)p.BytesPerSecond,
        File = p.File,
    };
}
