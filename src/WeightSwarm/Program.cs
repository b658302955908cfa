using System.Runtime.InteropServices;
using System.Text;
using WeightSwarm.Cli;
using WeightSwarm.Cli.Service;
using WeightSwarm.Node.Hosting;

// A second signal ends the process at once: the first one only asks.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var terminal = new Terminal
{
    Out = Console.Out,
    Error = Console.Error,
    OutIsTerminal = !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
    Environment = Environment.GetEnvironmentVariable,
    Clock = TimeProvider.System,
};
return await new CommandLine(terminal, Machine.This, DaemonHost.RunAsync).RunAsync(args, stop.Token);

void Stop(PosixSignalContext signal)
{
    if (stop.IsCancellationRequested) return;
    signal.Cancel = true;
    stop.Cancel();
}
