using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

[assembly: DisableRuntimeMarshalling]

namespace WeightSwarm.Torrent.Interop;

// These structs mirror native/weightswarm_torrent.h, whose comments say what the members mean.

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeError
{
    public const int MessageSize = 480;

    public int Code;
    public fixed byte Category[28];
    public fixed byte Message[MessageSize];

    public readonly string Text()
    {
        fixed (byte* message = Message)
            return NativeText.Read(message, MessageSize);
    }
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeBuffer
{
    public byte* Data;
    public long Length;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeSpan
{
    public byte* Data;
    public long Length;

    public NativeSpan(byte* data, int length)
    {
        Data = data;
        Length = length;
    }

    public readonly ReadOnlySpan<byte> Bytes => new(Data, checked((int)Length));

    public readonly string Text => Encoding.UTF8.GetString(Bytes);
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeEndpoint
{
    public fixed byte Address[16];
    public ushort Port;
    public ushort Family;
    public uint Reserved;

    public static NativeEndpoint From(IPEndPoint endpoint)
    {
        var native = new NativeEndpoint { Port = (ushort)endpoint.Port };
        var address = endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4() : endpoint.Address;
        address.TryWriteBytes(new Span<byte>(native.Address, 16), out var written);
        native.Family = (ushort)(written == 4 ? 4 : 6);
        return native;
    }

    public readonly IPEndPoint ToEndPoint()
    {
        fixed (byte* address = Address)
            return new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(address, Family == 4 ? 4 : 16)), Port);
    }
}

internal enum NativeAlertType
{
    PieceVerified = 1,
    PieceFailed = 2,
    Checked = 3,
    Finished = 4,
    Paused = 5,
    Removed = 6,
    FileError = 7,
    TorrentError = 8,
    Flushed = 9,
    ResumeData = 10,
    ResumeDataFailed = 11,
    DhtPeers = 12,
    PortMapped = 13,
    PortNotMapped = 14,
    Counters = 15,
    Listening = 16,
    NotListening = 17,
    Dropped = 18,
    ResumeRejected = 19,
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeAlert
{
    public NativeAlertType Type;
    public int Code;
    public ulong Tag;
    public long A;
    public long B;
    public NativeSpan Data;
    public NativeSpan Text;
    public NativeSpan Message;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeAdd
{
    public const int ReadOnly = 1;

    public ulong Tag;
    public NativeSpan Metainfo;
    public NativeSpan SaveFolder;
    public NativeSpan ResumeData;
    public NativeSpan Priorities;
    public NativeSpan Have;
    public int Flags;
    public int UploadLimit;
    public int DownloadLimit;
    public int MaxConnections;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMetainfo
{
    public fixed byte V1[20];
    public fixed byte V2[32];
    public int HasV1;
    public int HasV2;
    public int Pieces;
    public long PieceLength;
    public long TotalBytes;

    public readonly string Key()
    {
        fixed (byte* v1 = V1, v2 = V2)
            return Convert.ToHexStringLower(
                HasV2 != 0 ? new ReadOnlySpan<byte>(v2, 32) : new ReadOnlySpan<byte>(v1, 20));
    }
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeStatus
{
    public const int Stopped = 1;
    public const int UploadOnly = 2;

    public int State;
    public int ErrorCode;
    public int Peers;
    public int StopFlags;
    public long DownloadRate;
    public long UploadRate;
    public long TotalWanted;
    public long TotalWantedDone;
    public long TotalDownloaded;
    public long TotalUploaded;
    public fixed byte Error[NativeError.MessageSize];

    // A failed write leaves a torrent that serves but requests nothing; for its owner it has stopped.
    public readonly bool IsStopped(bool readOnly) => (StopFlags & (readOnly ? Stopped : Stopped | UploadOnly)) != 0;

    public readonly string ErrorText()
    {
        fixed (byte* error = Error)
            return NativeText.Read(error, NativeError.MessageSize);
    }
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativePeer
{
    private const int ClientSize = 64;

    public NativeEndpoint Endpoint;
    public long Downloaded;
    public long Uploaded;
    public int Pieces;
    public int Seed;
    public fixed byte Client[ClientSize];

    public readonly string ClientText()
    {
        fixed (byte* client = Client)
            return NativeText.Read(client, ClientSize);
    }
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeNewFile
{
    public NativeSpan Path;
    public long Length;
    public NativeSpan PieceHashes;
}

internal static unsafe class NativeText
{
    // Text that ends with a zero byte, or fills its room.
    public static string Read(byte* text, int room)
    {
        var bytes = new ReadOnlySpan<byte>(text, room);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
