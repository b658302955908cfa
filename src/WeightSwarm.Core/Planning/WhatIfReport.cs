using System.Collections.Immutable;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>What a question does to one model: as it is now, in the median draw of it, and in its worst.</summary>
/// <param name="Now">Durable copies of its worst slice now.</param>
/// <param name="Median">The outlook that half of the draws are not better than.</param>
/// <param name="Worst">The worst of all draws.</param>
public sealed record ModelWhatIf(int Now, ModelOutlook Median, ModelOutlook Worst);

/// <summary>One draw as a whole.</summary>
/// <param name="Thin">Models that are thin, before anything is copied; the others alike.</param>
/// <param name="Endangered">Endangered.</param>
/// <param name="Critical">Critical.</param>
/// <param name="Lost">Lost.</param>
/// <param name="BytesToCopy">That will be copied.</param>
/// <param name="BytesUnplaced">Of wanted copies that nobody takes.</param>
public sealed record WhatIfTotal(
    int Thin, int Endangered, int Critical, int Lost, long BytesToCopy, long BytesUnplaced) : IComparable<WhatIfTotal>
{
    /// <summary>The worse draw is the larger: lost models first, then the next risks, then bytes.</summary>
    public int CompareTo(WhatIfTotal? other) => other is null ? 1
        : (Lost, Critical, Endangered, Thin, BytesUnplaced, BytesToCopy).CompareTo(
            (other.Lost, other.Critical, other.Endangered, other.Thin, other.BytesUnplaced, other.BytesToCopy));

    internal static WhatIfTotal Of(ImmutableArray<ModelOutlook> models) => new(
        models.Count(m => m.Risk == Risk.Thin), models.Count(m => m.Risk == Risk.Endangered),
        models.Count(m => m.Risk == Risk.Critical), models.Count(m => m.Risk == Risk.Lost),
        models.Sum(m => m.BytesToCopy), models.Sum(m => m.BytesUnplaced));
}

/// <summary>The answer to a <see cref="WhatIf"/>.</summary>
/// <param name="Models">In the order of the view.</param>
/// <param name="Draws">How many draws were made; 1 where nothing is left to chance.</param>
/// <param name="NodesGone">Nodes that each of them takes away.</param>
/// <param name="Median">The draw that half of them are not worse than.</param>
/// <param name="Worst">The worst draw.</param>
public sealed record WhatIfReport(
    ImmutableArray<ModelWhatIf> Models, int Draws, int NodesGone, WhatIfTotal Median, WhatIfTotal Worst)
{
    /// <summary>Draws of a network that is not too large for so many.</summary>
    public const int MostDraws = 100;

    // Looks at a candidate for a slice, in all draws together: about ten seconds.
    private const long MostLooks = 400_000_000;
    private const int FewestDraws = 10;

    /// <summary>"lose X %": draws by lot, the same for the same view and seed.</summary>
    public static WhatIfReport OfLoss(SwarmView view, int percent, ulong seed, Instant now)
    {
        var looks = Math.Max(1, view.Models.Sum(m => (long)m.Entry.Slices) * Math.Max(1, view.Nodes.Count));
        var draws = (int)Math.Clamp(MostLooks / looks, FewestDraws, MostDraws);
        var gone = Enumerable.Range(0, draws).Select(n => WhatIf.Draw(view, percent, seed, n, now)).ToList();
        return Of(view, [.. gone.Select(g => WhatIf.Without(view, g, now))], gone[0].Length, now);
    }

    /// <summary>"leave NODE".</summary>
    public static WhatIfReport OfLeaving(SwarmView view, NodeId node, Instant now) =>
        Of(view, [WhatIf.Without(view, [node], now)], 1, now);

    /// <summary>"copies=N".</summary>
    public static WhatIfReport OfCopies(SwarmView view, int copies, Instant now) =>
        Of(view, [WhatIf.WithCopies(view, copies)], 0, now);

    private static WhatIfReport Of(SwarmView view, IReadOnlyList<SwarmView> views, int gone, Instant now)
    {
        var outlooks = views.Select(v => Outlook.Of(v, now)).ToList();
        var health = HealthReport.Of(view, now);
        var models = health.Models.Select((model, at) =>
        {
            var draws = outlooks.Select(o => o[at]).OrderByDescending(o => o.Risk)
                .ThenBy(o => o.Copies).ThenBy(o => o.Repaired).ThenByDescending(o => o.BytesToCopy).ToList();
            return new ModelWhatIf(model.Counted, draws[draws.Count / 2], draws[0]);
        });
        var totals = outlooks.Select(WhatIfTotal.Of).Order().ToList();
        return new WhatIfReport([.. models], views.Count, gone, totals[(totals.Count - 1) / 2], totals[^1]);
    }
}
