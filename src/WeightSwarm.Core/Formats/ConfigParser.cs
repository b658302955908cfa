using System.Text.Json;

namespace WeightSwarm.Core.Formats;

/// <summary>What config.json, tokenizer_config.json or model_index.json says at its top level.</summary>
public sealed class ConfigParser(string file) : JsonChunkParser(file)
{
    /// <summary>The largest such file that is read, bytes.</summary>
    public const long LargestFile = 64 << 20;

    private Key _key;

    private enum Key { Other, Architectures, ModelType, ClassName, AutoMap }

    /// <summary>
    /// First of "architectures", or "_class_name"; else "model_type"; empty for none. See <see cref="Facts"/>.
    /// </summary>
    public string Architecture => _architecture.Length > 0 ? _architecture : _modelType;

    /// <summary>"auto_map" names classes in Python files, which loaders run when they are told to trust them.</summary>
    public bool HasAutoMap { get; private set; }

    private string _architecture = "";
    private string _modelType = "";

    private protected override void Token(ref Utf8JsonReader reader, long at)
    {
        var token = reader.TokenType;
        if (reader.CurrentDepth == 1 && token == JsonTokenType.PropertyName) Open(ref reader);
        else if (_key == Key.AutoMap) HasAutoMap |= token is JsonTokenType.String;
        else if (token == JsonTokenType.String && reader.CurrentDepth is 1 or 2) Value(ref reader, at);
    }

    /// <inheritdoc/>
    protected override void Ended() => Done();

    private void Open(ref Utf8JsonReader reader) =>
        _key = reader.ValueTextEquals("architectures"u8) ? Key.Architectures
            : reader.ValueTextEquals("model_type"u8) ? Key.ModelType
            : reader.ValueTextEquals("_class_name"u8) ? Key.ClassName
            : reader.ValueTextEquals("auto_map"u8) ? Key.AutoMap : Key.Other;

    private void Value(ref Utf8JsonReader reader, long at)
    {
        if (_key == Key.ModelType && reader.CurrentDepth == 1) _modelType = Name(Text(ref reader, at));
        else if (_key is Key.Architectures or Key.ClassName && _architecture.Length == 0)
            _architecture = Name(Text(ref reader, at));
    }

    private static string Name(ReadOnlySpan<byte> text) => Facts.ArchitectureOf(text);
}
