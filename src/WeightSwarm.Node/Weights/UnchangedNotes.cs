using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>What an order asked for that an entry which is catalogued already does not get from it.</summary>
internal static class UnchangedNotes
{
    /// <summary>One note for each wish that the entry does not fulfil.</summary>
    /// <param name="existing">The entry.</param>
    /// <param name="networkCopies">Wanted copies where an entry says nothing.</param>
    /// <param name="orderedCopies">Of the order; 0 for none.</param>
    /// <param name="origin">Of the order, parsed; empty for none.</param>
    public static IReadOnlyList<string> Of(Entry existing, int networkCopies, int orderedCopies, string origin)
    {
        List<string> notes = [];
        var copies = existing.Copies > 0 ? existing.Copies : networkCopies;
        if (orderedCopies > 0 && orderedCopies != copies)
            notes.Add(
                $"still {copies} copies are wanted, not {orderedCopies}: the entry is catalogued already; " +
                $"`weightswarm withdraw {existing.Model}` and add it again, or ask its curator to");
        if (origin.Length > 0 && origin != existing.Origin)
            notes.Add(
                $"the origin {origin} is not recorded: the entry is catalogued already, " +
                (existing.Origin.Length > 0 ? $"with the origin {existing.Origin}" : "without an origin"));
        return notes;
    }
}
