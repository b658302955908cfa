using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WeightSwarm.Cli.Output;

/// <summary>Prints one JSON object: snake_case keys, sizes in bytes, times in ISO 8601, UTC; unknown is null.</summary>
internal static class JsonOutput
{
    // Relaxed: people read it too, and it is never put into HTML.
    private static readonly JsonWriterOptions _options =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An object that starts with its schema, such as <c>weightswarm.ls/1</c>.</summary>
    public static void Write(TextWriter destination, string schema, Action<Utf8JsonWriter> fields) =>
        WriteObject(destination, writer =>
        {
            writer.WriteString("schema", $"weightswarm.{schema}/1");
            fields(writer);
        });

    /// <summary>The form of an error.</summary>
    public static void WriteError(TextWriter destination, string code, string message) =>
        WriteObject(destination, writer =>
        {
            writer.WriteStartObject("error");
            writer.WriteString("code", code);
            writer.WriteString("message", message);
            writer.WriteEndObject();
        });

    /// <summary>An array of objects.</summary>
    public static void WriteObjects<T>(
        this Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> fields)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            fields(writer, item);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>An array of strings.</summary>
    public static void WriteStrings(this Utf8JsonWriter writer, string name, IEnumerable<string> items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items) writer.WriteStringValue(item);
        writer.WriteEndArray();
    }

    /// <summary>A string, or null when it is empty, which is how the protocol says "none".</summary>
    public static void WriteOptional(this Utf8JsonWriter writer, string name, string value) =>
        writer.WriteString(name, value.Length == 0 ? null : value);

    /// <summary>A number, or null for 0 where that is how the protocol says "none".</summary>
    public static void WriteOptional(this Utf8JsonWriter writer, string name, uint value)
    {
        if (value > 0) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }

    /// <summary>A time from Unix milliseconds, or null for 0, which is how the protocol says "not known".</summary>
    public static void WriteTime(this Utf8JsonWriter writer, string name, ulong unixMs) =>
        writer.WriteString(name, unixMs == 0 ? null : Words.IsoTime(unixMs));

    private static void WriteObject(TextWriter destination, Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, _options))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }
        destination.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        destination.Write('\n');
    }
}
