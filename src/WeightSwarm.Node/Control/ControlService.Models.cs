using System.Collections.Immutable;
using Google.Protobuf;
using Grpc.Core;
using WeightSwarm.Core;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Weights;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>add, ls and show.</summary>
public sealed partial class ControlService
{
    /// <inheritdoc/>
    public override Task Add(AddRequest request, IServerStreamWriter<AddEvent> responseStream,
        ServerCallContext context) =>
        Answer(async () =>
        {
            if (!Path.IsPathRooted(request.Path)) throw Usage("bad-path", $"{request.Path} is not an absolute path");
            var phase = "scanning";
            var stream = new ProgressStream<AddEvent>(responseStream, clock.Time);
            var order = new AddOrder(
                request.Path, request.Name, request.Licence, request.Revision, (int)request.Copies, request.Force,
                request.Origin);
            var progress =
                new Relay<WeightProgress>(p => stream.Offer(new AddEvent { Progress = ProgressOf(phase, p) }));
            var outcome = await adder.AddAsync(order, progress, next => phase = next, context.CancellationToken);
            var result = await inbox.AskAsync(core => ResultOf(core!, outcome), context.CancellationToken);
            await stream.FinishAsync(new AddEvent { Result = result });
            return true;
        });

    private static AddResult ResultOf(SwarmCore core, AddOutcome outcome)
    {
        var entry = outcome.Entry;
        var others = SourcePeers.WholeHolders(core, entry.ModelId).Count;
        var result = new AddResult
        {
            Model = ModelReplies.Of(core, entry),
            Existing = outcome.Existing,
            Held = outcome.Held,
            Proposed = outcome.Proposed,
            Holders = (uint)others + 1,
            Facts = outcome.Facts is { } read ? FactsReplies.Of(read) : FactsReplies.Of(entry, outcome.Paths),
        };
        result.Notes.AddRange(outcome.Notes);
        return result;
    }

    /// <inheritdoc/>
    public override Task<ListReply> List(ListRequest request, ServerCallContext context) => AnswerFromCore(core =>
    {
        var reply = new ListReply();
        reply.Models.AddRange(Models(core).Select(m => ModelReplies.Of(core, m.Entry))
            .OrderBy(m => m.Name, StringComparer.Ordinal));
        return reply;
    }, context);

    /// <inheritdoc/>
    public override Task<ShowReply> Show(ShowRequest request, ServerCallContext context) => Answer(async () =>
    {
        var cancellation = context.CancellationToken;
        var (view, reply) = await inbox.AskAsync(core => ShowFromCore(core, request.Model), cancellation);
        var holders = await inbox.AskAsync(core => SourcePeers.Holders(core, view.Entry.ModelId), cancellation);
        var (content, problem) = await contents.GetAsync(view.Entry, holders, cancellation);
        reply.Read = ReadReplies.Of(custody, scrub, view.Entry.ModelId);
        reply.Facts = FactsReplies.Of(view.Entry, content?.Manifest.Files.Select(f => f.Path) ?? []);
        if (content is null)
            return request.WithMetainfo ? throw new ControlException(ControlExit.Incomplete, "no-metainfo", problem)
                : reply;
        reply.Files.AddRange(content.Manifest.Files.Select(f => new V1.FileInfo
        {
            Path = f.Path,
            Bytes = (ulong)f.Bytes,
            Sha256 = f.Sha256.ToString(),
        }));
        reply.Magnet = request.Version1 ? ModelReplies.MagnetOfVersion1(content) : ModelReplies.Magnet(content);
        if (request.WithMetainfo)
            reply.Metainfo = ByteString.CopyFrom(
                request.Version1 ? content.Metainfo.ToVersion1Bytes() : content.Metainfo.ToEngineBytes());
        return reply;
    });

    private (ModelView View, ShowReply Reply) ShowFromCore(SwarmCore? core, string name)
    {
        var view = Find(core, name);
        var reply = new ShowReply { Model = ModelReplies.Of(core!, view.Entry) };
        reply.Holders.AddRange(ModelReplies.Holders(core!, view, clock.Now));
        AuditReplies.AddTo(reply, core!, view);
        return (view, reply);
    }

    private static ImmutableArray<ModelView> Models(SwarmCore core) => core.View?.Models ?? [];

    /// <summary>By name, name@revision, or a prefix of eight or more of an info-hash.</summary>
    private static ModelView Find(SwarmCore? core, string name)
    {
        var found = Known(core).Where(m => ModelReplies.IsCalled(m.Entry, name)).ToList();
        if (found.Count == 1) return found[0];
        if (found.Count == 0)
            throw new ControlException(
                ControlExit.NotFound, "no-such-model",
                    $"no model '{name}' is catalogued here; `weightswarm ls` lists them");
        var candidates = string.Join(", ", found.Select(m => $"{m.Entry.Model}@{m.Entry.Revision}"));
        throw new ControlException(
            ControlExit.Usage, "ambiguous", $"'{name}' may mean {candidates}; name one of these");
    }

    /// <summary>Every catalogued model, from a node that can know.</summary>
    private static ImmutableArray<ModelView> Known(SwarmCore? core)
    {
        if (core is null) throw Gossip.NetworkService.NoNetwork();
        if (core.Charter is not null) return Models(core);
        throw new ControlException(
            ControlExit.Incomplete, "no-charter",
            "this node has not heard its network's charter yet, so it knows no models: see `weightswarm peers`, and " +
            "try again once it has met one");
    }

    private static AddProgress ProgressOf(string phase, WeightProgress p) => new()
    {
        Phase = phase,
        File = p.File,
        BytesDone = (ulong)p.Bytes,
        BytesTotal = (ulong)p.TotalBytes,
    };

    private sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
