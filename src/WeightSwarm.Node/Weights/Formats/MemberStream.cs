using Microsoft.Win32.SafeHandles;

namespace WeightSwarm.Node.Weights.Formats;

/// <summary>A part of a file, read forwards.</summary>
internal sealed class MemberStream(SafeFileHandle file, long offset, long bytes) : Stream
{
    private long _at;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => bytes;

    public override long Position
    {
        get => _at;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, bytes - _at);
        var read = wanted == 0 ? 0 : RandomAccess.Read(file, buffer[..wanted], offset + _at);
        _at += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
