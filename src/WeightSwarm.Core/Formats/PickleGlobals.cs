namespace WeightSwarm.Core.Formats;

/// <summary>
/// What a pickle of tensors may name: what torch.load(weights_only=True) allows (torch/_weights_only_unpickler.py), and
/// what NumPy's arrays need. Exact names; a dotted name within a module is never among them.
/// </summary>
internal static class PickleGlobals
{
    private static readonly SortedSet<string> _allowed = new(Names(), StringComparer.Ordinal);

    public static bool IsAllowed(string module, string name) =>
        _allowed.Contains($"{module} {name}") || module == "torch" && IsStorageOrDtype(name);

    private static IEnumerable<string> Names()
    {
        foreach (var builtins in (string[])["builtins", "__builtin__"])
            foreach (var name in (string[])["bytearray", "complex", "dict", "frozenset", "list", "set", "tuple"])
                yield return $"{builtins} {name}";
        foreach (var core in (string[])["numpy.core.multiarray", "numpy._core.multiarray"])
            foreach (var name in (string[])["_reconstruct", "scalar"])
                yield return $"{core} {name}";
        foreach (var name in (string[])["_rebuild_parameter", "_rebuild_parameter_with_state", "_rebuild_qtensor",
            "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_sparse_tensor",
            "_rebuild_meta_tensor_no_storage", "_rebuild_nested_tensor", "_rebuild_wrapper_subclass",
            "_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor"])
            yield return $"torch._utils {name}";
        foreach (var name in (string[])["_codecs encode", "collections Counter", "collections OrderedDict",
            "numpy dtype", "numpy ndarray", "torch Size", "torch Tensor", "torch device",
            "torch._tensor _rebuild_from_type_v2", "torch.nn.parameter Parameter",
            "torch.serialization _get_layout", "torch.storage TypedStorage",
            "torch.storage UntypedStorage", "torch.torch_version TorchVersion"])
            yield return name;
    }

    /// <summary>torch.FloatStorage, torch.bfloat16 and their kind.</summary>
    private static bool IsStorageOrDtype(string name)
    {
        const string storage = "Storage", tensor = "Tensor";
        if (name.EndsWith(storage, StringComparison.Ordinal)) return IsElement(name[..^storage.Length]);
        if (name.EndsWith(tensor, StringComparison.Ordinal)) return IsElement(name[..^tensor.Length]);
        return name is "bool" or "bfloat16" or "complex32" or "complex64" or "complex128" or "float16" or "float32"
            or "float64" or "float8_e4m3fn" or "float8_e4m3fnuz" or "float8_e5m2" or "float8_e5m2fnuz"
            or "float8_e8m0fnu" or "int8" or "int16" or "int32" or "int64"
            or "uint8" or "uint16" or "uint32" or "uint64" or "qint8"
            or "qint32" or "quint8" or "quint4x2" or "quint2x4";
    }

    private static bool IsElement(string name) => name is "BFloat16" or "Bool" or "Byte" or "Char" or "ComplexDouble"
        or "ComplexFloat" or "Double" or "Float" or "Half" or "Int" or "Long" or "QInt32" or "QInt8" or "QUInt2x4"
        or "QUInt4x2" or "QUInt8" or "Short" or "Untyped" or "Typed";
}
