namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>Looks at all copies over and over, and holds every look against what is promised.</summary>
internal sealed class CopyLog(IPlannerStage stage)
{
    private Func<TwinCopies, string?> _fault = copies => copies.Lies.IsEmpty ? null : "a node says what is not so";
    private TwinCopies? _last;

    public int Looks { get; private set; }

    /// <summary>Fewest copies of any slice at any look.</summary>
    public int Fewest { get; private set; } = int.MaxValue;

    /// <summary>Most copies of any slice at any look.</summary>
    public int Most { get; private set; }

    public TwinCopies Last => _last ?? throw new InvalidOperationException("nobody has looked");

    /// <summary>From now on something else is promised; what was seen so far is forgotten.</summary>
    /// <param name="fault">What is wrong with a look; null: nothing.</param>
    public void Begin(Func<TwinCopies, string?> fault) => (_fault, Looks, Fewest, Most) = (fault, 0, int.MaxValue, 0);

    /// <summary>Looks until the condition holds.</summary>
    public Task UntilAsync(string what, Func<TwinCopies, bool> condition) => stage.UntilAsync(
        what, async () => await LookAsync() is { } copies && condition(copies));

    /// <summary>Looks until something else holds.</summary>
    public Task UntilAsync(string what, Func<Task<bool>> condition) => stage.UntilAsync(
        what, async () => await LookAsync() is not null && await condition());

    /// <summary>Looks for so long.</summary>
    public Task ForAsync(long ms)
    {
        var until = stage.NowMs + ms;
        return UntilAsync("time to pass", () => Task.FromResult(stage.NowMs >= until));
    }

    /// <summary>A look in one moment, as soon as there is one.</summary>
    public async Task<TwinCopies> NowAsync()
    {
        await UntilAsync("a moment of calm", _ => true);
        return Last;
    }

    private async Task<TwinCopies?> LookAsync()
    {
        if (await stage.CopiesAsync() is not { } copies) return null;
        (_last, Looks) = (copies, Looks + 1);
        (Fewest, Most) = (Math.Min(Fewest, copies.Fewest), Math.Max(Most, copies.Most));
        if (_fault(copies) is { } fault) Assert.Fail($"{fault}, at look {Looks}: {copies}");
        return copies;
    }
}
