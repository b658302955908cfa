using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Formats;

/// <summary>A file that an index names.</summary>
/// <param name="File">Relative to the index's folder.</param>
/// <param name="Tensors">How many tensors the index puts there.</param>
public sealed record IndexedShard(string File, long Tensors);

/// <summary>
/// The index of a sharded model, such as model.safetensors.index.json: {"metadata": {"total_size": bytes},
/// "weight_map": {tensor: file}}. Kept are the files and a count for each, never the tensors' names.
/// </summary>
public sealed class ShardIndexParser(string file) : JsonChunkParser(file)
{
    /// <summary>The largest index, bytes.</summary>
    public const long LargestFile = 250_000_000;
    /// <summary>The most files that one index may name.</summary>
    public const int MostShards = 10_000;

    private readonly SortedDictionary<ulong, int> _indexOf = [];
    private readonly List<(string File, long Tensors)> _shards = [];
    private bool _inWeightMap;
    private bool _hasWeightMap;
    private bool _complete;

    /// <summary>The files, by name; once done without a fault.</summary>
    public ImmutableArray<IndexedShard> Shards { get; private set; } = [];

    private protected override void Token(ref Utf8JsonReader reader, long at)
    {
        var token = reader.TokenType;
        if (reader.CurrentDepth == 0)
        {
            if (token is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
                Fail(at, "it is not a JSON object");
            _complete = token == JsonTokenType.EndObject;
        }
        else if (reader.CurrentDepth == 1) Section(ref reader, at);
        else if (_inWeightMap && token != JsonTokenType.PropertyName) Tensor(ref reader, at);
    }

    /// <inheritdoc/>
    protected override void Ended()
    {
        if (!_complete) Fail(Offset, "the file ends within its JSON");
        else if (!_hasWeightMap) Fail(Offset, "it has no 'weight_map'");
        else Shards =
        [
            .. _shards.Select(s => new IndexedShard(s.File, s.Tensors)).OrderBy(s => s.File, StringComparer.Ordinal),
        ];
    }

    private void Section(ref Utf8JsonReader reader, long at)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            _inWeightMap = reader.ValueTextEquals("weight_map"u8);
            if (_inWeightMap && _hasWeightMap) Fail(at, "'weight_map' stands there twice");
            _hasWeightMap |= _inWeightMap;
        }
        else if (_inWeightMap && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
            Fail(at, "'weight_map' is not an object");
    }

    private void Tensor(ref Utf8JsonReader reader, long at)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            Fail(at, "a value of 'weight_map' is not the name of a file");
            return;
        }
        var name = Text(ref reader, at);
        if (IsDone) return;
        var hash = NameHash.Of(name);
        if (!_indexOf.TryGetValue(hash, out var index))
        {
            index = _shards.Count;
            if (!Open(name, at)) return;
            _indexOf.Add(hash, index);
        }
        _shards[index] = _shards[index] with { Tensors = _shards[index].Tensors + 1 };
    }

    private bool Open(ReadOnlySpan<byte> name, long at)
    {
        var text = name.Length <= ModelPath.LongestPath ? Encoding.UTF8.GetString(name) : Brief(name);
        if (_shards.Count == MostShards) Fail(at, $"it names more than {MostShards} files");
        else if (ModelPath.Fault(text) is { } fault) Fail(at, $"the file '{Brief(name)}' that it names {fault}");
        else _shards.Add((text, 0));
        return !IsDone;
    }
}
