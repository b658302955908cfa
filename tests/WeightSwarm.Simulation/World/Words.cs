using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>Records in words, for a trace.</summary>
internal static class Words
{
    public static string Of(SimWorld world, Record record) =>
        $"{record.Kind} of {Name(world, record.Author)} seq {record.Seq % 1_000_000_000}{Detail(world, record)}";

    public static string Name(SimWorld world, NodeId id)
    {
        var at = Array.FindIndex(world.Nodes, n => n.Id == id);
        return at < 0 ? id.Brief : $"n{at}";
    }

    private static string Detail(SimWorld world, Record record)
    {
        switch (record.Kind)
        {
            case RecordKind.Holding:
                return $" verified {Convert.ToHexStringLower(RecordBodies.Holding(record).Verified.Span)}";
            case RecordKind.Claim:
                var claim = RecordBodies.Claim(record);
                var end = claim.Cancelled ? " cancelled" : "";
                return $" slice {RecordBodies.SliceOf(record)} {claim.ProgressPercent} %{end}";
            case RecordKind.Observation:
                var seen = RecordBodies.Observation(record);
                return $" {Name(world, new NodeId(new Hash256(record.Subject)))} {(seen.Down ? "down" : "up")}";
            case RecordKind.Node: return $" free {RecordBodies.Node(record).FreeBytes >> 20} MiB";
            case RecordKind.Renewal: return $" of {Renewals.Listed(record).Length}";
            default: return "";
        }
    }
}
