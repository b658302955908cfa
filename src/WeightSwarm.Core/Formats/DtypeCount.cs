using System.Collections.Immutable;

namespace WeightSwarm.Core.Formats;

/// <summary>How much of something is stored as one dtype.</summary>
/// <param name="Dtype">As the format spells it: BF16, F8_E4M3, Q4_K; 1 to 16 of A-Z a-z 0-9 and underscore.</param>
/// <param name="Parameters">Elements.</param>
/// <param name="Bytes">Bytes in the files; 0 where the size of the dtype is not known.</param>
public sealed record DtypeCount(string Dtype, long Parameters, long Bytes);

/// <summary>What the tensors of a file add up to. Immutable.</summary>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Dtypes">By dtype, most parameters first.</param>
public sealed record TensorTotals(long Tensors, ImmutableArray<DtypeCount> Dtypes)
{
    /// <summary>Of no tensors.</summary>
    public static TensorTotals None { get; } = new(0, []);

    /// <summary>Elements of all tensors; at most 2^60.</summary>
    public long Parameters => Dtypes.Aggregate(0L, (sum, d) => TensorTally.Capped(sum, d.Parameters));
    /// <summary>Bytes of all tensors of which they are known; at most 2^60.</summary>
    public long Bytes => Dtypes.Aggregate(0L, (sum, d) => TensorTally.Capped(sum, d.Bytes));

    /// <summary>The totals of several files together.</summary>
    public static TensorTotals Sum(IEnumerable<TensorTotals> parts)
    {
        var tally = new TensorTally();
        foreach (var part in parts) tally.Add(part);
        return tally.Totals();
    }
}

/// <summary>Adds up tensors; sums stop at 2^60 instead of overflowing.</summary>
internal sealed class TensorTally
{
    public const long Most = 1L << 60;

    private readonly SortedDictionary<string, (long Parameters, long Bytes)> _dtypes = new(StringComparer.Ordinal);
    private long _tensors;

    public void Add(string dtype, long parameters, long bytes)
    {
        _tensors++;
        Put(dtype, parameters, bytes);
    }

    public void Add(TensorTotals totals)
    {
        _tensors = Capped(_tensors, totals.Tensors);
        foreach (var d in totals.Dtypes) Put(d.Dtype, d.Parameters, d.Bytes);
    }

    public TensorTotals Totals() => new(_tensors,
    [
        .. _dtypes.OrderByDescending(d => d.Value.Parameters)
            .Select(d => new DtypeCount(d.Key, d.Value.Parameters, d.Value.Bytes)),
    ]);

    private void Put(string dtype, long parameters, long bytes)
    {
        var old = _dtypes.GetValueOrDefault(dtype);
        _dtypes[dtype] = (Capped(old.Parameters, parameters), Capped(old.Bytes, bytes));
    }

    public static long Capped(long a, long b) => Math.Min(Math.Min(a, Most) + Math.Min(b, Most), Most);
}
