using System.Collections.Immutable;
using System.Globalization;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>A question about a network that is otherwise as it is.</summary>
public abstract record WhatIf
{
    /// <summary>The forms that <see cref="Parse"/> reads, for people.</summary>
    public const string Forms = "\"lose 30%\", \"copies=4\" or \"leave NODE\"";

    private WhatIf()
    {
    }

    /// <summary>So many of a hundred nodes go for good at once, drawn by lot.</summary>
    public sealed record Lose(int Percent) : WhatIf;

    /// <summary>The network wants so many copies; entries that say how many keep to that.</summary>
    public sealed record Copies(int Wanted) : WhatIf;

    /// <summary>A node goes for good, and hands nothing over.</summary>
    /// <param name="Node">Its id, or the beginning of it.</param>
    public sealed record Leave(string Node) : WhatIf;

    /// <summary>Reads a question; null for anything else than <see cref="Forms"/>.</summary>
    public static WhatIf? Parse(string text)
    {
        var words = text.Trim();
        if (Rest(words, "lose ") is { } part && part.EndsWith('%') && Number(part[..^1], 1, 99) is { } percent)
            return new Lose(percent);
        if (Rest(words, "copies") is { } given && given.TrimStart() is ['=', .. var wanted] &&
            Number(wanted, 1, 64) is { } copies)
            return new Copies(copies);
        if (Rest(words, "leave ") is { } node && node.Trim() is { Length: > 0 } id && !id.Contains(' '))
            return new Leave(id);
        return null;
    }

    /// <summary>The view with the answer to "what if the network wanted so many copies".</summary>
    public static SwarmView WithCopies(SwarmView view, int wanted) =>
        view with { Policy = view.Policy with { Copies = wanted } };

    /// <summary>The view without some nodes: they are away for longer than any patience lasts.</summary>
    public static SwarmView Without(SwarmView view, IReadOnlyCollection<NodeId> gone, Instant now)
    {
        var nodes = view.Nodes.ToBuilder();
        var since = now.MonotonicMs - view.Policy.Pace.LostMs - 1;
        foreach (var id in gone)
            if (nodes.TryGetValue(id, out var node))
                nodes[id] = node with { AbsentSinceMs = since };
        return view with { Nodes = nodes.ToImmutable() };
    }

    /// <summary>
    /// The nodes that are lost in one draw: of those that count, the first in a rendezvous order of the draw, and as
    /// many as the percentage gives, rounded up.
    /// </summary>
    public static ImmutableArray<NodeId> Draw(SwarmView view, int percent, ulong seed, int draw, Instant now)
    {
        var counted = view.Nodes.Values.Where(
            n => n.Id == view.Self || n.AbsentMs(now) <= view.Policy.Pace.GraceMs).ToList();
        Span<byte> name = stackalloc byte[12];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(name, seed);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(name[8..], draw);
        var order = Rendezvous.OrderDigest(view.EpochSalt, Hash256.Of(name));
        return
        [
            .. counted.OrderBy(n => Rendezvous.Draw(order, Rendezvous.NodeDigest(n.Id))).ThenBy(n => n.Id)
                .Take(((counted.Count * percent) + 99) / 100).Select(n => n.Id),
        ];
    }

    private static string? Rest(string text, string start) =>
        text.StartsWith(start, StringComparison.OrdinalIgnoreCase) ? text[start.Length..] : null;

    private static int? Number(string text, int least, int most) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) &&
        number >= least && number <= most ? number : null;
}
