using System.Globalization;
using System.Text.Json;
using WeightSwarm.Core;
using WeightSwarm.Tests.Repository;

namespace WeightSwarm.Tests.Protocol;

/// <summary>
/// The test vectors of docs/protocol.md. They are frozen: another implementation is built against them. Bytes are
/// hexadecimal, in several strings where they are long; numbers above 2^53 are strings.
/// </summary>
internal static class Vectors
{
    public static JsonElement Load(string file)
    {
        using var document = JsonDocument.Parse(RepositoryFiles.Text($"docs/vectors/{file}.json"));
        return document.RootElement.Clone();
    }

    public static JsonElement Of(string file, string part) => Load(file).GetProperty(part);

    public static IEnumerable<JsonElement> All(this JsonElement element, string property) =>
        element.GetProperty(property).EnumerateArray();

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static byte[] Bytes(this JsonElement element, string property) => Bytes(element.GetProperty(property));

    public static byte[] Bytes(JsonElement hex) => Convert.FromHexString(
        hex.ValueKind == JsonValueKind.Array ? string.Concat(hex.EnumerateArray().Select(h => h.GetString()))
            : hex.GetString()!);

    public static Hash256 Hash(this JsonElement element, string property) => new(element.Bytes(property));

    public static int Int(this JsonElement element, string property) => (int)element.Number(property);

    public static ulong Number(this JsonElement element, string property) => Number(element.GetProperty(property));

    public static ulong Number(JsonElement number) => number.ValueKind == JsonValueKind.String
        ? ulong.Parse(number.GetString()!, CultureInfo.InvariantCulture) : number.GetUInt64();
}
