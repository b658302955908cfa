using System.Buffers;

namespace WeightSwarm.Torrent.Interop;

/// <summary>Keeps managed memory in its place while native code reads it.</summary>
internal sealed unsafe class NativeArena : IDisposable
{
    private readonly List<MemoryHandle> _pins = [];

    public NativeSpan Keep(ReadOnlyMemory<byte> memory)
    {
        var pin = memory.Pin();
        _pins.Add(pin);
        return new NativeSpan((byte*)pin.Pointer, memory.Length);
    }

    public void Dispose()
    {
        foreach (var pin in _pins)
            pin.Dispose();
    }
}
