namespace WeightSwarm.Core.Formats;

/// <summary>How a file of a model is to be looked at.</summary>
public enum FileForm
{
    /// <summary>Nothing to look at.</summary>
    Other,
    /// <summary>Weights with a header that can be checked.</summary>
    Safetensors,
    /// <summary>Weights with a header that can be checked.</summary>
    Gguf,
    /// <summary>Says which shard has which tensor.</summary>
    ShardIndex,
    /// <summary>Says the architecture.</summary>
    Config,
    /// <summary>A zip archive that may hold pickles: PyTorch's format, Keras'.</summary>
    Archive,
    /// <summary>A pickle without an archive around it.</summary>
    Pickle,
    /// <summary>Loaders would take it for a pickle, and it does not start like one of protocol 2 or newer.</summary>
    PerhapsPickle,
    /// <summary>HDF5: what older Keras saves; may hold Lambda layers.</summary>
    Hdf5,
    /// <summary>NeMo's tar, which holds pickles.</summary>
    Tar,
    /// <summary>NumPy's array, which may be one of pickled objects.</summary>
    Numpy,
    /// <summary>Weights of a form that is not looked into.</summary>
    OtherWeights,
}

/// <summary>Tells forms apart by name and first bytes.</summary>
public static class FileForms
{
    /// <summary>The form of a file.</summary>
    /// <param name="path">Relative.</param>
    /// <param name="head">Its first <see cref="FileSignature.HeadBytes"/> bytes, or all.</param>
    public static FileForm Of(string path, ReadOnlySpan<byte> head)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        var extension = dot < 0 ? "" : name[dot..].ToLowerInvariant();
        if (extension == ".json") return Json(name);
        if (extension == ".safetensors") return FileForm.Safetensors;
        if (extension == ".gguf" || head.StartsWith("GGUF"u8)) return FileForm.Gguf;
        if (extension is ".h5" or ".hdf5") return FileForm.Hdf5;
        if (extension is ".onnx" or ".msgpack" or ".ot" or ".tflite") return FileForm.OtherWeights;
        if (extension == ".npy") return FileForm.Numpy;
        if (extension == ".nemo") return FileForm.Tar;
        if (!IsPickled(extension)) return FileForm.Other;
        return FileSignature.IsZip(head) ? FileForm.Archive
            : FileSignature.IsPickle(head) ? FileForm.Pickle : FileForm.PerhapsPickle;
    }

    /// <summary>Whether files of the form hold weights.</summary>
    public static bool IsWeights(FileForm form) =>
        form is not (FileForm.Other or FileForm.ShardIndex or FileForm.Config);

    /// <summary>Whether a name is that of a script, program or library.</summary>
    public static bool IsCodeName(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot >= 0 && path[dot..].ToLowerInvariant() is ".py" or ".pyc" or ".pyd" or ".so" or ".dll" or ".dylib"
            or ".exe" or ".sh" or ".bat" or ".cmd" or ".ps1" or ".jar" or ".whl" or ".llamafile";
    }

    private static FileForm Json(string name)
    {
        if (name.EndsWith(".safetensors.index.json", StringComparison.Ordinal)
            || name.EndsWith(".bin.index.json", StringComparison.Ordinal))
            return FileForm.ShardIndex;
        return name is "config.json" or "model_index.json" or "tokenizer_config.json" or "preprocessor_config.json"
            or "processor_config.json" or "adapter_config.json" ? FileForm.Config : FileForm.Other;
    }

    private static bool IsPickled(string extension) => extension is ".bin" or ".pt" or ".pth" or ".pt2" or ".ptl"
        or ".ckpt" or ".pkl" or ".pickle" or ".joblib" or ".dill" or ".keras" or ".npz";
}
