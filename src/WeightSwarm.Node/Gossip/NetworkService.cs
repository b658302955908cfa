using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Torrents;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// Which network this node belongs to: none, until it founds or joins one. Gives the loop its core then, and again at
/// each start of the daemon. Starts after the servers, when the ports are known.
/// </summary>
public sealed class NetworkService(
    DaemonOptions options, StateFolder state, NodeKey key, NodeStore store, Clock clock, SwarmInbox inbox,
    GossipServer server, EngineHost engine, Reach reach) : IHostedService, IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly long _startedMs = clock.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether this node has founded or joined a network.</summary>
    public NetworkId? Network => store.Membership.Get()?.Network;

    /// <summary>Whether this node holds the founder's key of its network.</summary>
    public bool IsFounder => Network is { } network && File.Exists(state.FounderKeyPath(network));

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (store.Membership.Get() is { } membership) await BeginAsync(membership.Network, membership.InvitePeers);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    /// <summary>Founds a network with a key of its own.</summary>
    /// <exception cref="ControlException">The node belongs to a network already.</exception>
    public async Task FoundAsync(string name, Policy policy, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            RefuseSecond();
            using var founder = NodeKey.Generate();
            var network = new NetworkId(founder.Id.Hash);
            founder.Save(state.FounderKeyPath(network));
            var charter = new RecordAuthor(founder, network, store.Sequence).Make(
                RecordKind.Charter, [], RecordBodies.Charter(name, policy), RecordSet.CatalogueTtlMs, clock.Now);
            store.Membership.Join(network, charter.Bytes, []);
            await BeginAnewAsync(network, []);
            await inbox.PublishAsync(charter, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Joins the network of an invite.</summary>
    /// <exception cref="ControlException">The invite cannot be read, or the node is in another network.</exception>
    public async Task JoinAsync(string text, CancellationToken cancellation)
    {
        var invite = Invite.Parse(text, out var problem)
            ?? throw new ControlException(ControlExit.Usage, "bad-invite", problem);
        await _one.WaitAsync(cancellation);
        try
        {
            if (Network is { } mine && mine != invite.Network) RefuseSecond();
            var known = Network is not null;
            var peers = invite.Addresses.Select(a => new InvitePeer(a, null)).ToImmutableArray();
            store.Membership.Join(invite.Network, default, peers);
            if (known) inbox.Post(new CoreInput.Bootstrap([.. invite.Addresses]));
            else await BeginAnewAsync(invite.Network, peers);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>
    /// The owner wants the node to hand over everything, or (null) no longer. Durable; the others are told at once.
    /// </summary>
    public void Drain(DrainOrder? order)
    {
        store.Drain.Save(order);
        DescribeAgain();
    }

    /// <summary>The owner says whose the node is, and where. Durable; the others are told at once.</summary>
    public void Label(NodeLabels labels)
    {
        store.Labels.Save(labels);
        DescribeAgain();
    }

    /// <summary>What this node says of itself has changed: the others are told.</summary>
    public void DescribeAgain() => inbox.Post(new CoreInput.Described(Description()));

    /// <summary>An invite to the network, with the addresses of this node and of some peers.</summary>
    /// <exception cref="ControlException">The node belongs to no network.</exception>
    public async Task<Invite> InviteAsync(CancellationToken cancellation)
    {
        var addresses = await inbox.AskAsync(
            core => core?.Nodes.Keys.OrderBy(n => n != core.Self).SelectMany(n => PeerAddresses.Of(core, n)).ToList(),
                cancellation);
        if (Network is not { } network || addresses is null) throw NoNetwork();
        var own = new IPEndPoint(options.Listen, server.Port);
        if (!options.Listen.Equals(IPAddress.Any) && !options.Listen.Equals(IPAddress.IPv6Any)) addresses
            .Insert(0, own);
        return new Invite(network, [.. addresses.Distinct().Take(4)]);
    }

    /// <summary>For verbs that need a network.</summary>
    public static ControlException NoNetwork() => new(
        ControlExit.Refused, "no-network",
        "this node belongs to no network yet: found one with `weightswarm network create NAME`, or join one with " +
        "`weightswarm network join INVITE`");

    private void RefuseSecond()
    {
        if (Network is { } network) throw new ControlException(
            ControlExit.Refused, "has-network",
            $"this node belongs to the network {network} already; " +
            "run another daemon with another --state for a second one");
    }

    /// <summary>A network that no earlier run was in: there is nothing of one to take up.</summary>
    private async Task BeginAnewAsync(NetworkId network, ImmutableArray<InvitePeer> peers)
    {
        await BeginAsync(network, peers);
        inbox.Post(new CoreInput.TakenUp());
    }

    private Task BeginAsync(NetworkId network, ImmutableArray<InvitePeer> peers)
    {
        var core = new SwarmCore(
            new CoreParts(
                network, key, new EcdsaVerifier(), store.Sequence,
                    BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)),
                RandomNumberGenerator.GetBytes(32)),
            clock.Now);
        var known = store.Peers.Load(64).Where(p => p.Node != key.Id).Select(p => p.EndPoint);
        return inbox.BeginAsync(core,
        [
            new CoreInput.Described(Description()),
            new CoreInput.Remembered(store.Reputation.Load(store.Peers.LoadAnchors(), clock.Now)),
            new CoreInput.AuditsRemembered(store.Audits.Load()),
            new CoreInput.Restored([.. CharterFirst()]),
            new CoreInput.Bootstrap([.. peers.Select(p => p.EndPoint).Concat(known).Distinct()]),
        ]);
    }

    private IEnumerable<ReadOnlyMemory<byte>> CharterFirst()
    {
        if (store.Membership.Get() is { Charter.IsEmpty: false } membership) yield return membership.Charter;
        foreach (var record in store.Records.LoadAll()) yield return record.Envelope;
    }

    private SelfDescription Description()
    {
        var labels = store.Labels.Get();
        return new SelfDescription(
            [(options.Listen, reach.Now.OutsidePort ?? server.Port, engine.Engine.ListenPort)],
            labels.Operator, labels.Site, store.Drain.Get() is not null, DaemonVersion.Text, _startedMs)
        {
            Declines = [.. store.Declines.Load().Select(kept => kept.Rule)],
            Asn = labels.Asn,
            Country = labels.Country,
        };
    }
}
