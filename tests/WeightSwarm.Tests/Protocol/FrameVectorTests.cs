using Google.Protobuf;
using Google.Protobuf.Reflection;
using WeightSwarm.Core;

namespace WeightSwarm.Tests.Protocol;

public sealed class FrameVectorTests
{
    [Fact]
    public void Frames_AreTheBytesOfTheirFields()
    {
        foreach (var vector in Vectors.Of("frames", "frames").EnumerateArray())
        {
            var field = V1.Frame.Descriptor.FindFieldByName(vector.Text("kind"));
            var frame = new V1.Frame();
            field.Accessor.SetValue(frame, VectorMessages.Of(field.MessageType, vector.GetProperty("fields")));
            Assert.Equal(
                Convert.ToHexStringLower(vector.Bytes("frame")), Convert.ToHexStringLower(frame.ToByteArray()));
            Assert.Equal(frame, V1.Frame.Parser.ParseFrom(vector.Bytes("frame")));
        }
    }

    [Fact]
    public void Frames_OfEveryKind_HaveAVector() => Assert.Equal(
        V1.Frame.Descriptor.Oneofs.Single().Fields.Select((FieldDescriptor field) => field.Name),
        Vectors.Of("frames", "frames").EnumerateArray().Select(vector => vector.Text("kind")));

    [Fact]
    public void ShortId_IsTheFirstEightBytesAsABigEndianNumber()
    {
        var vector = Vectors.Of("frames", "short_id");
        var id = vector.Hash("id");
        Assert.Equal(vector.Number("value"), id.Prefix);
        Assert.Equal([id.Prefix], V1.Frame.Parser.ParseFrom(vector.Bytes("frame")).IHave.Ids);
    }
}
