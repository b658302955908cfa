using Google.Protobuf;
using Grpc.Core;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli;

/// <summary>A control service that gives prepared answers and remembers what it was asked.</summary>
internal sealed class FakeControl : Control.ControlBase
{
    public List<IMessage> Requests { get; } = [];

    /// <summary>What every call answers with; a call that is no stream takes the first.</summary>
    public Func<CancellationToken, IAsyncEnumerable<IMessage>> Answer { get; set; } = _ => Fail();

    public override Task<StatusReply> Status(StatusRequest request, ServerCallContext context) =>
        One<StatusReply>(request, context);

    public override Task<NetworkReply> CreateNetwork(CreateNetworkRequest request, ServerCallContext context) =>
        One<NetworkReply>(request, context);

    public override Task<NetworkReply> JoinNetwork(JoinNetworkRequest request, ServerCallContext context) =>
        One<NetworkReply>(request, context);

    public override Task<NetworkReply> ShowNetwork(ShowNetworkRequest request, ServerCallContext context) =>
        One<NetworkReply>(request, context);

    public override Task<InviteReply> Invite(InviteRequest request, ServerCallContext context) =>
        One<InviteReply>(request, context);

    public override Task<DonationsReply> Donate(DonateRequest request, ServerCallContext context) =>
        One<DonationsReply>(request, context);

    public override Task<DonationsReply> Donations(DonationsRequest request, ServerCallContext context) =>
        One<DonationsReply>(request, context);

    public override Task<DrainReply> Drain(DrainRequest request, ServerCallContext context) =>
        One<DrainReply>(request, context);

    public override Task Add(AddRequest request, IServerStreamWriter<AddEvent> stream, ServerCallContext context) =>
        All(request, stream, context);

    public override Task<ListReply> List(ListRequest request, ServerCallContext context) =>
        One<ListReply>(request, context);

    public override Task<ShowReply> Show(ShowRequest request, ServerCallContext context) =>
        One<ShowReply>(request, context);

    public override Task<HealthReply> Health(HealthRequest request, ServerCallContext context) =>
        One<HealthReply>(request, context);

    public override Task<PeersReply> Peers(PeersRequest request, ServerCallContext context) =>
        One<PeersReply>(request, context);

    public override Task<WhatIfReply> WhatIf(WhatIfRequest request, ServerCallContext context) =>
        One<WhatIfReply>(request, context);

    public override Task<DeclinedReply> Decline(DeclineRequest request, ServerCallContext context) =>
        One<DeclinedReply>(request, context);

    public override Task<DeclinedReply> Declined(DeclinedRequest request, ServerCallContext context) =>
        One<DeclinedReply>(request, context);

    public override Task<DeclinedReply> Accept(AcceptRequest request, ServerCallContext context) =>
        One<DeclinedReply>(request, context);

    public override Task<PlanReply> Plan(PlanRequest request, ServerCallContext context) =>
        One<PlanReply>(request, context);

    public override Task<WhyReply> Why(WhyRequest request, ServerCallContext context) =>
        One<WhyReply>(request, context);

    public override Task Restore(
        RestoreRequest request, IServerStreamWriter<RestoreEvent> stream, ServerCallContext context) =>
        All(request, stream, context);

    public override Task Verify(
        VerifyRequest request, IServerStreamWriter<VerifyEvent> stream, ServerCallContext context) =>
        All(request, stream, context);

    public override Task<LimitsReply> ShowLimits(ShowLimitsRequest request, ServerCallContext context) =>
        One<LimitsReply>(request, context);

    public override Task<LimitsReply> SetLimits(SetLimitsRequest request, ServerCallContext context) =>
        One<LimitsReply>(request, context);

    public override Task<LimitsReply> ClearLimits(ClearLimitsRequest request, ServerCallContext context) =>
        One<LimitsReply>(request, context);

    public override Task<LabelsReply> ShowLabels(ShowLabelsRequest request, ServerCallContext context) =>
        One<LabelsReply>(request, context);

    public override Task<LabelsReply> SetLabels(SetLabelsRequest request, ServerCallContext context) =>
        One<LabelsReply>(request, context);

    private async Task<T> One<T>(IMessage request, ServerCallContext context)
        where T : IMessage
    {
        Requests.Add(request);
        await foreach (var answer in Answer(context.CancellationToken)) return (T)answer;
        throw new InvalidOperationException("no answer was prepared");
    }

    private async Task All<T>(IMessage request, IServerStreamWriter<T> stream, ServerCallContext context)
        where T : IMessage
    {
        Requests.Add(request);
        await foreach (var answer in Answer(context.CancellationToken)) await stream.WriteAsync((T)answer);
    }

    private static IAsyncEnumerable<IMessage> Fail() => throw new InvalidOperationException("no answer was prepared");
}
