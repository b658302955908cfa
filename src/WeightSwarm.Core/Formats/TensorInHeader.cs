namespace WeightSwarm.Core.Formats;

/// <summary>One tensor of a safetensors header in the making.</summary>
internal struct TensorInHeader
{
    private int _offsets;

    public TensorInHeader()
    {
    }

    /// <summary>For messages.</summary>
    public string Name { get; init; } = "";
    /// <summary>Of the whole name.</summary>
    public ulong Hash { get; init; }
    /// <summary>Where its name stands in the file.</summary>
    public long At { get; init; }
    public string Dtype { get; set; } = "";
    /// <summary>One bit per field that was there.</summary>
    public int Seen { get; set; }
    /// <summary>Product of the shape.</summary>
    public long Elements { get; private set; } = 1;
    /// <summary>First byte in the data.</summary>
    public long Begin { get; private set; }
    /// <summary>Behind the last byte in the data.</summary>
    public long End { get; private set; }

    /// <summary>False when the product leaves 63 bits.</summary>
    public bool TakeDimension(long length)
    {
        var product = (UInt128)(ulong)Elements * (ulong)length;
        if (product > long.MaxValue) return false;
        Elements = (long)product;
        return true;
    }

    /// <summary>False for a third offset.</summary>
    public bool TakeOffset(long offset)
    {
        if (_offsets == 0) Begin = offset;
        else End = offset;
        return ++_offsets <= 2;
    }

    /// <summary>Null when it agrees with itself; else what is wrong.</summary>
    public readonly string? Fault()
    {
        if (Dtype.Length == 0 || _offsets != 2 || System.Numerics.BitOperations.PopCount((uint)Seen) != 3)
            return $"'{Name}' lacks its dtype, its shape or one of its two data_offsets";
        if (End < Begin) return $"'{Name}' ends at {End} of the data, before its start at {Begin}";
        var bits = SafetensorsDtype.Bits(Dtype);
        var wanted = (UInt128)(ulong)Elements * (uint)bits;
        return bits == 0 || wanted == (UInt128)(ulong)(End - Begin) * 8
            ? null
            : $"'{Name}' has {Elements} elements of {Dtype} and {End - Begin} bytes, which do not agree";
    }
}

/// <summary>Where the tensors of one file lie: 32 bytes for each.</summary>
internal sealed class TensorLayout
{
    private readonly List<Place> _places = [];

    private readonly record struct Place(long Begin, long End, ulong Name, long At);

    /// <summary>Behind the last byte of all tensors, in the data.</summary>
    public long End { get; private set; }

    public void Add(in TensorInHeader tensor)
    {
        _places.Add(new Place(tensor.Begin, tensor.End, tensor.Hash, tensor.At));
        End = Math.Max(End, tensor.End);
    }

    /// <summary>Null when names are unique and the data is covered once; else what is wrong, and where.</summary>
    public string? Fault(out long at)
    {
        at = 0;
        _places.Sort((a, b) => a.Name != b.Name ? a.Name.CompareTo(b.Name) : a.At.CompareTo(b.At));
        for (var i = 1; i < _places.Count; i++)
        {
            if (_places[i].Name != _places[i - 1].Name) continue;
            at = _places[i].At;
            return $"the tensor named here has the name of another one, at {_places[i - 1].At}";
        }
        _places.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin)
            : a.End != b.End ? a.End.CompareTo(b.End) : a.At.CompareTo(b.At));
        long covered = 0;
        foreach (var place in _places)
        {
            at = place.At;
            if (place.Begin > covered) return $"no tensor covers the bytes {covered} to {place.Begin} of the data; "
                + "the one named here follows them";
            if (place.Begin < covered) return $"the tensor named here starts at {place.Begin} of the data, "
                + $"within another one that ends at {covered}";
            covered = place.End;
        }
        return null;
    }
}
