using System.Diagnostics;
using System.Text.Json;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>How a program ended, and what it printed.</summary>
/// <param name="Command">What was run, for messages.</param>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">stdout.</param>
/// <param name="Error">stderr.</param>
internal sealed record RunResult(string Command, int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(2);

    /// <summary>stdout as JSON.</summary>
    public JsonElement Json => Parse(Output);

    /// <summary>The error object on stderr: its code.</summary>
    public string ErrorCode => Parse(Error).GetProperty("error").GetProperty("code").GetString()!;

    /// <summary>The error object on stderr: its message.</summary>
    public string ErrorMessage => Parse(Error).GetProperty("error").GetProperty("message").GetString()!;

    /// <summary>Fails unless it succeeded.</summary>
    public RunResult Succeeded()
    {
        Assert.True(ExitCode == 0, ToString());
        return this;
    }

    /// <summary>Fails unless it ended so, with one JSON error whose message has every word.</summary>
    public RunResult Failed(int exitCode, string code, params string[] words)
    {
        Assert.True(exitCode == ExitCode, $"exit code {exitCode} was expected: {this}");
        Assert.Empty(Output);
        Assert.True(code == ErrorCode, $"the code '{code}' was expected: {this}");
        foreach (var word in words)
            Assert.True(ErrorMessage.Contains(word, StringComparison.Ordinal), $"'{word}' is not in: {ErrorMessage}");
        return this;
    }

    /// <summary>Runs a program to its end; one that does not end is killed, and the test fails.</summary>
    public static async Task<RunResult> OfAsync(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var start = ProgramUnderTest.Start(program, arguments);
        if (folder is not null) start.WorkingDirectory = folder;
        var command = $"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)}";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var late = new CancellationTokenSource(_deadline);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"'{command}' has not ended after {_deadline.TotalSeconds:0} s: {await output} {await error}");
        }
        return new RunResult(command, process.ExitCode, await output, await error);
    }

    /// <inheritdoc/>
    public override string ToString() => $"'{Command}' ended with {ExitCode}\nstdout: {Output}\nstderr: {Error}";

    private JsonElement Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException e)
        {
            Assert.Fail($"no JSON ({e.Message}): {this}");
            throw;
        }
    }
}
