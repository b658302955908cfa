using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>The queue in front of custody: what the plan wants fetched or given up, and what became of it, in
/// order.</summary>
public sealed class FetchQueue
{
    private readonly Channel<Work> _work =
        Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Channel<bool> _inPlace = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    internal abstract record Work;

    internal sealed record StartFetch(Hash256 Model, int Slice) : Work;

    internal sealed record StopFetch(Hash256 Model, int Slice) : Work;

    internal sealed record Happened(TorrentEvent Event) : Work;

    internal sealed record Prepared(Hash256 Model, ModelContent? Content, string Problem) : Work;

    internal sealed record Secured(Hash256 Model, int Slice, Exception? Problem) : Work;

    internal sealed record Adopt(
        ModelContent Content, string SourceFolder, ImmutableArray<FileStamp> Files, TaskCompletionSource Done) : Work;

    internal sealed record Resume(LocalModel Local, ModelContent Content, TaskCompletionSource Done) : Work;

    internal sealed record Rebuild(LocalModel Local, ModelContent Content) : Work;

    internal sealed record LookInPlace(LocalModelKey Key) : Work;

    internal sealed record Found(SliceFinding Finding, TaskCompletionSource Done) : Work;

    internal sealed record Looked(ModelCustody Custody, ImmutableArray<SliceFinding> Findings) : Work;

    internal sealed record ToTrash(CoreOutput.MoveToTrash Release) : Work;

    internal sealed record Called(Hash256 Model, IPEndPoint Address) : Work;

    internal sealed record Refresh : Work;

    internal ChannelReader<Work> Reader => _work.Reader;

    /// <summary>The plan takes a slice.</summary>
    public void Start(Hash256 model, int slice) => Post(new StartFetch(model, slice));

    /// <summary>The plan gives up a slice that is not here yet.</summary>
    public void Stop(Hash256 model, int slice) => Post(new StopFetch(model, slice));

    /// <summary>The core gave up a slice.</summary>
    public void MoveToTrash(CoreOutput.MoveToTrash release) => Post(new ToTrash(release));

    /// <summary>Serves the owner's own files in place; returns once they are in the engine and recorded.</summary>
    /// <param name="content">The model.</param>
    /// <param name="folder">The owner's folder, or the folder of a single file.</param>
    /// <param name="files">The files as they were when they were hashed.</param>
    public Task AdoptAsync(ModelContent content, string folder, ImmutableArray<FileStamp> files)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(new Adopt(content, folder, files, done));
        return done.Task;
    }

    /// <summary>Takes up what an earlier run held; returns once it is in the engine.</summary>
    public Task ResumeAsync(LocalModel local, ModelContent content)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(new Resume(local, content, done));
        return done.Task;
    }

    /// <summary>Something may have happened to files in place.</summary>
    internal void SignalInPlace() => _inPlace.Writer.TryWrite(true);

    internal ChannelReader<bool> InPlaceSignals => _inPlace.Reader;

    internal void Post(Work work) => _work.Writer.TryWrite(work);
}
