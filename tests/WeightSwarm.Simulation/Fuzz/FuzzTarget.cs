namespace WeightSwarm.Simulation.Fuzz;

/// <summary>One parser, or one chain of them, that reads what anybody may send.</summary>
/// <param name="Name">For people and the command line.</param>
/// <param name="Samples">Inputs that it accepts.</param>
/// <param name="Read">Reads an input; true when it was accepted. Must not throw.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Samples, Func<byte[], bool> Read);

/// <summary>Every signature is right: what lies behind the check is what is to be reached.</summary>
internal sealed class GullibleVerifier : Core.Identity.ISignatureVerifier
{
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => true;
}
