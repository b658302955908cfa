using System.Text.Json;
using WeightSwarm.Cli.Connection;
using WeightSwarm.Cli.Output;

namespace WeightSwarm.Cli;

/// <summary>One run of one verb: where it prints, in which form, and which daemon it talks to.</summary>
internal sealed class Session(Terminal terminal, bool json, string? stateOption, CancellationToken cancellation)
{
    public Terminal Terminal => terminal;

    public bool Json => json;

    /// <summary>What <c>--state</c> said, if it was given.</summary>
    public string? StateOption => stateOption;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Absolute.</summary>
    public string StateFolder =>
        StateFolderChoice.Of(stateOption, terminal.Environment, Environment.IsPrivilegedProcess);

    /// <summary>Connects to the daemon of the state folder.</summary>
    /// <exception cref="CliException">None answers.</exception>
    public Task<DaemonConnection> ConnectAsync() =>
        DaemonConnection.OpenAsync(StateFolder, terminal.Clock, cancellation);

    /// <summary>Prints data on stdout: as one JSON object with <c>--json</c>, as text for people without.</summary>
    /// <param name="schema">The verb in the name of the schema.</param>
    /// <param name="fields">Writes the fields of the object.</param>
    /// <param name="text">Writes the text.</param>
    public void Print(string schema, Action<Utf8JsonWriter> fields, Action<TextOutput> text)
    {
        if (json) JsonOutput.Write(terminal.Out, schema, fields);
        else text(new TextOutput(terminal.Out, terminal.OutIsTerminal && !terminal.NoColour));
        terminal.Out.Flush();
    }

    /// <summary>Says something beside the data, on stderr.</summary>
    public void Say(string message) => terminal.Error.WriteLine(Words.Printable(message));
}
