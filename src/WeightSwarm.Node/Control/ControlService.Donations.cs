using Grpc.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Store;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>donate, donations and drain: what the owner lends, and takes back.</summary>
public sealed partial class ControlService
{
    private const ulong LongestDeadlineS = 10L * 365 * 86_400;

    /// <inheritdoc/>
    public override Task<DonationsReply> Donate(DonateRequest request, ServerCallContext context) => Answer(async () =>
    {
        var result = ledger.Donate(
            (long)Math.Min(request.Bytes, long.MaxValue), request.Path, DeadlineIn(request.DeadlineS));
        if (!result.Accepted) throw DonationReplies.Refusal(result);
        return await DonationsAsync(context.CancellationToken);
    });

    /// <inheritdoc/>
    public override Task<DonationsReply> Donations(DonationsRequest request, ServerCallContext context) =>
        Answer(() => DonationsAsync(context.CancellationToken));

    /// <inheritdoc/>
    public override Task<DrainReply> Drain(DrainRequest request, ServerCallContext context) => Answer(async () =>
    {
        if (network.Network is null) throw NetworkService.NoNetwork();
        var known = store.Drain.Get();
        if (request.Action == DrainAction.Start)
            network.Drain(new DrainOrder(known?.SinceMs ?? clock.Now.UnixMs, DeadlineIn(request.DeadlineS)));
        else if (request.Action == DrainAction.Cancel && known is not null) network.Drain(null);
        return await DrainReplyAsync(context.CancellationToken);
    });

    private async Task<DonationsReply> DonationsAsync(CancellationToken cancellation)
    {
        var reply = new DonationsReply();
        reply.Donations.AddRange(ledger.Look().Select(status => DonationReplies.Of(status, table)));
        reply.Releases.AddRange(await inbox.AskAsync(ReleaseReplies.Of, cancellation));
        reply.Trash.AddRange(await TrashAsync(cancellation));
        return reply;
    }

    private async Task<DrainReply> DrainReplyAsync(CancellationToken cancellation)
    {
        var (order, shown) = (store.Drain.Get(), await DonationsAsync(cancellation));
        var reply = new DrainReply
        {
            Draining = order is not null,
            SinceMs = (ulong)(order?.SinceMs ?? 0),
            DeadlineMs = (ulong)(order?.DeadlineMs ?? 0),
            SlicesLeft = (uint)shown.Donations.Sum(d => d.SlicesHeld),
            BytesLeft = (ulong)shown.Donations.Sum(d => (long)d.BytesHeld),
            SlicesInPlace = (uint)table.CountInPlace(),
        };
        reply.Donations.AddRange(shown.Donations);
        reply.Releases.AddRange(shown.Releases);
        reply.Trash.AddRange(shown.Trash);
        return reply;
    }

    private async Task<IEnumerable<TrashInfo>> TrashAsync(CancellationToken cancellation)
    {
        var trashMs = await inbox.AskAsync(core => (core?.Charter?.Policy.Pace ?? Pace.Real).TrashMs, cancellation);
        return store.Trash.List().GroupBy(item => (item.Key, item.Reason))
            .Select(group => ReleaseReplies.OfTrash([.. group], table.ContentOf(group.Key.Key.Model)?.Entry, trashMs));
    }

    private long? DeadlineIn(ulong seconds)
    {
        if (seconds > LongestDeadlineS)
            throw Usage("bad-deadline", $"a deadline in {seconds} seconds is over the limit of ten years");
        return seconds == 0 ? null : clock.Now.UnixMs + (long)seconds * 1000;
    }
}
