using Grpc.Core;
using WeightSwarm.Node.Curation;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>network curator add, remove and list; proposals; withdraw.</summary>
public sealed partial class ControlService
{
    /// <inheritdoc/>
    public override Task<CuratorsReply> ListCurators(ListCuratorsRequest request, ServerCallContext context) =>
        Answer(() => CuratorsAsync(default, context.CancellationToken));

    /// <inheritdoc/>
    public override Task<CuratorsReply> AddCurator(AddCuratorRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            if (request.Scope.Length > 256 || request.Scope.Any(char.IsControl))
                throw Usage(
                    "bad-scope", $"--scope has {request.Scope.Length} characters; up to 256 printable ones are taken");
            if (request.BudgetBytes > 1UL << 60 || request.TermS > 100UL * 366 * 86_400)
                throw Usage("bad-limit", "a budget is at most 1 EiB, and a term at most 100 years");
            await curators.AddAsync(
                request.Node, request.Scope, (long)request.BudgetBytes, (long)request.TermS * 1000,
                context.CancellationToken);
            return await CuratorsAsync(default, context.CancellationToken);
        });

    /// <inheritdoc/>
    public override Task<CuratorsReply> RemoveCurator(RemoveCuratorRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            var succession = await curators.RemoveAsync(
                request.Node, (long)Math.Min(request.SinceMs, 1UL << 53), context.CancellationToken);
            return await CuratorsAsync(succession, context.CancellationToken);
        });

    /// <inheritdoc/>
    public override Task<ProposalsReply> Proposals(ProposalsRequest request, ServerCallContext context) =>
        Answer(() => ProposalsAsync(context.CancellationToken));

    /// <inheritdoc/>
    public override Task<ProposalsReply> AcceptProposal(AcceptProposalRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            await proposals.AcceptAsync(request.Model, (int)Math.Min(request.Copies, 64), context.CancellationToken);
            return await ProposalsAsync(context.CancellationToken);
        });

    /// <inheritdoc/>
    public override Task<ProposalsReply> RefuseProposal(RefuseProposalRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            if (request.Reason.Length is 0 or > 256)
                throw Usage("bad-reason", $"the reason has {request.Reason.Length} characters; 1 to 256 are taken");
            await proposals.RefuseAsync(request.Model, request.Reason, context.CancellationToken);
            return await ProposalsAsync(context.CancellationToken);
        });

    /// <inheritdoc/>
    public override Task<WithdrawReply> Withdraw(WithdrawRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            var entry = await inbox.AskAsync(core => Find(core, request.Model).Entry, context.CancellationToken);
            var (withdrawn, others) = await catalogue.WithdrawAsync(entry, context.CancellationToken);
            return new WithdrawReply
            {
                Name = withdrawn.Model,
                Revision = withdrawn.Revision,
                Others = (uint)others,
            };
        });

    private Task<CuratorsReply> CuratorsAsync(Succession succession, CancellationToken cancellation) =>
        inbox.AskAsync(core =>
        {
            if (core is null) throw Gossip.NetworkService.NoNetwork();
            var reply = new CuratorsReply
            {
                TakenOver = (uint)succession.TakenOver,
                Dropped = (uint)succession.Dropped,
            };
            reply.Curators.AddRange(CurationReplies.Curators(core, network.IsFounder, clock.Now));
            return reply;
        }, cancellation);

    private Task<ProposalsReply> ProposalsAsync(CancellationToken cancellation) => inbox.AskAsync(core =>
    {
        if (core is null) throw Gossip.NetworkService.NoNetwork();
        var reply = new ProposalsReply();
        reply.Proposals.AddRange(core.Proposals.Select(p => CurationReplies.Of(p, core.Self)));
        return reply;
    }, cancellation);
}
