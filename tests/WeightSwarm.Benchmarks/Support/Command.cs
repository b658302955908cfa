using System.Diagnostics;
using System.Globalization;

namespace WeightSwarm.Benchmarks;

/// <summary>Runs another program, and times it.</summary>
internal static class Command
{
    /// <summary>The program's output; its failure is ours.</summary>
    public static string Output(string program, params string[] arguments) => Run(program, arguments).Output;

    /// <summary>What a program took, its start included.</summary>
    public static Cost Time(string program, params string[] arguments)
    {
        var error = Run("/bin/bash", ["-c", "TIMEFORMAT='%R %U %S'; time \"$@\" > /dev/null", "time", program,
            .. arguments]).Error;
        var numbers = error.Trim().Split('\n')[^1].Split(' ')
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new Cost(numbers[0], numbers[1] + numbers[2]);
    }

    private static (string Output, string Error) Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 0) return (output, error.Result);
        throw new InvalidOperationException(
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result}");
    }
}
