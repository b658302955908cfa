using System.Globalization;
using Grpc.Core;
using WeightSwarm.Core;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Store;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>labels and labels set.</summary>
public sealed partial class ControlService
{
    private const int LongestLabel = 64;

    /// <inheritdoc/>
    public override Task<LabelsReply> ShowLabels(ShowLabelsRequest request, ServerCallContext context) =>
        Answer(() => LabelsAsync(context.CancellationToken));

    /// <inheritdoc/>
    public override Task<LabelsReply> SetLabels(SetLabelsRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            var now = store.Labels.Get();
            network.Label(new NodeLabels(
                request.HasOperator ? ReadLabel(request.Operator, "operator") : now.Operator,
                request.HasSite ? ReadLabel(request.Site, "site") : now.Site,
                request.HasAsn ? request.Asn : now.Asn,
                request.HasCountry ? ReadCountry(request.Country) : now.Country));
            return await LabelsAsync(context.CancellationToken);
        });

    private Task<LabelsReply> LabelsAsync(CancellationToken cancellation)
    {
        var labels = store.Labels.Get();
        return inbox.AskAsync(core => LabelsOf(core, labels), cancellation);
    }

    private static LabelsReply LabelsOf(SwarmCore? core, NodeLabels labels)
    {
        var reply = new LabelsReply
        {
            Operator = labels.Operator,
            Site = labels.Site,
            Asn = labels.Asn,
            Country = labels.Country,
            Domains = core?.Charter?.Policy.Domains.ToString().ToLowerInvariant() ?? "",
        };
        if (core is null) return reply;
        var others = core.Nodes.Where(node => node.Key != core.Self).ToList();
        reply.SameOperator.AddRange(others
            .Where(n => labels.Operator.Length > 0 && n.Value.Operator == labels.Operator).Select(n => $"{n.Key}"));
        reply.SameSite.AddRange(others
            .Where(n => labels.Site.Length > 0 && n.Value.Site == labels.Site).Select(n => $"{n.Key}"));
        reply.OthersInAsn = (uint)others.Count(n => labels.Asn > 0 && n.Value.Asn == labels.Asn);
        reply.OthersInCountry =
            (uint)others.Count(n => labels.Country.Length > 0 && n.Value.Country == labels.Country);
        return reply;
    }

    private static string ReadCountry(string text)
    {
        var country = text.Trim().ToUpperInvariant();
        return country.Length == 0 || RecordBodies.IsCountry(country) ? country
            : throw Usage("bad-label", "--country takes the two letters of ISO 3166-1, such as DE");
    }

    private static string ReadLabel(string text, string name)
    {
        var label = text.Trim();
        if (label.Length > LongestLabel)
            throw Usage("bad-label", $"--{name} has {label.Length} characters; at most {LongestLabel} are accepted");
        if (label.Any(c => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format))
            throw Usage("bad-label", $"--{name} has characters that cannot be printed; leave them out");
        return label;
    }
}
