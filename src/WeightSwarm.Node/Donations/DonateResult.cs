namespace WeightSwarm.Node.Donations;

/// <summary>How a call of donate ended.</summary>
public enum DonateOutcome
{
    /// <summary>A new donation.</summary>
    Created,
    /// <summary>The donation was there; its quota is the given one now, and it is not being given back.</summary>
    QuotaChanged,
    /// <summary>It is being given back.</summary>
    ReturnStarted,
    /// <summary>Nothing to give back at that path.</summary>
    NotFound,
    /// <summary>The path is not absolute, or not a folder.</summary>
    BadPath,
    /// <summary>The volume is smaller than the quota and the reserve together.</summary>
    TooLargeForVolume,
    /// <summary>The folder carries another node's marker, or holds files that are not this node's.</summary>
    NotOurs,
    /// <summary>It is inside another donation, around one, or in the state folder's own files.</summary>
    Overlaps,
    /// <summary>The folder cannot be created or written.</summary>
    NotWritable,
    /// <summary>The donation at that path is away.</summary>
    Away,
}

/// <summary>The end of a call of donate.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Donation">The donation as it is now; null when refused.</param>
/// <param name="Message">For the owner: what was done, or what is refused and the remedy.</param>
/// <param name="Warning">For the owner; empty for none.</param>
public sealed record DonateResult(DonateOutcome Outcome, Donation? Donation, string Message, string Warning)
{
    /// <summary>Whether it was done.</summary>
    public bool Accepted => Donation is not null;

    internal static DonateResult Refused(DonateOutcome outcome, string message) => new(outcome, null, message, "");
}
