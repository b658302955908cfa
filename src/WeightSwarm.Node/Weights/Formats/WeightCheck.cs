using WeightSwarm.Core.Formats;
using WeightSwarm.Node.Control;

namespace WeightSwarm.Node.Weights.Formats;

/// <summary>Whether weights may be preserved: reads their headers, and refuses what is structurally broken.</summary>
public static class WeightCheck
{
    private const int MostNamed = 5;

    /// <summary>What the headers of a complete scan say.</summary>
    /// <param name="scan">A complete scan.</param>
    /// <param name="force">Take broken files, too.</param>
    /// <param name="cancellation">Ends the work within one chunk.</param>
    /// <exception cref="ControlException">A weight file is broken, and it is not forced.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ModelFacts Run(FolderScanResult scan, bool force, CancellationToken cancellation = default)
    {
        var facts = ModelInspector.Inspect(scan, cancellation);
        Refuse(facts, force);
        return facts;
    }

    /// <summary>Refuses weights that are broken, unless it is forced.</summary>
    /// <exception cref="ControlException">A weight file is broken.</exception>
    public static void Refuse(ModelFacts facts, bool force)
    {
        if (facts.Faults.IsEmpty || force) return;
        var named = string.Join("; ", facts.Faults.Take(MostNamed));
        var more = facts.Faults.Length > MostNamed ? $"; and {facts.Faults.Length - MostNamed} more files" : "";
        throw new ControlException(
            ControlExit.VerificationFailed, "broken-weights",
            $"{named}{more}; fetch it again, or preserve it as it is with --force");
    }
}
