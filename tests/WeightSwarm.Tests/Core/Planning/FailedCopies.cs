using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>Views of an auditor that found something.</summary>
internal static class FailedCopies
{
    /// <summary>The view in which these copies of the first model failed an audit 90 s ago.</summary>
    public static SwarmView Failing(this SwarmView view, params IEnumerable<(int Node, int Slice)> failed) => view with
    {
        FailedAudits = view.FailedAudits.AddRange(failed.Select(f => KeyValuePair.Create(
            new CopyKey(Swarm.Id(f.Node), view.Models[0].Entry.ModelId, f.Slice), Swarm.Now.UnixMs - 90_000))),
    };
}
