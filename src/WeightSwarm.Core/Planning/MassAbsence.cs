namespace WeightSwarm.Core.Planning;

/// <summary>
/// Which absences are a blow and not everyday life: machines that fall silent together fell to one cause.
/// <para>
/// A home machine that goes out at night comes back, and whoever counts on that copies little. But when a provider, a
/// power grid or a release takes many nodes in one moment, nobody knows which of them come back, and slices of which
/// one copy is left within reach have no day to wait until the others cease to be recent. So the absences that began
/// within one online window of each other are told apart when they are at least <see cref="Fewest"/>, and at least one
/// in <see cref="Share"/> of the nodes that were there then. Machines that are turned off in the evening are fewer: of
/// 2,000 where six in ten go out within four hours, one in thirty in any quarter of an hour.
/// </para>
/// <para>Source: correlated failures are what costs copies (Haeberlen, Mislove, Druschel, "Glacier", NSDI 2005).</para>
/// </summary>
internal static class MassAbsence
{
    /// <summary>Nodes that make a blow; a household whose machines go out together is none.</summary>
    public const int Fewest = 5;

    /// <summary>One in so many of those who were there.</summary>
    public const int Share = 8;

    /// <summary>Marks the absences that are part of a blow.</summary>
    /// <param name="sinceMs">When each absence began, monotonic, ascending; all that are recent.</param>
    /// <param name="present">Nodes that are there now.</param>
    /// <param name="windowMs">Absences that began so close together are one blow.</param>
    /// <param name="struck">Parallel to <paramref name="sinceMs"/>; set to true where it is, else left alone.</param>
    public static void Mark(ReadOnlySpan<long> sinceMs, int present, long windowMs, Span<bool> struck)
    {
        var first = 0;
        for (var last = 0; last < sinceMs.Length; last++)
        {
            while (sinceMs[last] - sinceMs[first] > windowMs) first++;
            var together = last - first + 1;
            // Who left earlier was not there any more; who left later was.
            if (together >= Fewest && together * Share >= present + sinceMs.Length - first)
                struck[first..(last + 1)].Fill(true);
        }
    }
}
