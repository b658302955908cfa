using System.Buffers;
using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// Equal threads share the files of a model. A thread takes a file for the length of one piece, reads it block by
/// block, and hashes each block all three ways while it is in the processor's cache. Only where there are fewer files
/// than threads does it leave the piece's own hashes to others, in a buffer: then one big file keeps them all busy,
/// too. (SHA-256 of a whole file is a chain, so no more than one thread can be at it.)
/// </summary>
internal sealed class HashPipeline
{
    private const long BufferBytesPerWorker = 64 << 20;
    private const int BlockBytes = 1 << 17;
    private const int MostOpenFiles = 8;
    private const long ReadAheadBytes = 8 << 20;

    private readonly object _lock = new();
    private readonly HashedFileState[] _files;
    private readonly byte[] _piecesV1;
    private readonly long _pieceLength;
    private readonly long _totalBytes;
    private readonly int _workers;
    private readonly int _mostBuffers;
    private readonly IngestJournal? _journal;
    private readonly IProgress<WeightProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly Queue<HashedFileState> _unopened;
    private readonly Queue<HashedFileState> _idle = new();
    private readonly Queue<PieceBuffer> _pieces = new();
    private readonly Stack<PieceBuffer> _free = new();
    private int _open;
    private int _reading;
    private int _buffers;
    private bool _stopped;
    private long _doneBytes;
    private HashResult? _fault;

    public HashPipeline(
        ImmutableArray<ScannedFile> files, long pieceLength, int workers, IngestJournal? journal,
        IProgress<WeightProgress>? progress, CancellationToken cancellation)
    {
        (_pieceLength, _workers, _journal, _progress) = (pieceLength, workers, journal, progress);
        _cancellation = cancellation;
        _totalBytes = files.Sum(file => file.Bytes);
        _mostBuffers = (int)Math.Min(workers * BufferBytesPerWorker / pieceLength, 3 * (workers - 1) + 1);
        _files = new HashedFileState[files.Length];
        _piecesV1 = new byte[files.Sum(file => PieceLength.Count(file.Bytes, pieceLength)) * Sha1.Size];
        var v1 = _piecesV1.AsMemory();
        for (var i = 0; i < files.Length; i++)
        {
            var bytes = (int)PieceLength.Count(files[i].Bytes, pieceLength) * Sha1.Size;
            _files[i] = new HashedFileState(files[i], pieceLength, v1[..bytes], files.Length > 1);
            v1 = v1[bytes..];
        }
        _unopened = new Queue<HashedFileState>(_files.Where(file => !IsKept(file)));
    }

    /// <summary>SHA-1 of every piece.</summary>
    public ReadOnlyMemory<byte> PiecesV1 => _piecesV1;

    /// <summary>How many bytes an earlier run had hashed.</summary>
    public long KeptBytes { get; private set; }

    /// <summary>What the torrent says of each file.</summary>
    public IReadOnlyList<HashedFile> Hashed() => [.. _files.Select(file => file.Hashed())];

    /// <summary>SHA-256 of each file.</summary>
    public IReadOnlyList<Hash256> Sha256() => [.. _files.Select(file => file.Sha256)];

    /// <summary>Null when every byte is hashed, else why not.</summary>
    public async Task<HashResult?> RunAsync()
    {
        await using var stop = _cancellation.Register(Stop).ConfigureAwait(false);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, _workers).Select(_ => StartWorker())).ConfigureAwait(false);
        }
        finally
        {
            foreach (var file in _files) file.Dispose();
            while (_free.TryPop(out var piece)) ArrayPool<byte>.Shared.Return(piece.Memory);
            _journal?.Flush();
        }
        _cancellation.ThrowIfCancellationRequested();
        return _fault;
    }

    private bool IsKept(HashedFileState file)
    {
        if (_journal?.Find(file.File) is not { } kept || !file.TryTake(kept)) return false;
        _doneBytes = KeptBytes += file.File.Bytes;
        return true;
    }

    // Threads of their own: they block on disks and on each other, which pool threads should not.
    private Task StartWorker() => Task.Factory.StartNew(
        () =>
        {
            try
            {
                Work();
            }
            catch
            {
                Stop();
                throw;
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Work()
    {
        using var hasher = new PieceHasher(_pieceLength);
        var block = new byte[Math.Min(BlockBytes, _pieceLength)];
        while (Next(out var file, out var piece))
        {
            if (file is null) HashPiece(piece!, hasher);
            else if (!Advance(file, piece, hasher, block)) return;
        }
    }

    /// <summary>
    /// Waits for work: a file of which to read a piece, hashing it on the way or (piece given) into a buffer; or, file
    /// null, a piece to hash. False when there is no more.
    /// </summary>
    private bool Next(out HashedFileState? file, out PieceBuffer? piece)
    {
        lock (_lock)
        {
            while (true)
            {
                (file, piece) = (null, null);
                if (_stopped) return false;
                if (_idle.TryDequeue(out file) || TryOpen(out file))
                {
                    _reading++;
                    piece = TakeBuffer();
                    return true;
                }
                if (_pieces.TryDequeue(out piece)) return true;
                if (_open == 0) return false;
                Monitor.Wait(_lock);
            }
        }
    }

    private bool TryOpen(out HashedFileState? file)
    {
        file = null;
        if (_open == MostOpenFiles || !_unopened.TryDequeue(out file)) return false;
        _open++;
        return true;
    }

    /// <summary>A buffer, if other threads have no file of their own and too few pieces to hash; else null.</summary>
    private PieceBuffer? TakeBuffer()
    {
        var idle = _workers - _reading - _idle.Count - Math.Min(_unopened.Count, MostOpenFiles - _open);
        if (_pieces.Count >= 2 * idle) return null;
        if (_free.TryPop(out var piece)) return piece;
        if (_buffers == _mostBuffers) return null;
        _buffers++;
        return new PieceBuffer(ArrayPool<byte>.Shared.Rent((int)_pieceLength));
    }

    /// <summary>Reads one piece of a file; false when something is wrong with the file.</summary>
    private bool Advance(HashedFileState file, PieceBuffer? piece, PieceHasher hasher, byte[] block)
    {
        int length;
        try
        {
            if (file.Handle is null && !Open(file)) return false;
            length = (int)Math.Min(_pieceLength, file.File.Bytes - file.NextPiece * _pieceLength);
            if (length > 0 && !ReadPiece(file, piece, length, hasher, block)) return false;
            var atEnd = length == 0 || ++file.NextPiece * _pieceLength >= file.File.Bytes;
            if (atEnd && !Close(file)) return false;
        }
        catch (FileNotFoundException)
        {
            return Changed(file, "since it was listed: it is gone");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(HashOutcome.Unreadable, $"'{file.File.FullPath}' cannot be read: {e.Message}");
        }
        Advanced(file, piece, length);
        return true;
    }

    private bool Open(HashedFileState file)
    {
        var handle = WeightFile.Open(file.File.FullPath);
        file.Begin(handle);
        if (FileStamp.Of(handle) != file.File.Stamp) return Changed(file, "since it was listed");
        LinuxFiles.ReadAhead(handle, 0, Math.Max(ReadAheadBytes, _pieceLength));
        return true;
    }

    private bool ReadPiece(
        HashedFileState file, PieceBuffer? piece, int length, PieceHasher hasher, byte[] block)
    {
        var offset = file.NextPiece * _pieceLength;
        piece?.Begin(file, file.NextPiece, length);
        // The disk works on what comes later while this thread hashes.
        LinuxFiles.ReadAhead(file.Handle!, offset + Math.Max(ReadAheadBytes, _pieceLength), length);
        for (var done = 0; done < length;)
        {
            var wanted = Math.Min(block.Length, length - done);
            var target = piece is null ? block.AsSpan(0, wanted) : piece.Memory.AsSpan(done, wanted);
            for (var filled = 0; filled < wanted;)
            {
                var read = RandomAccess.Read(file.Handle!, target[filled..], offset + done + filled);
                if (read == 0) return Changed(file, "while it was read: it became shorter");
                filled += read;
            }
            file.Chain(target);
            if (piece is null) hasher.Add(target);
            done += wanted;
        }
        if (piece is null && file.EndPiece(file.NextPiece, hasher)) _journal?.Keep(file.ToKept());
        return true;
    }

    private bool Close(HashedFileState file)
    {
        var stamp = file.File.Stamp;
        if (FileStamp.Of(file.Handle!) != stamp || FileStamp.Of(file.File.FullPath) != stamp)
            return Changed(file, "while it was read");
        if (file.EndChain()) _journal?.Keep(file.ToKept());
        return true;
    }

    private void Advanced(HashedFileState file, PieceBuffer? piece, int length)
    {
        lock (_lock)
        {
            _reading--;
            if (piece is not null && length > 0) _pieces.Enqueue(piece);
            else if (piece is not null) _free.Push(piece);
            if (file.IsRead) _open--;
            else _idle.Enqueue(file);
            _doneBytes += length;
            _progress?.Report(new WeightProgress(_doneBytes, _totalBytes, file.File.Path));
            Monitor.PulseAll(_lock);
        }
    }

    private void HashPiece(PieceBuffer piece, PieceHasher hasher)
    {
        for (var done = 0; done < piece.Length; done += BlockBytes)
            hasher.Add(piece.Memory.AsSpan(done, Math.Min(BlockBytes, piece.Length - done)));
        if (piece.File.EndPiece(piece.Index, hasher)) _journal?.Keep(piece.File.ToKept());
        lock (_lock) _free.Push(piece);
    }

    private bool Changed(HashedFileState file, string when) => Fail(
        HashOutcome.Changed, $"'{file.File.FullPath}' changed {when}; let it rest and add it again");

    private bool Fail(HashOutcome outcome, string reason)
    {
        lock (_lock) _fault ??= new HashResult(outcome, reason, null);
        Stop();
        return false;
    }

    private void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.PulseAll(_lock);
        }
    }
}
