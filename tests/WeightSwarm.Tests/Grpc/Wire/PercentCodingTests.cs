using System.Text;
using Grpc.Wire;

namespace WeightSwarm.Tests.Grpc.Wire;

public sealed class PercentCodingTests
{
    [Theory]
    [InlineData("plain words ~!", "plain words ~!")]
    [InlineData("100 %", "100 %25")]
    [InlineData("a\r\nb", "a%0D%0Ab")]
    [InlineData("ü", "%C3%BC")]
    [InlineData("\u007f", "%7F")]
    public void Encode_Text_IsPrintableAscii(string text, string encoded)
    {
        Assert.Equal(encoded, PercentCoding.Encode(text));
        Assert.Equal(text, PercentCoding.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz", "%zz")]
    [InlineData("%41%", "A%")]
    [InlineData("%+1", "%+1")]
    [InlineData("% 1", "% 1")]
    public void Decode_BrokenEscape_StaysAsItIs(string encoded, string text) =>
        Assert.Equal(text, PercentCoding.Decode(encoded));

    [Fact]
    public void Decode_OfEncode_IsTheText()
    {
        var random = new Random(20_251_2);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            var text = Encoding.UTF8.GetString(bytes) + (char)random.Next(0x20, 0xD800);

            var encoded = PercentCoding.Encode(text);

            Assert.DoesNotContain(encoded, character => character is < ' ' or > '~');
            Assert.Equal(text, PercentCoding.Decode(encoded));
        }
    }
}
