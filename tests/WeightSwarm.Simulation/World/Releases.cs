using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// Challenges and their answers, and the end of released slices. An answer is what the holder's disk and core say at
/// that moment, as its daemon would.
/// </summary>
internal sealed class Releases(SimWorld world)
{
    private const int ProofMs = 300;

    /// <summary>So many failure domains have nothing but nodes that prove what they fetch from others.</summary>
    public int Feigned { get; set; }

    /// <summary>Slices given up with receipts, and without.</summary>
    public (int Proven, int Unproven) Given { get; private set; }

    public void Challenge(SimNode asker, CoreOutput.AskReceipt ask)
    {
        var life = asker.Life;
        var holder = world.NodeOf(ask.Holder);
        var (there, back) = (Way(), Way());
        world.In(there, () =>
        {
            var (outcome, ticket) = AnswerOf(asker, holder, ask);
            var after = outcome == ReceiptOutcome.Offline ? ask.WithinMs - there : back;
            world.In(after, () =>
            {
                if (asker.Life == life)
                    asker.Handle(new CoreInput.ReceiptArrived(
                        ask.Holder, ask.Model, ask.Slice, ask.Nonce, outcome, ticket), EventKind.Receipt);
            });
        });
    }

    /// <summary>I1 and I2: what is given up with receipts leaves the copies that were wanted.</summary>
    public void GiveUp(SimNode node, CoreOutput.MoveToTrash release)
    {
        var key = (release.Model, release.Slice);
        world.Log.Add(world.NowMs, node.Number, EventKind.Released, release.Slice);
        world.Log.Say(world.NowMs, node.Number, $"gives up slice {release.Slice}: {release.Reason}");
        Discard(node, key);
        Oracle.Bounds(node);
        Given = release.Unproven ? (Given.Proven, Given.Unproven + 1) : (Given.Proven + 1, Given.Unproven);
        var left = world.Oracle.Copies(release.Model, release.Slice, upOnly: false);
        var wanted = world.Entry(release.Model).Copies > 0 ? world.Entry(release.Model).Copies : world.Policy.Copies;
        if (!release.Unproven && left < wanted - Feigned)
            throw new ScenarioFailedException(
                $"I2: node {node.Number} gives up slice {release.Slice} and leaves {left} of {wanted} copies");
        var life = node.Life;
        // What is too much by the quota is not kept: the owner waits for the room.
        var restMs = node.Disk.UsedBytes > node.Disk.QuotaBytes ? 0 : world.Pace.TrashMs;
        world.In(restMs, () =>
        {
            if (node.Life == life) Empty(node, key);
        });
    }

    /// <summary>A rotten copy goes like any other, and is no copy less; a lie cannot be given up.</summary>
    private static void Discard(SimNode node, (Hash256 Model, int Slice) key)
    {
        node.Disk.Trash.Remove(key);
        if (node.Disk.Intact.Remove(key, out var bytes)) node.Disk.Trash.Add(key, bytes);
        else if (node.Faults.IsRotten(key.Model, key.Slice)) node.Faults.Found(key.Model, key.Slice);
        else
            throw new ScenarioFailedException(
                $"node {node.Number} gives up slice {key.Slice}, which it does not have");
    }

    private static void Empty(SimNode node, (Hash256 Model, int Slice) key)
    {
        if (!node.Disk.Trash.Remove(key)) return;
        node.Handle(new CoreInput.TrashHeld(key.Model, SliceSet.Of(
            node.Disk.Trash.Keys.Where(k => k.Model == key.Model).Select(k => k.Slice))), EventKind.Released);
        node.Transfers.TellRoom();
    }

    private (ReceiptOutcome Outcome, long TicketMs) AnswerOf(
        SimNode asker, SimNode holder, CoreOutput.AskReceipt ask)
    {
        if (!holder.Awake || !world.Net.Reaches(asker.Number, holder.Number) ||
            !holder.Disk.Reaches((ask.Model, ask.Slice)))
            return (ReceiptOutcome.Offline, 0);
        var ticket = holder.Core.ReleaseTicketMs(ask.Model, ask.Slice);
        if (world.Audits.Outsourcers.Contains(holder.Number))
            return (world.Audits.Fetched(holder, ask.Model, ask.Slice), ticket);
        var held = holder.Disk.Has(ask.Model, ask.Slice) &&
            holder.Core.Held.TryGetValue(ask.Model, out var slices) && slices.Contains(ask.Slice);
        return (held ? ReceiptOutcome.Proven : ReceiptOutcome.NotHeld, ticket);
    }

    private int Way() => 5 + (int)world.Random.Below(ProofMs);
}
