namespace WeightSwarm.Cli;

/// <summary>What a command sees of the process that it runs in; tests give their own.</summary>
internal sealed record Terminal
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Environment { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>https://no-color.org: present and not empty means no colour, whatever the value.</summary>
    public bool NoColour => !string.IsNullOrEmpty(Environment("NO_COLOR")) || Environment("TERM") == "dumb";
}
