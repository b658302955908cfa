using WeightSwarm.Cli;

namespace WeightSwarm.Tests.Cli;

/// <summary>A terminal that remembers what was printed.</summary>
internal sealed class RecordingTerminal : IDisposable
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public RecordingTerminal(bool isTerminal = false) => Terminal = new Terminal
    {
        Out = _out,
        Error = _error,
        OutIsTerminal = isTerminal,
        ErrorIsTerminal = isTerminal,
        Environment = name => Variables.GetValueOrDefault(name),
        Clock = TimeProvider.System,
    };

    public Terminal Terminal { get; }

    /// <summary>The environment that commands see.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }
}
