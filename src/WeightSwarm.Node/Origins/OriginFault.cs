namespace WeightSwarm.Node.Origins;

/// <summary>Why an origin did not give what it was asked for.</summary>
public enum OriginFault
{
    /// <summary>It gave it.</summary>
    None,
    /// <summary>429: it asks for fewer requests.</summary>
    Busy,
    /// <summary>5xx, no connection, or a connection that was cut.</summary>
    Failing,
    /// <summary>It sent nothing for too long.</summary>
    Stalled,
    /// <summary>401 or 403 from the origin itself, or from where it has just redirected to.</summary>
    Refused,
    /// <summary>404 or 410 from there.</summary>
    Gone,
    /// <summary>Something else than the file: a page, another length, an encoding, another range.</summary>
    NotTheFile,
    /// <summary>A redirect that is not followed, or an address that is not connected to.</summary>
    NotAllowed,
    /// <summary>Bytes that do not have the hash of their piece.</summary>
    WrongBytes,
}

/// <summary>A fault, in words, and how long the origin asks to be left alone.</summary>
/// <param name="Fault">Which.</param>
/// <param name="Detail">In words.</param>
/// <param name="AskedWaitMs">From Retry-After and the like; 0 when it asked for nothing.</param>
internal sealed record OriginTrouble(OriginFault Fault, string Detail, long AskedWaitMs = 0)
{
    /// <summary>Whether it is the server's trouble, and so that of all models there, or this model's alone.</summary>
    public bool IsServers => Fault is OriginFault.Busy or OriginFault.Failing or OriginFault.Stalled;
}
