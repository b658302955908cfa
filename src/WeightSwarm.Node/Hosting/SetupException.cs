namespace WeightSwarm.Node.Hosting;

/// <summary>
/// The daemon cannot start on this machine as it is set up. The message names what is wrong, where, and the remedy.
/// </summary>
public sealed class SetupException : Exception
{
    /// <summary>With a message for the owner of the machine.</summary>
    public SetupException(string message) : base(message) { }

    /// <summary>With a message for the owner of the machine, and what caused it.</summary>
    public SetupException(string message, Exception inner) : base(message, inner) { }
}
