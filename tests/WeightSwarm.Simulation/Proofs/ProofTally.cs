using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Proofs;

/// <summary>
/// Each trial is an honest audit, through the real proof, the real check and the real verdict, of which one in twenty
/// is lost on the way; and the same proof once more, mutated, which must not pass.
/// </summary>
internal sealed class ProofTally
{
    private const int LostPercent = 5, Kinds = 8, Holders = 64;

    public long Trials { get; private set; }
    public long Lost { get; private set; }
    /// <summary>Honest answers that were refused, or cost a copy its credit.</summary>
    public long FalseFailures { get; private set; }
    /// <summary>Mutated proofs that passed.</summary>
    public long Accepted { get; private set; }
    /// <summary>The trial of the first that went wrong.</summary>
    public long? FirstWrong { get; private set; }

    public static ProofTally Of(long trials, ulong seed)
    {
        var (tally, random, book) = (new ProofTally(), new SplitMix64(seed), new AuditBook());
        var model = new ProofModel(random);
        for (var trial = 0L; trial < trials; trial++) tally.Try(trial, model, book, random);
        return tally;
    }

    private void Try(long trial, ProofModel model, AuditBook book, SplitMix64 random)
    {
        var slice = (int)random.Below(model.Leaves.Slices);
        var nonce = new Nonce(new UInt128(random.Next(), random.Next()));
        var drawn = LeafDraw.Of(model.Leaves, nonce, model.Id, slice, 1);
        var proof = model.Prove(drawn[0]);
        var fault = PossessionProof.Fault(model.Leaves, drawn, [proof]);
        var lost = random.Below(100) < LostPercent;
        var outcome = lost ? ReceiptOutcome.Offline : fault is null ? ReceiptOutcome.Proven : ReceiptOutcome.Failed;
        var copy = new CopyKey(new NodeId(model.Id), model.Id, (int)random.Below(Holders));
        book.Enter(copy, outcome, 1, new AuditMoment(trial, true, 0, false), Pace.Real);
        var falsely = fault is not null || !book.Failed.IsEmpty;
        var accepted = PossessionProof.Fault(model.Leaves, drawn, Mutate(proof, model, drawn, random)) is null;
        Trials++;
        if (lost) Lost++;
        if (falsely) FalseFailures++;
        if (accepted) Accepted++;
        if (falsely || accepted) FirstWrong ??= trial;
    }

    private static LeafProof[] Mutate(
        LeafProof proof, ProofModel model, ImmutableArray<LeafPlace> drawn, SplitMix64 random)
    {
        var (block, uncles) = (proof.Block.ToArray(), proof.Uncles);
        switch (random.Below(Kinds))
        {
            case 0 when uncles.Length > 0:
                var at = (int)random.Below(uncles.Length);
                return [proof with { Uncles = uncles.SetItem(at, Flip(uncles[at], random)) }];
            case 1 when uncles.Length > 0: return [proof with { Uncles = uncles[1..] }];
            case 2: return [proof with { Uncles = uncles.Add(Hash256.Of(block)) }];
            case 3: return [proof with { Block = block.AsMemory(..^1) }];
            case 4: return [proof with { Block = (byte[])[.. block, 0] }];
            case 5: return [proof, proof];
            // Another leaf of the model, rightly proved.
            case 6 when Other(model, drawn[0], random) is { } other: return [model.Prove(other)];
            // The parent of the leaf and its neighbour, in the place of a leaf.
            case 7 when uncles.Length > 0:
                byte[] pair = [.. MerkleTree.Leaf(block).ToArray(), .. uncles[0].ToArray()];
                return [new LeafProof(pair, uncles[1..])];
            default:
                block[random.Below(block.Length)] ^= (byte)(1 << (int)random.Below(8));
                return [proof with { Block = block }];
        }
    }

    private static LeafPlace? Other(ProofModel model, LeafPlace drawn, SplitMix64 random)
    {
        var runs = model.Leaves.RunsOf((int)random.Below(model.Leaves.Slices));
        var run = runs[(int)random.Below(runs.Length)];
        var place = new LeafPlace(run.File, run.FirstLeaf + random.Below(run.Leaves));
        return place == drawn ? null : place;
    }

    private static Hash256 Flip(Hash256 hash, SplitMix64 random)
    {
        var bytes = hash.ToArray();
        bytes[random.Below(bytes.Length)] ^= (byte)(1 << (int)random.Below(8));
        return new Hash256(bytes);
    }
}
