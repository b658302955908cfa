using Grpc.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Gossip;
using WeightSwarm.V1;
using DomainRule = WeightSwarm.Core.Catalogue.DomainRule;
using Policy = WeightSwarm.Core.Catalogue.Policy;

namespace WeightSwarm.Node.Control;

/// <summary>network create, join and show; invite.</summary>
public sealed partial class ControlService
{
    /// <inheritdoc/>
    public override Task<NetworkReply> CreateNetwork(CreateNetworkRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            if (request.Name.Length is 0 or > 64 || request.Name.Any(char.IsControl))
                throw Usage("bad-name",
                    $"the network's name has {request.Name.Length} characters; 1 to 64 are accepted");
            await network.FoundAsync(request.Name, PolicyOf(request), context.CancellationToken);
            return await NetworkReplyAsync(context.CancellationToken);
        });

    /// <inheritdoc/>
    public override Task<NetworkReply> JoinNetwork(JoinNetworkRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            await network.JoinAsync(request.Invite, context.CancellationToken);
            return await NetworkReplyAsync(context.CancellationToken);
        });

    /// <inheritdoc/>
    public override Task<NetworkReply> ShowNetwork(ShowNetworkRequest request, ServerCallContext context) =>
        Answer(() => NetworkReplyAsync(context.CancellationToken));

    /// <inheritdoc/>
    public override Task<InviteReply> Invite(InviteRequest request, ServerCallContext context) =>
        Answer(async () =>
            new InviteReply { Invite = (await network.InviteAsync(context.CancellationToken)).ToString() });

    private static Policy PolicyOf(CreateNetworkRequest request)
    {
        var standard = Policy.Default;
        if (request.Copies > 64) throw Usage("bad-copies", $"--copies {request.Copies} is over the limit of 64");
        var pace = request.Pace.Length == 0 ? standard.Pace : Pace.Named(request.Pace)
            ?? throw Usage("bad-pace", $"--pace {request.Pace} is unknown; say real or drill");
        var domains = request.Domains switch
        {
            "" or "subnet" => DomainRule.Subnet,
            "node" => DomainRule.Node,
            _ => throw Usage("bad-domains", $"--domains {request.Domains} is unknown; say subnet or node"),
        };
        var slice = request.SliceBytes == 0 ? standard.SliceBytes : (long)request.SliceBytes;
        if (slice is < 1 << 20 or > 1L << 40)
            throw Usage("bad-slice", $"--slice {request.SliceBytes} is outside 1 MiB to 1 TiB");
        return new Policy(request.Copies == 0 ? standard.Copies : (int)request.Copies, pace, domains, slice);
    }

    private async Task<NetworkReply> NetworkReplyAsync(CancellationToken cancellation) =>
        new() { Network = await NetworkInfoAsync(cancellation) ?? throw NetworkService.NoNetwork() };

    private async Task<NetworkInfo?> NetworkInfoAsync(CancellationToken cancellation)
    {
        if (network.Network is not { } id) return null;
        var charter = await inbox.AskAsync(core => core?.Charter, cancellation);
        var info = new NetworkInfo
        {
            NetworkId = id.ToString(),
            Founder = network.IsFounder,
            Curator = network.IsFounder || charter is not null && IsCurator(charter),
            CharterKnown = charter is not null,
        };
        if (charter is null) return info;
        info.Name = charter.Name;
        info.Copies = (uint)charter.Policy.Copies;
        info.Pace = charter.Policy.Pace.Name;
        info.Domains = charter.Policy.Domains == DomainRule.Node ? "node" : "subnet";
        info.SliceBytes = (ulong)charter.Policy.SliceBytes;
        return info;
    }

    private bool IsCurator(Core.Catalogue.Charter charter) =>
        charter.Of(key.Id) is { } curator && charter.IsCurator(key.Id, curator.Scope, clock.Now.UnixMs);

    private static ControlException Usage(string code, string message) => new(ControlExit.Usage, code, message);
}
