using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Tests.Node.Hosting;

public sealed class SideWorkTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Start_WorkFails_IsTheFailureOfAll()
    {
        var beside = new SideWork();
        var first = new TaskCompletionSource();
        beside.Start(() => first.Task);
        beside.Start(() => Task.CompletedTask);
        Assert.False(beside.Failed.IsCompleted);
        first.SetException(new InvalidDataException("a bug"));
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => beside.Failed.WaitAsync(Deadline));
        Assert.Equal("a bug", failure.Message);
    }

    [Fact]
    public async Task Start_WorkThrowsBeforeItWaits_TheCallerGoesOn()
    {
        var beside = new SideWork();
        beside.Start(() => throw new InvalidDataException("at once"));
        beside.Start(() => throw new InvalidDataException("later"));
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => beside.Failed.WaitAsync(Deadline));
        Assert.Equal("at once", failure.Message);
    }

    [Fact]
    public async Task Start_WorkIsCancelled_TheLoopIsToo()
    {
        var beside = new SideWork();
        beside.Start(() => Task.FromCanceled(new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => beside.Failed.WaitAsync(Deadline));
    }
}
