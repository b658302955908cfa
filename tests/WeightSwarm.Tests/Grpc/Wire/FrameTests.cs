using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Wire;

namespace WeightSwarm.Tests.Grpc.Wire;

public sealed class FrameTests
{
    private const int Limit = 1 << 20;

    private static readonly Marshaller<byte[]> Codec = Marshallers.Create<byte[]>(
        (message, context) =>
        {
            context.GetBufferWriter().Write(message);
            context.Complete();
        },
        context => context.PayloadAsReadOnlySequence().ToArray());

    [Fact]
    public async Task Messages_WrittenAndReadInPiecesOfAnySize_AreTheSame()
    {
        const int Seed = 20_251_3;
        var random = new Random(Seed);
        for (var round = 0; round < 200; round++)
        {
            var messages = Enumerable.Range(0, random.Next(6)).Select(_ => Bytes(random)).ToArray();
            var reader = Reader(Cut(messages.SelectMany(Frame).ToArray(), random));

            foreach (var message in messages)
            {
                var read = await reader.ReadAsync(CancellationToken.None);
                Assert.True(message.AsSpan().SequenceEqual(read), $"seed {Seed}, round {round}");
            }

            Assert.Null(await reader.ReadAsync(CancellationToken.None));
        }
    }

    [Fact]
    public async Task Body_OfRandomOrDamagedBytes_GivesMessagesOrOneOfThreeStatuses()
    {
        const int Seed = 20_251_4;
        var random = new Random(Seed);
        for (var round = 0; round < 2_000; round++)
        {
            var body = Enumerable.Range(0, random.Next(4)).SelectMany(_ => Frame(Bytes(random))).ToArray();
            for (var i = random.Next(3); i > 0 && body.Length > 0; i--)
                body[random.Next(Math.Min(body.Length, 8))] = (byte)random.Next(256);
            var reader = Reader(Cut(body[..random.Next(body.Length + 1)], random), encoding: "gzip");

            var code = await DrainAsync(reader);

            StatusCode?[] expected =
                [null, StatusCode.Internal, StatusCode.ResourceExhausted, StatusCode.Unimplemented];
            Assert.True(expected.Contains(code), $"seed {Seed}, round {round}: {code}");
        }
    }

    [Theory]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, null, StatusCode.Internal)]
    [InlineData(new byte[] { 255, 0, 0, 0, 0 }, null, StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 7 }, null, StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 7 }, "identity", StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 7 }, "gzip", StatusCode.Unimplemented)]
    [InlineData(new byte[] { 0 }, null, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0 }, null, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 7 }, null, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 16, 0, 1 }, null, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, null, StatusCode.ResourceExhausted)]
    public async Task Body_Malformed_HasItsStatusAndKeepsIt(byte[] body, string? encoding, StatusCode expected)
    {
        var reader = Reader([body], encoding);

        Assert.Equal(expected, await DrainAsync(reader));
        Assert.Equal(expected, await DrainAsync(reader));
    }

    [Fact]
    public async Task Body_CompressionNamedButNotUsed_IsRead()
    {
        var reader = Reader([Frame([1, 2])], "gzip");

        Assert.Equal([1, 2], await reader.ReadAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(Limit)]
    [InlineData(null)]
    public async Task Prefix_ThatPromisesMuch_TakesNoMemoryForIt(int? limit)
    {
        await DrainAsync(Reader([Frame([1])], limit: limit));
        var body = new byte[6];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), limit ?? int.MaxValue);
        var reader = Reader([body], limit: limit);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var code = await DrainAsync(reader);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(StatusCode.Internal, code);
        Assert.InRange(allocated, 0, 100_000);
    }

    [Fact]
    public async Task Message_ThatTheCodecRefuses_IsInternalWithoutItsWords()
    {
        var codec = Marshallers.Create<byte[]>(bytes => bytes, _ => throw new FormatException("a secret"));
        var pipe = PipeReader.Create(new ReadOnlySequence<byte>(Frame([1])));
        var reader = new FrameReader<byte[]>(pipe, codec, Limit, null);

        var error = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(CancellationToken.None));

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public void OutgoingFrame_AtAndOverTheLimit_IsWrittenAndRefused(int bytes, bool refused)
    {
        var frame = new OutgoingFrame(maxBytes: 10);

        var error = Record.Exception(() => frame.Write(new byte[bytes], Codec));

        Assert.Equal(refused ? StatusCode.ResourceExhausted : null, (error as RpcException)?.StatusCode);
        frame.Release();
    }

    private static byte[] Frame(byte[] message)
    {
        var frame = new OutgoingFrame(maxBytes: null);
        var bytes = frame.Write(message, Codec).ToArray();
        frame.Release();
        return bytes;
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(3) == 0 ? random.Next(40_000) : random.Next(20)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static List<byte[]> Cut(byte[] body, Random random)
    {
        var pieces = new List<byte[]>();
        for (var start = 0; start < body.Length;)
        {
            var length = Math.Min(body.Length - start, 1 + random.Next(random.Next(2) == 0 ? 4 : 10_000));
            pieces.Add(body[start..(start + length)]);
            start += length;
        }

        return pieces;
    }

    private static FrameReader<byte[]> Reader(
        IReadOnlyList<byte[]> pieces, string? encoding = null, int? limit = Limit) =>
        new(PipeReader.Create(new PieceStream(pieces)), Codec, limit, encoding);

    private static async Task<StatusCode?> DrainAsync(FrameReader<byte[]> reader)
    {
        try
        {
            while (await reader.ReadAsync(CancellationToken.None) is not null) { }
            return null;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
