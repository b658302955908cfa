using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using WeightSwarm.Core.Formats;

namespace WeightSwarm.Node.Weights.Formats;

/// <summary>Looks at one file of a model: its name, its first bytes, and its header where it has one.</summary>
internal sealed class FileInspector(ScannedFile file, SafeFileHandle handle, CancellationToken cancellation)
{
    private const long SearchedForLambda = 1 << 20;
    // So much that makes sense as a pickle, and does not end as one, is called a dangerous one without reading on.
    private const long MostGuessed = 64 << 20;

    private readonly List<Hazard> _hazards = [];

    /// <summary>What there is to say of the file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public FileFinding Inspect()
    {
        var head = HeaderReader.Bytes(handle, 0, (int)Math.Min(FileSignature.HeadBytes, file.Bytes));
        var form = FileForms.Of(file.Path, head);
        NoteCode(head);
        var finding = FileForms.IsWeights(form) && FileSignature.IsLfsPointer(head)
            ? new FileFinding { Path = file.Path, Fault = LfsPointer() }
            : Look(form, head);
        return finding with { Path = file.Path, Form = form, Hazards = [.. _hazards, .. finding.Hazards] };
    }

    private FileFinding Look(FileForm form, ReadOnlySpan<byte> head)
    {
        switch (form)
        {
            case FileForm.Safetensors: return Safetensors();
            case FileForm.Gguf: return Gguf();
            case FileForm.ShardIndex: return Index();
            case FileForm.Config: return Config();
            case FileForm.Hdf5: return Hdf5();
            case FileForm.Archive: return new ArchiveInspector(file, handle, cancellation).Inspect();
            case FileForm.Pickle or FileForm.PerhapsPickle: return Pickle(form);
            case FileForm.Tar:
                return Plain(new Hazard(
                    HazardLabels.ContainsPickle, file.Path, "is an archive of NeMo, which holds pickles"));
            case FileForm.Numpy when head[..Math.Min(head.Length, 256)].IndexOf("|O"u8) >= 0:
                return Plain(new Hazard(HazardLabels.ContainsPickle, file.Path, "is an array of pickled objects"));
            default: return Plain();
        }
    }

    private FileFinding Safetensors()
    {
        var parser = new SafetensorsParser(file.Path, file.Bytes);
        Run(parser);
        return Plain() with { Tensors = parser.Totals, Fault = parser.Fault };
    }

    private FileFinding Gguf()
    {
        var parser = new GgufParser(file.Path, file.Bytes);
        Run(parser);
        return Plain() with
        {
            Tensors = parser.Totals,
            Architecture = parser.Architecture,
            Fault = parser.Fault,
            Note = parser.IsUnderstood ? "" : $"is GGUF of version {parser.Version}, which is not understood here",
        };
    }

    private FileFinding Index()
    {
        if (file.Bytes > ShardIndexParser.LargestFile)
            return Plain() with { Note = $"is an index of {file.Bytes} bytes, too large to be read" };
        var parser = new ShardIndexParser(file.Path);
        Run(parser);
        var folder = file.Path[..(file.Path.LastIndexOf('/') + 1)];
        return Plain() with
        {
            Shards = [.. parser.Shards.Select(s => s with { File = folder + s.File })],
            Fault = parser.Fault,
        };
    }

    // It is no weight file: what is wrong with it is worth a note, and no reason to refuse the model.
    private FileFinding Config()
    {
        if (file.Bytes > ConfigParser.LargestFile) return Plain() with { Note = "is too large to be read" };
        var parser = new ConfigParser(file.Path);
        Run(parser);
        if (parser.HasAutoMap)
            _hazards.Add(new Hazard(
                HazardLabels.ContainsCode, file.Path, "has an auto_map: loaders run the Python that it names"));
        var note = parser.Fault is { } fault ? $"cannot be read: offset {fault.Offset}: {fault.What}" : "";
        return Plain() with { Architecture = parser.Architecture, Note = note };
    }

    private FileFinding Hdf5()
    {
        var parser = new LambdaParser(file.Path, SearchedForLambda);
        Run(parser);
        return parser.IsFound ? Plain(Keras.Lambda(file.Path)) : Plain();
    }

    private FileFinding Pickle(FileForm form)
    {
        var parser = new PickleParser(file.Path);
        HeaderReader.Run(handle, parser, form == FileForm.Pickle ? file.Bytes : MostGuessed, cancellation);
        if (form == FileForm.Pickle)
            return Plain(Pickles.Hazards(file.Path, parser)) with { Fault = parser.Fault };
        // Raw numbers in a .bin seldom look like a pickle for long; one that imports something does what it says
        // before the loader meets what follows it.
        return parser.Fault is not null && parser.Suspicious.IsEmpty && parser.Offset < MostGuessed
            ? Plain()
            : Plain(Pickles.Hazards(file.Path, parser));
    }

    private void NoteCode(ReadOnlySpan<byte> head)
    {
        if (FileSignature.Program(head) is { } program)
            _hazards.Add(new Hazard(HazardLabels.ContainsCode, file.Path, $"is {program}"));
        else if (FileForms.IsCodeName(file.Path))
            _hazards.Add(new Hazard(HazardLabels.ContainsCode, file.Path, "is code by its name"));
    }

    private Fault LfsPointer() => new(
        file.Path, 0, "a Git LFS pointer stands in place of the weights; fetch them with `git lfs pull`");

    private void Run(ChunkParser parser) => HeaderReader.Run(handle, parser, file.Bytes, cancellation);

    private FileFinding Plain(params IEnumerable<Hazard> hazards) => new()
    {
        Path = file.Path,
        Hazards = hazards.ToImmutableArray(),
    };
}

/// <summary>Words about pickles.</summary>
internal static class Pickles
{
    /// <summary>The hazards of a pickle that was read.</summary>
    public static IEnumerable<Hazard> Hazards(string path, PickleParser parser)
    {
        yield return new Hazard(HazardLabels.ContainsPickle, path, "is a pickle");
        var danger = parser.Danger ?? (parser.Fault is { } fault ? fault.What : null);
        if (danger is not null)
            yield return new Hazard(HazardLabels.DangerousPickle, path, $"is a pickle, and {danger}");
    }
}

/// <summary>Words about what Keras saves.</summary>
internal static class Keras
{
    /// <summary>A layer that is Python's bytecode.</summary>
    public static Hazard Lambda(string path) =>
        new(HazardLabels.ContainsCode, path, "has a Lambda layer, whose bytecode Keras runs");
}
