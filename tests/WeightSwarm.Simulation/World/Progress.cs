using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// Challenges to claimants and their answers. An answer is what the claimant's disk says at that moment of one of the
/// parts that it is asked for, drawn by the nonce; nothing is hashed.
/// </summary>
internal sealed class Progress(SimWorld world)
{
    private const int ProofMs = 300, ChallengeBytes = 300, ProofBytes = 17_400;

    // Of its own, so that it does not move the dice of anything else.
    private readonly SplitMix64 _random = new(world.Seed ^ 0x7072_6f67_7265_7373);

    /// <summary>Of a thousand challenges so many are lost on the way.</summary>
    public int LostPerMille { get; set; }

    /// <summary>How those answer who are no honest nodes.</summary>
    public Func<SimNode, ReceiptOutcome> Lies { get; set; } = _ => ReceiptOutcome.Offline;

    /// <summary>Challenges that ended, by how.</summary>
    public SortedDictionary<ReceiptOutcome, long> Outcomes { get; } = [];

    /// <summary>Challenges by whose claim, and of what.</summary>
    public SortedDictionary<CopyKey, long> Asked { get; } = [];

    /// <summary>Of challenges and answers.</summary>
    public long Bytes => Outcomes.Values.Sum() * ChallengeBytes +
        Outcomes.GetValueOrDefault(ReceiptOutcome.Proven) * ProofBytes;

    public void Challenge(SimNode asker, CoreOutput.AskProgress ask)
    {
        var life = asker.Life;
        Asked[ask.Claim] = Asked.GetValueOrDefault(ask.Claim) + 1;
        world.In(Way(), () =>
        {
            var outcome = AnswerOf(asker, world.NodeOf(ask.Claim.Holder), ask);
            world.In(outcome == ReceiptOutcome.Offline ? ask.WithinMs : Way(), () =>
            {
                Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;
                if (asker.Life == life)
                    asker.Handle(new CoreInput.ProgressEnded(ask.Claim, ask.Nonce, outcome, ""), EventKind.Audit);
            });
        });
    }

    private ReceiptOutcome AnswerOf(SimNode asker, SimNode claimant, CoreOutput.AskProgress ask)
    {
        if (!claimant.Acts || !world.Net.Reaches(asker.Number, claimant.Number)) return ReceiptOutcome.Offline;
        if (LostPerMille > 0 && (int)_random.Below(1000) < LostPerMille) return ReceiptOutcome.Offline;
        if (claimant.Hostile is not null) return Lies(claimant);
        var key = (ask.Claim.Model, ask.Claim.Slice);
        if (claimant.Disk.Has(key.Model, key.Slice)) return ReceiptOutcome.Proven;
        return claimant.Transfers.PiecesOf(key) is { } pieces && PartMap.Of(pieces).Contains(Drawn(ask))
            ? ReceiptOutcome.Proven : ReceiptOutcome.NotHeld;
    }

    private static int Drawn(CoreOutput.AskProgress ask)
    {
        var parts = Enumerable.Range(0, PartMap.Most).Where(ask.Parts.Contains).ToList();
        return parts[(int)(ask.Nonce.Value % (uint)parts.Count)];
    }

    private int Way() => 5 + (int)_random.Below(ProofMs);
}
