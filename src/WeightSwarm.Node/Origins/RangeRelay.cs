using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// Brings a range from an origin to the engine, whatever the origin does meanwhile: it waits, asks again from where it
/// was, and gives up by answering nothing more. One buffer of memory for each request.
/// </summary>
internal sealed partial class RangeRelay(OriginClient client, Func<Pace> pace, Clock clock, ILogger log)
{
    // So many times the patience with a stall is a request held while nothing comes; the engine waits longer.
    private const int HoldStalls = 3, BufferBytes = 64 << 10;

    private readonly RangeSource _source = new(client, clock);

    /// <summary>Returns true once the whole range was written, false when the engine had better ask again
    /// later.</summary>
    /// <param name="model">Whose.</param>
    /// <param name="file">Which file.</param>
    /// <param name="range">Which bytes of it.</param>
    /// <param name="write">Takes the bytes in order.</param>
    /// <param name="cancellation">The engine has hung up.</param>
    public async Task<bool> RunAsync(
        OriginModel model, int file, ByteRange range, Func<ReadOnlyMemory<byte>, CancellationToken, Task> write,
        CancellationToken cancellation)
    {
        var witness = model.WitnessAt(file, range.First);
        try
        {
            var until = Deadline();
            while (witness.Offset <= range.Last)
            {
                if (!await MayAskAsync(model, until, cancellation)) return false;
                var from = witness.Offset;
                var rest = range with { First = from };
                if (await AttemptAsync(model, file, rest, witness, write, cancellation) is { } trouble)
                    Failed(model, trouble);
                if (witness.Offset > from) until = Deadline();
                if (witness.Bad is { } bad) return Wrong(model, bad);
            }
            var now = clock.Now.MonotonicMs;
            model.Health.Succeeded(now);
            model.Server.Health.Succeeded(now);
            return true;
        }
        finally
        {
            if (witness.Bad is null) model.Keep(file, witness);
            else witness.Dispose();
        }
    }

    private long Deadline() => clock.Now.MonotonicMs + HoldStalls * pace().OriginStallMs;

    /// <summary>Waits until the origin may be asked; false when that is too far away.</summary>
    private async Task<bool> MayAskAsync(OriginModel model, long until, CancellationToken cancellation)
    {
        while (true)
        {
            var now = clock.Now.MonotonicMs;
            if (model.Health.WaitMs(now) > 0 || now > until) return false;
            var wait = model.Server.Health.WaitMs(now);
            if (wait == 0) return true;
            if (now + wait > until) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(wait), clock.Time, cancellation);
        }
    }

    private async Task<OriginTrouble?> AttemptAsync(
        OriginModel model, int file, ByteRange range, PieceWitness witness,
        Func<ReadOnlyMemory<byte>, CancellationToken, Task> write, CancellationToken cancellation)
    {
        await model.Server.Slots.WaitAsync(cancellation);
        try
        {
            var (answer, trouble) = await _source.OpenAsync(model, file, range, pace(), cancellation);
            if (answer is null) return trouble;
            using (answer) return await CopyAsync(answer, range, witness, write, cancellation);
        }
        finally
        {
            model.Server.Slots.Release();
        }
    }

    private async Task<OriginTrouble?> CopyAsync(
        RangeAnswer answer, ByteRange range, PieceWitness witness,
        Func<ReadOnlyMemory<byte>, CancellationToken, Task> write, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var skip = answer.Skip;
            while (witness.Offset <= range.Last && witness.Bad is null)
            {
                var most = (int)Math.Min(BufferBytes, skip > 0 ? skip : range.Last + 1 - witness.Offset);
                var (read, trouble) = await ReadAsync(answer.Body, buffer.AsMemory(0, most), cancellation);
                if (trouble is not null) return trouble;
                if (skip > 0)
                {
                    skip -= read;
                    continue;
                }
                await write(buffer.AsMemory(0, read), cancellation);
                witness.See(buffer.AsSpan(0, read));
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<(int Read, OriginTrouble? Trouble)> ReadAsync(
        Stream body, Memory<byte> buffer, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(pace().OriginStallMs), clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            var read = await body.ReadAsync(buffer, either.Token);
            return read > 0 ? (read, null) : (0, Cut("its answer ends too early"));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (0, new OriginTrouble(OriginFault.Stalled, "it stopped in the middle of an answer"));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return (0, Cut($"the connection was cut: {e.Message}"));
        }
    }

    private static OriginTrouble Cut(string detail) => new(OriginFault.Failing, detail);

    private void Failed(OriginModel model, OriginTrouble trouble)
    {
        var (health, now) = (trouble.IsServers ? model.Server.Health : model.Health, clock.Now.MonotonicMs);
        health.Failed(trouble, pace(), now, RandomNumberGenerator.GetInt32(1000));
        LogTrouble(model.Name, model.Origin, trouble.Detail, health.WaitMs(now));
    }

    /// <summary>The engine refuses the piece; we see to it that it is not offered more of the same.</summary>
    private bool Wrong(OriginModel model, int piece)
    {
        var trouble = new OriginTrouble(OriginFault.WrongBytes, $"its bytes of piece {piece} have a wrong hash");
        model.Health.Failed(trouble, pace(), clock.Now.MonotonicMs, 0);
        LogWrong(model.Name, model.Origin, piece);
        return false;
    }

    [LoggerMessage(2060, LogLevel.Information, "{Model}: the origin {Origin}: {Detail}; asked again in {WaitMs} ms")]
    private partial void LogTrouble(string model, Origin origin, string detail, long waitMs);

    [LoggerMessage(2061, LogLevel.Warning,
        "{Model}: the origin {Origin} gives wrong bytes of piece {Piece}, and is not asked again for now")]
    private partial void LogWrong(string model, Origin origin, int piece);
}
