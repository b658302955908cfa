using System.Collections;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace WeightSwarm.Tests.Protocol;

/// <summary>Messages from the fields that a vector names, as the .proto files know them.</summary>
internal static class VectorMessages
{
    /// <summary>The message of that type in records.proto or gossip.proto.</summary>
    public static MessageDescriptor TypeOf(string name) =>
        V1.RecordsReflection.Descriptor.MessageTypes.Concat(V1.GossipReflection.Descriptor.MessageTypes)
            .Single(type => type.Name == name);

    public static IMessage Of(MessageDescriptor type, JsonElement fields)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var named in fields.EnumerateObject())
        {
            var field = type.FindFieldByName(named.Name)
                ?? throw new InvalidOperationException($"{type.Name} has no field '{named.Name}'");
            if (field.IsRepeated)
            {
                var list = (IList)field.Accessor.GetValue(message);
                foreach (var item in named.Value.EnumerateArray()) list.Add(ValueOf(field, item));
            }
            else
            {
                field.Accessor.SetValue(message, ValueOf(field, named.Value));
            }
        }
        return message;
    }

    private static object ValueOf(FieldDescriptor field, JsonElement value) => field.FieldType switch
    {
        FieldType.Message => Of(field.MessageType, value),
        FieldType.Bytes => ByteString.CopyFrom(Vectors.Bytes(value)),
        FieldType.String => value.GetString()!,
        FieldType.Bool => value.GetBoolean(),
        FieldType.UInt32 => (uint)Vectors.Number(value),
        FieldType.UInt64 or FieldType.Fixed64 => Vectors.Number(value),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, (int)Vectors.Number(value)),
        var other => throw new InvalidOperationException($"{field.FullName} is of type {other}"),
    };
}
