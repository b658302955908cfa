using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// One reader fills piece buffers, file after file; the workers take from it two kinds of work: the hashes of a piece
/// (any order), and the hash of a whole file (in sequence, so it goes first). All meet under one lock; a full set of
/// buffers makes the reader wait.
/// </summary>
internal sealed class HashPipeline
{
    private const long BytesPerWorker = 64 << 20;
    private const int BuffersPerWorker = 8;

    private readonly object _lock = new();
    private readonly HashedFileState[] _files;
    private readonly byte[] _piecesV1;
    private readonly long _pieceLength;
    private readonly long _totalBytes;
    private readonly int _workers;
    private readonly int _mostBuffers;
    private readonly IProgress<WeightProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly Stack<PieceBuffer> _free = new();
    private readonly Queue<PieceBuffer> _pieces = new();
    private readonly LinkedList<HashedFileState> _chains = new();
    private int _buffers;
    private int _pending;
    private bool _allRead;
    private bool _stopped;
    private long _doneBytes;
    private HashResult? _fault;

    public HashPipeline(
        ImmutableArray<ScannedFile> files, long pieceLength, int workers, IProgress<WeightProgress>? progress,
        CancellationToken cancellation)
    {
        _pieceLength = pieceLength;
        _workers = workers;
        _progress = progress;
        _cancellation = cancellation;
        _totalBytes = files.Sum(file => file.Bytes);
        _mostBuffers = (int)Math.Clamp(workers * BytesPerWorker / pieceLength, 2, workers * BuffersPerWorker);
        _files = new HashedFileState[files.Length];
        long piece = 0;
        for (var i = 0; i < files.Length; i++)
        {
            _files[i] = new HashedFileState(files[i], pieceLength, (int)piece, files.Length > 1);
            piece += PieceLength.Count(files[i].Bytes, pieceLength);
        }
        _piecesV1 = new byte[piece * Sha1.Size];
    }

    /// <summary>SHA-1 of every piece.</summary>
    public ReadOnlySpan<byte> PiecesV1 => _piecesV1;

    /// <summary>What the torrent says of each file.</summary>
    public IReadOnlyList<HashedFile> Hashed() => [.. _files.Select(file => file.Hashed())];

    /// <summary>SHA-256 of each file.</summary>
    public IReadOnlyList<Hash256> Sha256() => [.. _files.Select(file => file.Sha256)];

    /// <summary>Null when every byte is hashed, else why not.</summary>
    public async Task<HashResult?> RunAsync()
    {
        await using var stop = _cancellation.Register(Stop).ConfigureAwait(false);
        var threads = Enumerable.Range(0, _workers).Select(_ => Start(Work)).Append(Start(Read)).ToArray();
        try
        {
            await Task.WhenAll(threads).ConfigureAwait(false);
        }
        finally
        {
            foreach (var file in _files) file.Dispose();
        }
        _cancellation.ThrowIfCancellationRequested();
        return _fault;
    }

    // Threads of their own: they block on disks and on each other, which pool threads should not.
    private Task Start(Action body) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                body();
            }
            catch
            {
                Stop();
                throw;
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Read()
    {
        foreach (var file in _files)
            if (!ReadFile(file))
                break;
        lock (_lock)
        {
            _allRead = true;
            Monitor.PulseAll(_lock);
        }
    }

    private bool ReadFile(HashedFileState file)
    {
        try
        {
            using var handle = WeightFile.Open(file.File.FullPath);
            if (FileStamp.Of(handle) != file.File.Stamp) return Changed(file, "since it was listed");
            file.Begin();
            for (var index = 0; index * _pieceLength < file.File.Bytes; index++)
                if (!ReadPiece(handle, file, index))
                    return false;
            var same = FileStamp.Of(handle) == file.File.Stamp && FileStamp.Of(file.File.FullPath) == file.File.Stamp;
            return same || Changed(file, "while it was read");
        }
        catch (FileNotFoundException)
        {
            return Changed(file, "since it was listed: it is gone");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(HashOutcome.Unreadable, $"'{file.File.FullPath}' cannot be read: {e.Message}");
        }
    }

    private bool ReadPiece(SafeFileHandle handle, HashedFileState file, int index)
    {
        if (TakeBuffer() is not { } piece) return false;
        var offset = index * _pieceLength;
        piece.Begin(file, index);
        piece.Length = (int)Math.Min(_pieceLength, file.File.Bytes - offset);
        for (var filled = 0; filled < piece.Length;)
        {
            var read = RandomAccess.Read(handle, piece.Memory.AsSpan(filled, piece.Length - filled), offset + filled);
            if (read == 0) return Changed(file, "while it was read: it became shorter");
            filled += read;
        }
        lock (_lock)
        {
            _pending += 2;
            _pieces.Enqueue(piece);
            file.Waiting.Enqueue(piece);
            if (file.Waiting.Count == 1 && !file.IsChaining) _chains.AddLast(file);
            Monitor.PulseAll(_lock);
            return !_stopped;
        }
    }

    private PieceBuffer? TakeBuffer()
    {
        lock (_lock)
        {
            while (!_stopped && _free.Count == 0 && _buffers == _mostBuffers) Monitor.Wait(_lock);
            if (_stopped) return null;
            if (_free.TryPop(out var piece)) return piece;
            _buffers++;
        }
        var bytes = Math.Min(_pieceLength, Math.Max(1, _totalBytes));
        return new PieceBuffer(GC.AllocateUninitializedArray<byte>((int)bytes));
    }

    private void Work()
    {
        while (Next(out var file, out var piece))
        {
            if (file is not null) Chain(file, piece);
            else HashPiece(piece);
            Finish(piece);
        }
    }

    /// <summary>
    /// Waits for work: a file to chain with its next piece, or (file null) a piece; false when there is no more.
    /// </summary>
    private bool Next(out HashedFileState? file, out PieceBuffer piece)
    {
        lock (_lock)
        {
            while (true)
            {
                (file, piece) = (null, null!);
                if (_stopped) return false;
                if (_chains.First is { } first)
                {
                    _chains.RemoveFirst();
                    file = first.Value;
                    file.IsChaining = true;
                    piece = file.Waiting.Dequeue();
                    return true;
                }
                if (_pieces.TryDequeue(out piece!)) return true;
                if (_allRead && _pending == 0) return false;
                Monitor.Wait(_lock);
            }
        }
    }

    private void Chain(HashedFileState file, PieceBuffer piece)
    {
        file.Chain(piece);
        lock (_lock)
        {
            file.IsChaining = false;
            if (file.Waiting.Count > 0) _chains.AddLast(file);
            _doneBytes += piece.Length;
            _progress?.Report(new WeightProgress(_doneBytes, _totalBytes, file.File.Path));
        }
    }

    private void HashPiece(PieceBuffer piece)
    {
        var number = piece.File.FirstPiece + piece.Index;
        piece.File.HashPiece(piece, _piecesV1.AsSpan(number * Sha1.Size, Sha1.Size));
    }

    private void Finish(PieceBuffer piece)
    {
        lock (_lock)
        {
            _pending--;
            if (piece.Release()) _free.Push(piece);
            Monitor.PulseAll(_lock);
        }
    }

    private bool Changed(HashedFileState file, string when) => Fail(
        HashOutcome.Changed, $"'{file.File.FullPath}' changed {when}; let it rest and add it again");

    private bool Fail(HashOutcome outcome, string reason)
    {
        _fault ??= new HashResult(outcome, reason, null);
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
