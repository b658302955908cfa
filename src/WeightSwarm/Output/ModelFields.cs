using System.Text.Json;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>The JSON fields of what several verbs print.</summary>
internal static class ModelFields
{
    /// <summary>The fields of one catalogued model.</summary>
    public static void Write(Utf8JsonWriter writer, ModelInfo model)
    {
        writer.WriteString("name", model.Name);
        writer.WriteString("revision", model.Revision);
        writer.WriteString("info_hash_v1", model.InfoHashV1);
        writer.WriteString("info_hash_v2", model.InfoHashV2);
        writer.WriteNumber("bytes", model.Bytes);
        writer.WriteNumber("files", model.Files);
        writer.WriteNumber("slices", model.Slices);
        writer.WriteNumber("piece_length", model.PieceLength);
        writer.WriteNumber("pieces_per_slice", model.PiecesPerSlice);
        writer.WriteOptional("licence", model.Licence);
        writer.WriteOptional("source", model.Source);
        writer.WriteOptional("origin", model.Origin);
        writer.WriteNumber("target_copies", model.TargetCopies);
        writer.WriteString("state", model.State);
        writer.WriteNumber("slices_held", model.SlicesHeld);
        writer.WriteNumber("bytes_held", model.BytesHeld);
        writer.WriteBoolean("in_place", model.InPlace);
        writer.WriteTime("added_at", model.AddedMs);
    }

    /// <summary>The model in an object of its own.</summary>
    public static void WriteObject(Utf8JsonWriter writer, ModelInfo model)
    {
        writer.WriteStartObject("model");
        Write(writer, model);
        writer.WriteEndObject();
    }
}
