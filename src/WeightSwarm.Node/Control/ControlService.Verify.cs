using Grpc.Core;
using WeightSwarm.Core;
using WeightSwarm.Node.Scrub;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>verify.</summary>
public sealed partial class ControlService
{
    /// <inheritdoc/>
    public override Task Verify(
        VerifyRequest request, IServerStreamWriter<VerifyEvent> responseStream, ServerCallContext context) =>
        Answer(async () =>
        {
            var cancellation = context.CancellationToken;
            var started = clock.Now;
            var stream = new ProgressStream<VerifyEvent>(responseStream, clock.Time);
            var only = request.Model.Length == 0 ? (Hash256?)null
                : await inbox.AskAsync(core => Find(core, request.Model).Entry.ModelId, cancellation);
            var models = await verifier.RunAsync(
                only, step => stream.Offer(new VerifyEvent { Progress = ProgressOf(step) }), cancellation);
            if (only is not null && models.Count == 0)
                throw new ControlException(
                    ControlExit.NotFound, "not-held",
                    $"this node holds nothing of {request.Model} that it could read; `weightswarm show " +
                    $"{request.Model}` lists who does");
            var result = new VerifyResult { Milliseconds = (ulong)clock.Now.Since(started) };
            foreach (var model in models) result.Models.Add(await ResultOfAsync(model, cancellation));
            await stream.FinishAsync(new VerifyEvent { Result = result });
            return true;
        });

    private async Task<VerifiedModel> ResultOfAsync(VerifiedHolding read, CancellationToken cancellation)
    {
        var content = read.Model.Content;
        var result = new VerifiedModel
        {
            Model = await inbox.AskAsync(core => ModelReplies.Of(core!, content.Entry), cancellation),
            Folder = read.Model.Root,
            Slices = (uint)read.Model.Held.Count,
            SlicesDoubted = (uint)(read.Model.Doubted.Count + read.Model.Mending.Count),
            Bytes = (ulong)read.Bytes,
        };
        result.Bad.AddRange(read.Bad.Select(bad => new BadPieceInfo
        {
            Path = bad.Path,
            Slice = (uint)content.Entry.SliceOf(bad.Piece),
            Piece = (uint)bad.Piece,
            Bytes = (ulong)content.Metainfo.PieceBytes(bad.Piece),
            Fault = Word(bad.Fault),
            Detail = bad.Detail,
            Mending = !read.Model.InPlace && bad.Fault != PieceFault.Unreadable,
        }));
        return result;
    }

    private static string Word(PieceFault fault) => fault switch
    {
        PieceFault.Wrong => "wrong",
        PieceFault.Hole => "hole",
        PieceFault.Cut => "cut",
        PieceFault.Missing => "missing",
        PieceFault.NotAFile => "not-a-file",
        PieceFault.Unreadable => "unreadable",
        _ => "refused",
    };

    private static VerifyProgress ProgressOf(VerifyStep step) => new()
    {
        Model = step.Model,
        BytesDone = (ulong)step.Bytes,
        BytesTotal = (ulong)step.TotalBytes,
    };
}
