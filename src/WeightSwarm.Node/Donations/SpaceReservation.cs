namespace WeightSwarm.Node.Donations;

/// <summary>
/// Room in one donation that is promised to a slice while it is fetched. Disposing gives back what is not yet written.
/// May be used from any thread.
/// </summary>
public sealed class SpaceReservation : IDisposable
{
    private readonly DonationAccount _account;
    private readonly Lock _lock = new();
    private long _written;
    private bool _ended;

    internal SpaceReservation(DonationAccount account, long bytes)
    {
        _account = account;
        Bytes = bytes;
        account.Move(used: 0, reserved: bytes);
    }

    /// <summary>The donation.</summary>
    public Guid Donation => _account.Donation;

    /// <summary>What was promised at the start.</summary>
    public long Bytes { get; }

    /// <summary>
    /// So many of the promised bytes are on the disk now; grows only, and never above <see cref="Bytes"/>.
    /// </summary>
    public void Written(long totalBytes)
    {
        lock (_lock)
        {
            if (_ended) return;
            var more = Math.Min(totalBytes, Bytes) - _written;
            if (more <= 0) return;
            _written += more;
            _account.Move(used: more, reserved: -more);
        }
    }

    /// <summary>All of it is on the disk.</summary>
    public void Complete()
    {
        Written(Bytes);
        Dispose();
    }

    /// <summary>Gives back what is not yet written. Repeatable.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_ended) return;
            _ended = true;
            _account.Move(used: 0, reserved: _written - Bytes);
        }
    }
}
