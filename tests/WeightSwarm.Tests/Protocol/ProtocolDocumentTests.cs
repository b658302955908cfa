using System.Globalization;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Core.Records;
using WeightSwarm.Tests.Repository;

namespace WeightSwarm.Tests.Protocol;

/// <summary>docs/protocol.md and its parts speak of everything that is in the code, with the code's
/// numbers.</summary>
public sealed class ProtocolDocumentTests
{
    private static readonly string _text = string.Concat(RepositoryFiles.Below("docs", ".md")
        .Where(path => Path.GetFileName(path).StartsWith("protocol", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal).Select(RepositoryFiles.Text));

    [Fact]
    public void Document_HasEveryFrame() => AssertHas(
        V1.Frame.Descriptor.Oneofs.Single().Fields.Select(field => $"`{field.Name}`"));

    [Fact]
    public void Document_HasEveryKindWithItsNumber() => AssertHas(
        Enum.GetValues<RecordKind>().Where(kind => kind != RecordKind.None).Select(kind => $"| {(int)kind} {kind} |"));

    [Fact]
    public void Document_HasEveryVerdictAndOffence() => AssertHas(
        Enum.GetNames<Acceptance>().Concat(Enum.GetNames<Offence>()).Select(name => $"`{name}`"));

    [Fact]
    public void Document_HasEveryFieldOfTheBodies() => AssertHas(
        new[] { V1.Envelope.Descriptor, V1.Hello.Descriptor, V1.Reconcile.Descriptor, V1.Range.Descriptor,
            V1.Charter.Descriptor, V1.Curator.Descriptor, V1.Policy.Descriptor, V1.Holding.Descriptor,
            V1.Decline.Descriptor, V1.Renewal.Descriptor,
            V1.Answer.Descriptor, V1.LeafProof.Descriptor }
            .SelectMany(type => type.Fields.InDeclarationOrder()).Select(field => field.Name)
            .Except(["key", "in_place", "author", "signature", "session"]).Select(name => $"`{name}`"));

    [Fact]
    public void Document_NamesEveryVectorFile() => AssertHas(
        RepositoryFiles.Below("docs/vectors", ".json").Select(path => $"`{Path.GetFileName(path)}`"));

    [Fact]
    public void Document_HasTheLimitsOfTheCode() => AssertHas(
    [
        $"| {Kib(AdmissionLimits.BulkFrameBytes)}; {Kib(AdmissionLimits.FrameBytes)}; "
            + $"{Kib(AdmissionLimits.BulkFrameBytes)} |",
        $"| {Kib(EnvelopeCodec.MaxBytes)}; {EnvelopeCodec.MaxSubjectBytes}; {EnvelopeCodec.MaxAuthorBytes}; 128 |",
        $"| {N(ReconcileLimits.MaxMessageBytes)}; {N(ReconcileLimits.MaxRanges)}; {N(ReconcileLimits.MaxListedIds)} |",
        $"| {ReconcileLimits.MaxRounds}; {N(ReconcileLimits.MaxPushPerStep)} |",
        $"| {RecordBodies.MostCurators}; {Proposal.MostOfOne}; 4 |",
        $"| {N(Renewals.MostListed)}; {Renewals.MostPages} |",
        $"at most {DeclineRule.Most} rules, {N(DeclineRule.MostBytes)}",
        $"| {Manifest.MostBytes >> 20} MiB; {N(Metainfo.MostFiles)}; {N(SliceLayout.MostSlices)}; 2^50 |",
        $"| {LeafDraw.Most}; 8 |",
        $"| {SpanDraw.Most}; {SpanDraw.LeavesPerSpan}; {N(PartMap.Most)} |",
        $"| 6; 12; 24; {Monitors.PerNode} |",
        $"| {Pace.Real.ClockSkewMs / 60_000} min ({Pace.Drill.ClockSkewMs / 1000} s) |",
    ]);

    private static string Kib(int bytes) => $"{bytes >> 10} KiB";

    private static string N(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void AssertHas(IEnumerable<string> words) =>
        Assert.All(words, word => Assert.Contains(word, _text, StringComparison.Ordinal));
}
