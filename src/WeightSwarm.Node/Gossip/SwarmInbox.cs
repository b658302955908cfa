using System.Threading.Channels;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Node.Gossip;

/// <summary>The queue in front of the core: what happened, and what somebody wants to know, in order.</summary>
public sealed class SwarmInbox
{
    private readonly Channel<Work> _work =
        Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });

    internal abstract record Work;

    internal sealed record Input(CoreInput Value, Action? Handled) : Work;

    internal sealed record Question(Action<SwarmCore?> Ask) : Work;

    internal sealed record Begin(SwarmCore Core, IReadOnlyList<CoreInput> First, TaskCompletionSource Done) : Work;

    internal ChannelReader<Work> Reader => _work.Reader;

    /// <summary>Queues an input. What comes before the node has a network is dropped.</summary>
    /// <param name="input">What happened.</param>
    /// <param name="handled">Called on the core's thread once that is done.</param>
    public void Post(CoreInput input, Action? handled = null) => _work.Writer.TryWrite(new Input(input, handled));

    /// <summary>
    /// Asks the core something, on its own thread, after everything posted before has been handled and kept on disk;
    /// the argument is null while the node has no network. The question must only read.
    /// </summary>
    public Task<T> AskAsync<T>(Func<SwarmCore?, T> question, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Writer.TryWrite(new Question(core => Answer(answer, question, core)));
        return answer.Task.WaitAsync(cancellation);
    }

    /// <summary>Publishes a record; returns once it is on disk.</summary>
    public Task PublishAsync(Record record, CancellationToken cancellation)
    {
        Post(new CoreInput.Publish(record));
        return AskAsync(_ => true, cancellation);
    }

    /// <summary>Gives the loop its core; done when the first inputs are handled.</summary>
    public Task BeginAsync(SwarmCore core, IReadOnlyList<CoreInput> first)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Writer.TryWrite(new Begin(core, first, done));
        return done.Task;
    }

    private static void Answer<T>(TaskCompletionSource<T> answer, Func<SwarmCore?, T> question, SwarmCore? core)
    {
        try
        {
            answer.SetResult(question(core));
        }
        catch (Exception e)
        {
            // The asker's fault, not the loop's: it gets the exception, the loop goes on.
            answer.SetException(e);
        }
    }
}
