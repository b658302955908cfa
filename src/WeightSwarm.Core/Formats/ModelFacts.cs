using System.Collections.Immutable;
using System.Globalization;

namespace WeightSwarm.Core.Formats;

/// <summary>What all files of a model together say. Immutable.</summary>
/// <param name="Facts">The part that travels with the entry.</param>
/// <param name="Faults">Weight files that are structurally broken, by path.</param>
/// <param name="MissingShards">The first <see cref="ShardSets.MostNamed"/> files that lack.</param>
/// <param name="Hazards">File by file.</param>
/// <param name="Notes">What else is worth saying.</param>
public sealed record ModelFacts(
    Facts Facts, ImmutableArray<Fault> Faults, ImmutableArray<string> MissingShards, ImmutableArray<Hazard> Hazards,
    ImmutableArray<string> Notes)
{
    /// <summary>Puts together what looking at each file gave.</summary>
    public static ModelFacts Of(IReadOnlyList<FileFinding> files)
    {
        var paths = new SortedSet<string>(files.Select(f => f.Path), StringComparer.Ordinal);
        var sets = ShardSets.Of(files.Where(f => FileForms.IsWeights(f.Form)).Select(f => f.Path));
        var indexed = files.SelectMany(f => f.Shards).ToList();
        var missing = new SortedSet<string>(sets.Missing, StringComparer.Ordinal);
        var lackingByName = sets.MissingCount - missing.Count;
        missing.UnionWith(indexed.Select(s => s.File).Where(path => !paths.Contains(path)));
        var present = Present(files, indexed, sets);
        var tensors = TensorTotals.Sum(CountedFiles(files).Select(f => f.Tensors));
        var hazards = files.SelectMany(f => f.Hazards).ToImmutableArray();
        var faults = files.Select(f => f.Fault).OfType<Fault>().ToImmutableArray();
        var facts = new Facts
        {
            Parameters = tensors.Parameters,
            Dtypes = Compact(tensors.Dtypes),
            Architecture = ArchitectureOf(files),
            ShardsPresent = present,
            ShardsExpected = present + missing.Count + lackingByName,
            BrokenFiles = faults.Length,
            Hazards = Labels(hazards),
        };
        return new ModelFacts(
            facts, faults, [.. missing.Take(ShardSets.MostNamed)], hazards, [.. NotesOf(files, indexed, sets)]);
    }

    /// <summary>Headers say which files are weights; where there are none, the forms do.</summary>
    private static int Present(IReadOnlyList<FileFinding> files, List<IndexedShard> indexed, ShardSets sets)
    {
        var named = new SortedSet<string>(sets.Present, StringComparer.Ordinal);
        named.UnionWith(indexed.Select(s => s.File));
        var known = files.Count(f => f.Form is FileForm.Safetensors or FileForm.Gguf || named.Contains(f.Path));
        return known > 0 ? known : files.Count(f => FileForms.IsWeights(f.Form));
    }

    /// <summary>
    /// The files whose tensors make up the model, when some hold the same weights in another form. Safetensors go
    /// before GGUF. Of the sets of one folder (model*, consolidated*) the largest counts; folders are parts of one
    /// model, but for those that hubs use for other forms. Of GGUF files one set counts, for each is a quantisation of
    /// the whole.
    /// </summary>
    private static IEnumerable<FileFinding> CountedFiles(IReadOnlyList<FileFinding> files)
    {
        var safetensors = files.Where(f => f.Form == FileForm.Safetensors).ToList();
        var indexOf = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var index in files)
            foreach (var shard in index.Shards)
                indexOf[shard.File] = index.Path;
        var main = safetensors.Where(f => !IsOtherForm(f.Folder)).ToList();
        if (main.Count > 0) safetensors = main;
        if (safetensors.Count > 0) return safetensors.GroupBy(f => f.Folder)
                .SelectMany(folder => Largest(
                    folder, f => indexOf.GetValueOrDefault(f.Path) ?? SafetensorsSet(f.Path)));
        return Largest(files.Where(f => f.Form == FileForm.Gguf), f => ShardName.Parse(f.Path)?.Set ?? f.Path);
    }

    private static bool IsOtherForm(string folder) =>
        folder.Split('/')[0] is "original" or "metal" or "onnx" or "openvino";

    private static IEnumerable<FileFinding> Largest(IEnumerable<FileFinding> files, Func<FileFinding, string> setOf) =>
        files.GroupBy(setOf).OrderByDescending(set => TensorTotals.Sum(set.Select(f => f.Tensors)).Parameters)
            .ThenByDescending(set => TensorTotals.Sum(set.Select(f => f.Tensors)).Bytes)
            .ThenBy(set => set.Key, StringComparer.Ordinal)
            .FirstOrDefault() ?? Enumerable.Empty<FileFinding>();

    // consolidated.00 and consolidated.01 are parts of one set, model and model.fp16 are two.
    private static string SafetensorsSet(string path) =>
        ShardName.Parse(path)?.Set ?? string.Concat(path.Where(c => !char.IsAsciiDigit(c)));

    private static string ArchitectureOf(IReadOnlyList<FileFinding> files)
    {
        var named = files.Where(f => f.Architecture.Length > 0).ToList();
        var config = named.Where(f => f.Form == FileForm.Config && IsModelConfig(f.Path))
            .OrderBy(f => f.Path.Count(c => c == '/')).ThenBy(f => f.Path, StringComparer.Ordinal).FirstOrDefault();
        return (config ?? named.FirstOrDefault(f => f.Form == FileForm.Gguf))?.Architecture ?? "";
    }

    private static bool IsModelConfig(string path) =>
        path[(path.LastIndexOf('/') + 1)..] is "config.json" or "model_index.json";

    private static ImmutableArray<DtypeCount> Compact(ImmutableArray<DtypeCount> dtypes)
    {
        if (dtypes.Length <= Facts.MostDtypes) return dtypes;
        var rest = dtypes[(Facts.MostDtypes - 1)..];
        return
        [
            .. dtypes[..(Facts.MostDtypes - 1)],
            new DtypeCount(Facts.OtherDtypes, new TensorTotals(0, rest).Parameters, new TensorTotals(0, rest).Bytes),
        ];
    }

    private static ImmutableArray<string> Labels(ImmutableArray<Hazard> hazards)
    {
        var labels = new SortedSet<string>(hazards.Select(h => h.Label), StringComparer.Ordinal);
        return labels.Count == 0 ? [HazardLabels.SafeFormatsOnly] : [.. labels];
    }

    private static IEnumerable<string> NotesOf(
        IReadOnlyList<FileFinding> files, List<IndexedShard> indexed, ShardSets sets)
    {
        foreach (var file in files)
            if (file.Note.Length > 0)
                yield return $"'{file.Path}' {file.Note}";
        foreach (var path in sets.Duplicates) yield return $"'{path}' has the number of another shard of its set";
        var byPath = new SortedDictionary<string, FileFinding>(StringComparer.Ordinal);
        foreach (var file in files) byPath[file.Path] = file;
        foreach (var shard in indexed)
            if (byPath.TryGetValue(shard.File, out var file) && file is { Form: FileForm.Safetensors, Fault: null }
                && file.Tensors.Tensors != shard.Tensors)
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"'{shard.File}' has {file.Tensors.Tensors} tensors, and the index says {shard.Tensors}");
    }
}
