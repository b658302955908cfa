using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Finds slices that want copies which no node will take, and says why in words for people. A node that is on probation
/// may take one, and so counts as willing. Serves one view at one moment, and one thread.
/// </summary>
public sealed class Unwanted
{
    private const int MostReasons = 4;

    private readonly SliceCounter _counter;
    private readonly NodeIndex _nodes;

    /// <summary>For many models of one view.</summary>
    public Unwanted(SwarmView view, Instant now)
    {
        _counter = new SliceCounter(view, now);
        _nodes = _counter.Nodes;
    }

    /// <summary>Why nobody takes a slice of the model, the first such; null when there is none.</summary>
    public string? WhyNobody(ModelView model)
    {
        for (var slice = 0; slice < model.Entry.Slices; slice++)
            if (WhyNobody(model, slice) is { } why)
                return why;
        return null;
    }

    /// <summary>Why nobody takes a slice; null when it wants no copy, when some node may take it, and when there is
    /// nothing to take it from.</summary>
    public string? WhyNobody(ModelView model, int slice)
    {
        var tally = _counter.Tally(model, slice);
        var isHere = tally.Sources > 0 || (_nodes.Self >= 0 && _nodes.IsHolding(_nodes.Self));
        if (tally.Need == 0 || !isHere) return null;
        var found = new Answers();
        var bytes = model.Entry.SliceBytes(slice);
        for (var node = 0; node < _nodes.Count; node++)
            if (!_nodes.IsHolding(node) && !found.Note(_nodes, node, model.Entry, bytes))
                return null;
        return found.Words();
    }

    /// <summary>Whether some other node could take one more copy of a slice than there are, were it wanted.</summary>
    public bool HasTaker(ModelView model, int slice)
    {
        _counter.Tally(model, slice);
        var asked = new Answers();
        for (var node = 0; node < _nodes.Count; node++)
            if (!_nodes.IsHolding(node) && !asked.Note(_nodes, node, model.Entry, model.Entry.SliceBytes(slice)))
                return true;
        return false;
    }

    /// <summary>What each node that could be asked would answer.</summary>
    private sealed class Answers
    {
        private readonly SortedDictionary<string, int> _declined = new(StringComparer.Ordinal);
        private int _asked, _away, _closed, _sameDomain, _lendNothing, _full;

        /// <summary>False for a node that would take it.</summary>
        public bool Note(NodeIndex nodes, int node, Entry model, long bytes)
        {
            _asked++;
            if (nodes.AbsentMs[node] > 0) _away++;
            else if (nodes.Room[node] < 0) _closed++;
            else if (nodes.Consent.Against(node, model) is { } rule) Decline(rule.WordsWithReason());
            else if (nodes.OccupiedClash(node, out _) >= 0) _sameDomain++;
            else if (nodes.Nodes[node].DonatedBytes == 0) _lendNothing++;
            else if (nodes.Room[node] < bytes) _full++;
            else return false;
            return true;
        }

        public string Words()
        {
            if (_asked == 0) return "every node that is known holds it or fetches it";
            var parts = new List<string>();
            if (_declined.Count > 0) parts.Add(Declined());
            Add(parts, _full, "has no room", "have no room");
            Add(parts, _lendNothing, "lends no space", "lend no space");
            Add(parts, _sameDomain, "is in one failure domain with a copy", "are in one failure domain with a copy");
            Add(parts, _closed, "takes nothing new", "take nothing new");
            Add(parts, _away, "is away", "are away");
            return $"of {Planning.Words.Count(_asked, "other node", "other nodes")} {string.Join(", ", parts)}";
        }

        private void Decline(string words) => _declined[words] = _declined.GetValueOrDefault(words) + 1;

        private string Declined()
        {
            var all = _declined.Values.Sum();
            var most = _declined.OrderByDescending(d => d.Value).ThenBy(d => d.Key, StringComparer.Ordinal).ToList();
            var reasons = most.Take(MostReasons).Select(d => $"{d.Value} by {d.Key}").ToList();
            var rest = most.Skip(MostReasons).Sum(d => d.Value);
            if (rest > 0) reasons.Add($"{rest} by other rules");
            return $"{all} {(all == 1 ? "declines" : "decline")} it ({string.Join("; ", reasons)})";
        }

        private static void Add(List<string> parts, int count, string one, string many)
        {
            if (count > 0) parts.Add($"{count} {(count == 1 ? one : many)}");
        }
    }
}
