using System.Globalization;
using System.Text.Json;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>A trial restore, as <c>restore --drill</c> and <c>health</c> show it.</summary>
internal static class DrillReport
{
    public static void WriteObject(Utf8JsonWriter json, string name, DrillInfo drill)
    {
        json.WriteStartObject(name);
        json.WriteTime("at", drill.AtMs);
        json.WriteNumber("seconds", drill.Milliseconds / 1000m);
        json.WriteNumber("bytes", drill.Bytes);
        json.WriteBoolean("ok", drill.Ok);
        json.WriteString("outcome", drill.Outcome);
        json.WriteEndObject();
    }

    /// <summary>"ok in 12.3 s", or why not.</summary>
    public static string Text(DrillInfo drill)
    {
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{drill.Milliseconds / 1000m:0.0} s");
        return drill.Ok ? $"ok in {seconds}" : $"failed after {seconds}: {drill.Outcome}";
    }
}
