using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Scrub;

/// <summary>A model of which this node has something on disk now. Immutable.</summary>
/// <param name="Key">Which model, and where.</param>
/// <param name="Content">Entry, manifest and metainfo.</param>
/// <param name="Donation">The donation that it lies in; null for an owner's own files.</param>
/// <param name="Root">The folder that the paths of its files start from.</param>
/// <param name="Held">The slices that are vouched for.</param>
/// <param name="Doubted">Slices that were, and that are to be read now.</param>
/// <param name="Mending">Slices that were, and of which the bad pieces are being fetched.</param>
public sealed record HeldModel(
    LocalModelKey Key, ModelContent Content, Guid? Donation, string Root, SliceSet Held, SliceSet Doubted,
    SliceSet Mending)
{
    /// <summary>Nothing of it is held, in doubt or being mended.</summary>
    public bool IsEmpty => Held.IsEmpty && Doubted.IsEmpty && Mending.IsEmpty;

    /// <summary>The owner's own files: never written to.</summary>
    public bool InPlace => Donation is null;
}

/// <summary>Who keeps the slices: tells what there is, and is told what was found.</summary>
public interface IHeldModels
{
    /// <summary>What is on disk now.</summary>
    IReadOnlyList<HeldModel> Held();

    /// <summary>
    /// Tells of a finding. Returns once a slice that is not right any more is withdrawn from the network and the engine
    /// has let go of its bad pieces.
    /// </summary>
    Task FoundAsync(SliceFinding finding);
}
