using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Donations;

/// <summary>
/// The donations of this node: what the owner lends, whether it is there, and how much room is left in it. The owner's
/// quota and reserve bind everything that is written. May be called from any thread; calls touch the disk.
/// </summary>
public sealed class DonationLedger
{
    private const string Resting = "its volume refused a write: nothing new is fetched into it for a while";

    private readonly Lock _lock = new();
    private readonly DonationStore _store;
    private readonly DonationRules _rules;
    private readonly NodeId _self;
    private readonly IVolumes _volumes;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Dictionary<Guid, DonationAccount> _accounts = [];
    private ImmutableArray<Donation> _donations;

    /// <summary>Over the stored list.</summary>
    /// <param name="store">Where the list is kept.</param>
    /// <param name="self">This node: its id is in every marker.</param>
    /// <param name="stateFolder">Absolute; must exist. DIR/donation is the default donation.</param>
    /// <param name="volumes">Answers for volumes.</param>
    /// <param name="time">Clock of the created time.</param>
    public DonationLedger(
        DonationStore store, NodeId self, string stateFolder, IVolumes volumes, TimeProvider time)
    {
        (_store, _self, _volumes, _time, _started) = (store, self, volumes, time, time.GetTimestamp());
        _rules = new DonationRules(self, stateFolder, volumes);
        _donations = [.. store.List()];
        foreach (var donation in _donations) _accounts[donation.Id] = new DonationAccount(donation.Id);
    }

    /// <summary>
    /// Donates a folder, changes a donation's quota, or (quota 0) starts giving it back. Durable when it returns.
    /// </summary>
    /// <param name="quotaBytes">0 or more.</param>
    /// <param name="path">Absolute; null or empty for the default. Created when missing.</param>
    /// <param name="deadlineMs">Unix milliseconds from which the owner does not wait for other nodes any more, where
    /// slices have to go; null: never.</param>
    public DonateResult Donate(long quotaBytes, string? path, long? deadlineMs = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(quotaBytes);
        var wanted = string.IsNullOrEmpty(path) ? _rules.DefaultPath : path;
        if (!Path.IsPathRooted(wanted))
            return DonateResult.Refused(DonateOutcome.BadPath, $"{wanted} is not an absolute path: begin it with /");
        lock (_lock)
        {
            var real = DonationPaths.Resolve(wanted);
            var known = _donations.FirstOrDefault(d => d.Path == real)
                ?? _donations.FirstOrDefault(d => d.Path == Path.TrimEndingDirectorySeparator(wanted));
            if (quotaBytes == 0) return StartReturn(known, wanted, deadlineMs);
            return known is null ? Create(quotaBytes, real) : ChangeQuota(known, quotaBytes, deadlineMs);
        }
    }

    /// <summary>Every donation as it stands now, the oldest first.</summary>
    public ImmutableArray<DonationStatus> Look()
    {
        lock (_lock) return [.. _donations.Select(Status)];
    }

    /// <summary>One donation as it stands now; null when it is unknown.</summary>
    public DonationStatus? Look(Guid id)
    {
        lock (_lock) return _donations.FirstOrDefault(d => d.Id == id) is { } donation ? Status(donation) : null;
    }

    /// <summary>Sum of the quotas, without what is being given back or drained.</summary>
    public long DonatedBytes => _donations.Where(d => !d.Returning && d.Drain is null).Sum(d => d.QuotaBytes);

    /// <summary>What one more slice may take: the most room of any donation.</summary>
    public long LargestRoomBytes() => Look().Select(s => s.RoomBytes).DefaultIfEmpty(0).Max();

    /// <summary>
    /// The donation for a slice of that size: of <paramref name="preferred"/> (where the model lies already) if one has
    /// the room, else the one with the most; null when none has.
    /// </summary>
    public Donation? Choose(long bytes, IReadOnlyCollection<Guid>? preferred = null) => Look()
        .Where(s => s.State == DonationState.Present && s.RoomBytes >= bytes)
        .OrderByDescending(s => preferred?.Contains(s.Donation.Id) == true)
        .ThenByDescending(s => s.RoomBytes)
        .ThenBy(s => s.Donation.Path, StringComparer.Ordinal)
        .FirstOrDefault()?.Donation;

    /// <summary>Promises room to a slice that is about to be fetched; null when there is not enough.</summary>
    public SpaceReservation? TryReserve(Guid donation, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_lock)
            return Look(donation) is { State: DonationState.Present } status && status.RoomBytes >= bytes
                ? new SpaceReservation(_accounts[donation], bytes)
                : null;
    }

    /// <summary>
    /// The volume refused a write although it seemed to have room: out of inodes, over a quota of the system, or
    /// broken. The donation has no room for a while, each time twice as long, until <see cref="Accepted"/>.
    /// </summary>
    /// <param name="donation">Which.</param>
    /// <param name="first">How long at first.</param>
    /// <param name="longest">How long at most.</param>
    public void Refused(Guid donation, TimeSpan first, TimeSpan longest)
    {
        lock (_lock) _accounts.GetValueOrDefault(donation)?.Pause(Elapsed, first, longest);
    }

    /// <summary>A slice was written, and is on the disk for good.</summary>
    public void Accepted(Guid donation)
    {
        lock (_lock) _accounts.GetValueOrDefault(donation)?.EndPause();
    }

    /// <summary>So many bytes more (or, negative, fewer) lie in the donation: a file was written or deleted.</summary>
    public void AddUsed(Guid donation, long deltaBytes)
    {
        lock (_lock)
            if (_accounts.TryGetValue(donation, out var account))
                account.Move(deltaBytes, reserved: 0);
    }

    /// <summary>
    /// Counts the donation's blocks on the disk anew, on a thread of the pool; answers the bytes used, or null when the
    /// donation is unknown or away.
    /// </summary>
    public Task<long?> RecountAsync(Guid donation, CancellationToken cancellation) => Task.Run(
        () =>
        {
            DonationAccount? account;
            DonationStatus? status;
            lock (_lock)
            {
                account = _accounts.GetValueOrDefault(donation);
                status = Look(donation);
            }
            return account is null || status is null or { State: DonationState.Away }
                ? (long?)null
                : account.Recount(status.Donation.Path, cancellation);
        },
        cancellation);

    /// <summary>
    /// Ends a donation that was given back: forgets it and removes its empty folders, and its marker unless files are
    /// left in it. Answers false, and does nothing, while the store still knows a model in it.
    /// </summary>
    public bool Forget(Guid id)
    {
        lock (_lock)
        {
            if (_donations.FirstOrDefault(d => d.Id == id) is not { } donation) return true;
            if (!_store.Delete(id)) return false;
            _donations = _donations.Remove(donation);
            _accounts.Remove(id);
            if (_rules.WhyNotMarked(donation) is not null) return true;
            if (Directory.Exists(DonationFolder.Quarantine(donation.Path)))
                Directory.Delete(DonationFolder.Quarantine(donation.Path), recursive: true);
            foreach (var folder in new[] { DonationFolder.Models(donation.Path), DonationFolder.Trash(donation.Path) })
                if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                    Directory.Delete(folder);
            // What is left there can be taken up again by this node alone, and only while the folder says whose it is.
            if (!Directory.Exists(DonationFolder.Models(donation.Path)))
                File.Delete(DonationMarker.PathIn(donation.Path));
            return true;
        }
    }

    /// <summary>
    /// The disk of a donation failed: that one, and every other on the same volume, takes nothing new from now on, and
    /// what lies in it is to be handed over. Until its owner donates it anew its state is
    /// <see cref="DonationState.Draining"/>. Durable when it returns; answers those that were not drained before.
    /// </summary>
    public ImmutableArray<Donation> DrainVolume(Guid donation, string reason)
    {
        lock (_lock)
        {
            var device = _accounts.GetValueOrDefault(donation)?.Device;
            var drain = new Drain(_time.GetUtcNow().ToUnixTimeMilliseconds(), reason);
            var failed = _donations
                .Where(d => d.Id == donation || device is not null && _accounts[d.Id].Device == device)
                .Where(d => d.Drain is null).Select(d => d with { Drain = drain }).ToImmutableArray();
            foreach (var each in failed) Save(each);
            return failed;
        }
    }

    /// <summary>
    /// Raises the donation's generation, in the store and then in its folder: at the begin of a run, when its volume
    /// comes back, and before anything that was verified is deleted. Durable when it returns.
    /// </summary>
    /// <returns>
    /// Whether the folder was ahead: the store is an old copy, and nothing that it says of the folder can be relied on.
    /// </returns>
    /// <exception cref="IOException">The marker cannot be read or written.</exception>
    public bool RaiseGeneration(Guid id)
    {
        lock (_lock)
        {
            if (_donations.FirstOrDefault(d => d.Id == id) is not { } donation) return false;
            if (_rules.WhyNotMarked(donation) is { } reason) throw new IOException(reason);
            var marker = DonationMarker.Read(donation.Path)!;
            var known = _store.Generation(id);
            var next = Math.Max(known, marker.Generation) + 1;
            _store.SaveGeneration(id, next);
            (marker with { Generation = next }).Write(donation.Path);
            return marker.Generation > known;
        }
    }

    private DonateResult Create(long quota, string path)
    {
        var above = DonationPaths.NearestExisting(path);
        if (_volumes.Of(above) is not { } volume)
            return DonateResult.Refused(DonateOutcome.BadPath, $"{above} is not a folder: choose another path");
        Guid? ownId = null;
        var refusal = _rules.CheckOverlap(path, _donations)
            ?? _rules.CheckContents(path, _donations, out ownId)
            ?? _rules.CheckSize(quota, path, volume, _donations);
        if (refusal is not null) return refusal;
        var created = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var id = ownId ?? Guid.NewGuid();
        var donation = new Donation(id, path, quota, volume.ReserveBytes, created, Returning: false);
        if (WhyNotPrepared(donation) is { } reason)
            return DonateResult.Refused(
                DonateOutcome.NotWritable,
                $"{path} cannot be written ({reason}): choose a folder that this user may write to");
        _accounts[donation.Id] = new DonationAccount(donation.Id);
        Save(donation);
        return Done(DonateOutcome.Created, donation, $"donated {ByteSize.Format(quota)} in {path}");
    }

    private DonateResult ChangeQuota(Donation known, long quota, long? deadlineMs)
    {
        if (_volumes.Of(known.Path) is { } there && _rules.WhyNotMarked(known) is null)
            _accounts[known.Id].MoveTo(there.Device);
        var (_, reason, volume) = _rules.Examine(known, _accounts[known.Id]);
        if (volume is null)
            return DonateResult.Refused(DonateOutcome.Away, $"the donation {known.Path} is away: {reason}");
        if (_rules.CheckSize(quota, known.Path, volume, _donations.Remove(known)) is { } refusal) return refusal;
        var donation = known with
        {
            QuotaBytes = quota,
            ReserveBytes = volume.ReserveBytes,
            Returning = false,
            Drain = null,
            DeadlineMs = deadlineMs,
        };
        Save(donation);
        _accounts[donation.Id].EndPause();
        return Done(
            DonateOutcome.QuotaChanged, donation,
            $"the donation {known.Path} has {ByteSize.Format(quota)} now, not {ByteSize.Format(known.QuotaBytes)}");
    }

    private DonateResult StartReturn(Donation? known, string path, long? deadlineMs)
    {
        if (known is null)
            return DonateResult.Refused(
                DonateOutcome.NotFound, $"{path} is not a donation of this node: see `weightswarm donations`");
        var donation = known with { Returning = true, DeadlineMs = deadlineMs };
        Save(donation);
        return new DonateResult(
            DonateOutcome.ReturnStarted, donation,
            $"giving {known.Path} back: its slices are handed over to other nodes, then it is emptied", "");
    }

    private DonateResult Done(DonateOutcome outcome, Donation donation, string message)
    {
        var status = Status(donation);
        var missing = donation.QuotaBytes - status.UsedBytes - (status.VolumeFreeBytes - donation.ReserveBytes);
        var warning = "";
        if (status.UsedBytes > donation.QuotaBytes)
            warning = $"{ByteSize.Format(status.UsedBytes)} lie in {donation.Path}, more than the quota: what is too " +
                "much is handed over first";
        else if (missing > 0)
            warning = $"the volume of {donation.Path} has {ByteSize.Format(status.VolumeFreeBytes)} free, of which " +
                $"{ByteSize.Format(donation.ReserveBytes)} stay free: {ByteSize.Format(missing)} of the donation " +
                "cannot be used until there is more";
        return new DonateResult(outcome, donation, message, warning);
    }

    private string? WhyNotPrepared(Donation donation)
    {
        try
        {
            Directory.CreateDirectory(donation.Path);
            if (_volumes.Of(donation.Path) is { WhyNotWritable: { } reason }) return reason;
            DonationMarker.For(_self, donation.Id).Write(donation.Path);
            Directory.CreateDirectory(DonationFolder.Models(donation.Path));
            Directory.CreateDirectory(DonationFolder.Trash(donation.Path));
            Posix.SyncFolder(donation.Path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private void Save(Donation donation)
    {
        _store.Save(donation);
        var older = _donations.FirstOrDefault(d => d.Id == donation.Id);
        _donations = older is null ? _donations.Add(donation) : _donations.Replace(older, donation);
    }

    private DonationStatus Status(Donation donation)
    {
        var account = _accounts[donation.Id];
        var (state, reason, volume) = _rules.Examine(donation, account);
        if (volume is null) return AwayStatus(account, donation, reason);
        try
        {
            if (!account.Counted) account.Recount(donation.Path, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return AwayStatus(
                account, donation, $"{donation.Path} cannot be read ({e.Message}): check its disk, owner and modes");
        }
        var onVolume = _accounts.Values.Where(a => a.Device == volume.Device).Sum(a => a.ReservedBytes);
        var room = Math.Min(
            donation.QuotaBytes - account.UsedBytes - account.ReservedBytes,
            volume.FreeBytes - volume.ReserveBytes - onVolume);
        var rests = state == DonationState.Present && account.PauseLeft(Elapsed) > TimeSpan.Zero;
        return new DonationStatus(
            donation, state, rests ? Resting : reason, account.UsedBytes, account.ReservedBytes, volume.TotalBytes,
            volume.FreeBytes, state == DonationState.Present && !rests ? Math.Max(0, room) : 0)
        {
            Rests = rests,
        };
    }

    private TimeSpan Elapsed => _time.GetElapsedTime(_started);

    private static DonationStatus AwayStatus(DonationAccount account, Donation donation, string reason)
    {
        account.Distrust();
        return new DonationStatus(
            donation, DonationState.Away, reason, account.UsedBytes, account.ReservedBytes, 0, 0, RoomBytes: 0);
    }
}
