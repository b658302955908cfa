using System.Globalization;
using Grpc.Core;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Consent;
using WeightSwarm.Node.Curation;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Origins;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Node.Web;
using WeightSwarm.Node.Weights;
using WeightSwarm.Torrent;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>
/// Answers the CLI. Each verb reads the core once, on the core's own thread, and turns what it saw into the reply;
/// nothing is remembered between calls. One group of verbs, one partial file.
/// </summary>
public sealed partial class ControlService(
    DaemonOptions options, StateFolder state, NodeKey key, Clock clock, SwarmInbox inbox,
    NetworkService network, DonationLedger ledger, CustodyLoop custody, CustodyTable table, NodeStore store,
    ModelAdder adder, ModelRestorer restorer,
    ModelContents contents, GossipServer gossip, LocalWeb web, EngineHost engine, Bandwidth bandwidth,
    RestoreDrill drill, DrillStore drills, HeldVerifier verifier, ScrubProgress scrub,
    OriginBook origins, CatalogueDesk catalogue, CuratorDesk curators, ProposalDesk proposals,
    Reach reach, ConsentDesk consent) : V1.Control.ControlBase
{
    private readonly long _startedMs = clock.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public override Task<StatusReply> Status(StatusRequest request, ServerCallContext context) => Answer(async () =>
    {
        var reply = new StatusReply
        {
            NodeId = key.Id.ToString(),
            Version = DaemonVersion.Text,
            StateFolder = state.FolderPath,
            StartedMs = (ulong)_startedMs,
            Listen = options.Listen.ToString(),
            Limits = InForce(),
            Ports = new Ports
            {
                Gossip = (uint)gossip.Port,
                Torrent = (uint)engine.Engine.ListenPort,
                Http = (uint)web.Port,
            },
        };
        if (!options.StaysOnLoopback) reply.Reach = ReachOf(reach.Now);
        reply.Donations.AddRange(ledger.Look().Select(status => DonationReplies.Of(status, table)));
        reply.Warnings.AddRange(custody.Warnings);
        if (store.Drain.Get() is not null)
            reply.Warnings.Add("this node drains and takes nothing new: see `weightswarm drain show`");
        reply.Warnings.AddRange(origins.Warnings);
        reply.Warnings.AddRange(ledger.Look().Where(d => d.State == DonationState.Draining)
            .Select(d => $"the donation {d.Donation.Path} is drained: {d.Reason}"));
        reply.Reads.AddRange(ReadReplies.All(custody, scrub));
        reply.Network = await NetworkInfoAsync(context.CancellationToken);
        await inbox.AskAsync(core => Count(core, reply), context.CancellationToken);
        return reply;
    });

    /// <inheritdoc/>
    public override Task<PeersReply> Peers(PeersRequest request, ServerCallContext context) =>
        AnswerFromCore(core => PeerReplies.Of(core, clock.Now), context);

    /// <summary>Expected ends become statuses with the CLI's exit code; bugs stay exceptions and are logged by the
    /// server.</summary>
    private static async Task<T> Answer<T>(Func<Task<T>> verb)
    {
        try
        {
            return await verb();
        }
        catch (ControlException e)
        {
            throw e.ToRpc();
        }
        catch (IOException e) when (DiskFaults.IsNoSpace(e))
        {
            throw new ControlException(ControlExit.NoSpace, "no-space", $"{e.Message}; free some space").ToRpc();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TorrentEngineException)
        {
            throw new ControlException(ControlExit.Failure, "failure", e.Message).ToRpc();
        }
    }

    private Task<T> AnswerFromCore<T>(Func<SwarmCore, T> verb, ServerCallContext context) =>
        Answer(() => inbox.AskAsync(
        core => core is null ? throw NetworkService.NoNetwork() : verb(core), context.CancellationToken));

    private static bool Count(SwarmCore? core, StatusReply reply)
    {
        if (core?.View is not { } view) return false;
        var others = view.Nodes.Values.Where(n => n.Id != core.Self).ToList();
        reply.NodesKnown = (uint)others.Count;
        reply.NodesOnline = (uint)others.Count(n => n.AbsentSinceMs is null);
        var held = view.Models
            .Select(m => (m.Entry, Slices: core.Held.GetValueOrDefault(m.Entry.ModelId) ?? SliceSet.Empty));
        foreach (var (entry, slices) in held.Where(h => !h.Slices.IsEmpty))
        {
            reply.ModelsHeld++;
            reply.SlicesHeld += (uint)slices.Count;
            reply.BytesHeld += (ulong)slices.Slices.Sum(entry.SliceBytes);
        }
        reply.SlicesFetching = (uint)core.Fetching.Values.Sum(s => s.Count);
        AuditReplies.AddTo(reply, core, view);
        if (core.WhySick is { } why) reply.Warnings.Add($"this node does not trust itself: {why}");
        if (core.WhyCloned is { } cloned) reply.Warnings.Add(cloned);
        if (core.StormBreakerOpen)
            reply.Warnings.Add("many nodes vanished together: only the most urgent copies are made until that is over");
        return true;
    }

    private static ReachInfo ReachOf(ReachState state) => new()
    {
        DhtNodes = (ulong)(state.DhtNodes ?? 0),
        DhtFound = (uint)state.Found,
        OutsidePort = (uint)(state.OutsidePort ?? 0),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
