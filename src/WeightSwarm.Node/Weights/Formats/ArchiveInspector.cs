using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using WeightSwarm.Core.Formats;

namespace WeightSwarm.Node.Weights.Formats;

/// <summary>
/// Looks into a zip archive (torch.save, TorchScript, Keras): its directory, and the members that are pickles or
/// settings. Inflating stops at a limit, so that a small archive cannot cost much.
/// </summary>
internal sealed class ArchiveInspector(ScannedFile file, SafeFileHandle handle, CancellationToken cancellation)
{
    private const int LocalHeaderBytes = 30;
    private const int Stored = 0, Deflated = 8;
    private const long MostInflated = 256 << 20;

    private readonly List<Hazard> _hazards = [];
    private long _inflatable = MostInflated;

    /// <summary>What there is to say of the archive.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public FileFinding Inspect()
    {
        var tail = (int)Math.Min(ZipEnd.TailBytes, file.Bytes);
        if (ZipEnd.Find(HeaderReader.Bytes(handle, file.Bytes - tail, tail), file.Bytes) is not { } end)
            return Finding(new Fault(file.Path, file.Bytes,
                "the file is truncated: a zip archive ends with its directory, and this one has none"));
        var directory = new ZipDirectoryParser(file.Path, end);
        HeaderReader.Run(handle, directory, end.Offset + end.Bytes, cancellation);
        if (directory.Fault is not null) return Finding(directory.Fault);
        if (directory.HasCode) _hazards.Add(new Hazard(HazardLabels.ContainsCode, file.Path, "has TorchScript code"));
        if (directory.HasMore)
            Dangerous($"has more than {ZipDirectoryParser.MostMembers} pickles, of which not all were read");
        Fault? fault = null;
        foreach (var member in directory.Members) fault ??= Member(member);
        return Finding(fault);
    }

    private Fault? Member(ZipMember member)
    {
        var local = HeaderReader.Bytes(handle, member.Offset, LocalHeaderBytes);
        if (local.Length < LocalHeaderBytes || !FileSignature.IsZip(local))
            return new Fault(file.Path, member.Offset, $"the member '{member.Name}' does not start here");
        var names = BinaryPrimitives.ReadUInt16LittleEndian(local.AsSpan(26))
            + BinaryPrimitives.ReadUInt16LittleEndian(local.AsSpan(28));
        var start = member.Offset + LocalHeaderBytes + names;
        if (start + member.Bytes > file.Bytes)
            return new Fault(file.Path, file.Bytes, $"the member '{member.Name}' reaches beyond the end of the file");
        return member.Name.EndsWith(".pkl", StringComparison.Ordinal) ? Pickle(member, start) : Settings(member, start);
    }

    private Fault? Settings(ZipMember member, long start)
    {
        var parser = new LambdaParser(file.Path, MostInflated);
        Read(member, start, parser, out _);
        if (parser.IsFound) _hazards.Add(Keras.Lambda(file.Path));
        return null;
    }

    private Fault? Pickle(ZipMember member, long start)
    {
        var parser = new PickleParser(file.Path);
        var problem = Read(member, start, parser, out var broken);
        _hazards.Add(new Hazard(HazardLabels.ContainsPickle, file.Path, $"holds the pickle {member.Name}"));
        var danger = parser.Danger ?? problem ?? parser.Fault?.What;
        if (danger is not null) Dangerous($"holds the pickle {member.Name}, and {danger}");
        if (broken) return new Fault(file.Path, start, $"the member '{member.Name}' is damaged: {problem}");
        if (parser.Fault is not { } fault) return null;
        var within = member.Method == Stored ? fault.Offset : 0;
        return fault with { Offset = start + within, What = $"in '{member.Name}', {fault.What}" };
    }

    /// <summary>Feeds a parser from a member; null, or why it did not see all of it.</summary>
    private string? Read(ZipMember member, long start, ChunkParser parser, out bool broken)
    {
        broken = false;
        if (member.IsEncrypted) return "it is encrypted";
        if (member.Method is not (Stored or Deflated))
            return $"it is packed by method {member.Method}, which is not read here";
        using var packed = new MemberStream(handle, start, member.Bytes);
        using Stream stream = member.Method == Stored ? packed : new DeflateStream(packed, CompressionMode.Decompress);
        var most = member.Method == Stored ? long.MaxValue : _inflatable;
        try
        {
            if (HeaderReader.Run(stream, parser, most, cancellation)) return null;
            return $"it inflates to more than {MostInflated} bytes, of which not all were read";
        }
        catch (InvalidDataException e)
        {
            broken = true;
            return e.Message;
        }
        finally
        {
            if (member.Method == Deflated) _inflatable = Math.Max(_inflatable - parser.Offset, 0);
        }
    }

    private void Dangerous(string why) => _hazards.Add(new Hazard(HazardLabels.DangerousPickle, file.Path, why));

    private FileFinding Finding(Fault? fault) => new() { Path = file.Path, Fault = fault, Hazards = [.. _hazards] };
}
