using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>A BitTorrent client in a process of its own: what it says is kept, and it ends with this object.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private const double TicksPerSecond = 100;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    public PeerProcess(string program, params string[] arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.Start();
        Reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    public int Id => _process.Id;

    /// <summary>Ends when the process has ended and all that it said is read.</summary>
    public Task Reading { get; }

    public bool HasEnded => _process.HasExited;

    /// <summary>What it said last that matches, or null.</summary>
    public string? Last(Func<string, bool> matches) => _lines.LastOrDefault(matches);

    /// <summary>Whether it said a line that begins so, after so many lines.</summary>
    public string? Find(string start, int after = 0) =>
        _lines.Skip(after).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));

    public int Lines => _lines.Count;

    /// <summary>Waits for a line that begins so; the program's end, or its complaint, is a failure.</summary>
    public async Task<string> LineAsync(string start, int after = 0)
    {
        while (true)
        {
            if (Find(start, after) is { } line) return line;
            if (HasEnded || Find("error") is not null) throw new InvalidOperationException($"no '{start}': {Tail}");
            await Pause.BeforeLookingAgainAsync();
        }
    }

    public string Tail => string.Join(" | ", _lines.TakeLast(8));

    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Processor seconds of all its threads until now; 0 once it has ended.</summary>
    public double CpuSeconds()
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            double Ticks(int field) => double.Parse(fields[field - 3], CultureInfo.InvariantCulture);
            return (Ticks(14) + Ticks(15)) / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await Reading;
        _process.Dispose();
    }

    // Progress lines end with a carriage return, which ReadLine takes for the end of a line, too.
    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
            if (line.Length > 0) _lines.Enqueue(line);
    }
}
