namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>Multiplies up a range. Two chains, because one multiplication has to wait for the one before it.</summary>
internal struct ProductVisitor(FingerprintKey key) : IRunVisitor
{
    private readonly UInt128 _y = key.Y;
    private readonly UInt128 _z = key.Z;
    private UInt128 _even = UInt128.One;
    private UInt128 _odd = UInt128.One;

    public void Visit(ReadOnlySpan<IndexItem> run)
    {
        UInt128 even = _even, odd = _odd;
        int i = 0;
        for (; i + 1 < run.Length; i += 2)
        {
            even = Mersenne127.Multiply(even, Factor(run[i].Id));
            odd = Mersenne127.Multiply(odd, Factor(run[i + 1].Id));
        }
        if (i < run.Length) even = Mersenne127.Multiply(even, Factor(run[i].Id));
        (_even, _odd) = (even, odd);
    }

    public readonly Fingerprint ToFingerprint(long count) =>
        Fingerprint.Of(Mersenne127.Multiply(_even, _odd), count);

    private readonly UInt128 Factor(in Hash256 id)
    {
        UInt128 high = Mersenne127.Multiply(_y, Mersenne127.Reduce(id.High));
        return Mersenne127.Add(high, Mersenne127.Add(_z, Mersenne127.Reduce(id.Low)));
    }
}
