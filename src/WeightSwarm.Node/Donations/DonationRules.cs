using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Donations;

/// <summary>
/// What a folder must be to become a donation. Looks only; null means that nothing speaks against it.
/// </summary>
internal sealed class DonationRules(NodeId self, string stateFolder, IVolumes volumes)
{
    /// <summary>The one folder inside the state folder that may be donated, and the default.</summary>
    internal string DefaultPath { get; } = Path.Combine(DonationPaths.Resolve(stateFolder), "donation");

    private readonly string _state = DonationPaths.Resolve(stateFolder);

    /// <summary>Against nesting, in other donations and in the daemon's own files.</summary>
    internal DonateResult? CheckOverlap(string path, ImmutableArray<Donation> others)
    {
        foreach (var other in others)
        {
            if (DonationPaths.IsWithin(path, other.Path))
                return Overlap($"{path} lies inside the donation {other.Path}: change that one's size instead");
            if (DonationPaths.IsWithin(other.Path, path))
                return Overlap($"{path} contains the donation {other.Path}: donations may not nest; choose a " +
                    "folder beside it");
        }
        if (DonationPaths.IsWithin(_state, path))
            return Overlap($"{path} contains the daemon's state folder {_state}: donate a folder inside it, such " +
                $"as {path}/weightswarm");
        if (DonationPaths.IsWithin(path, _state) && !DonationPaths.IsWithin(path, DefaultPath))
            return Overlap($"{path} lies among the daemon's own files in {_state}: donate {DefaultPath}, or a " +
                "folder elsewhere");
        return null;
    }

    /// <summary>Against a quota that the volume can never hold, with what else is donated on it.</summary>
    internal DonateResult? CheckSize(long quotaBytes, string path, VolumeFacts volume, ImmutableArray<Donation> others)
    {
        var elsewhere = others.Where(o => volumes.Of(o.Path)?.Device == volume.Device).Sum(o => o.QuotaBytes);
        var most = Math.Max(0, volume.TotalBytes - volume.ReserveBytes - elsewhere);
        if (quotaBytes <= most) return null;
        var beside = elsewhere == 0 ? "" : $" and {ByteSize.Format(elsewhere)} of it are donated already";
        return DonateResult.Refused(
            DonateOutcome.TooLargeForVolume,
            $"{ByteSize.Format(quotaBytes)} do not fit on the volume of {path}: it has " +
            $"{ByteSize.Format(volume.TotalBytes)}, of which {ByteSize.Format(volume.ReserveBytes)} stay free" +
            $"{beside}. Donate at most {ByteSize.Format(most)} ({most} bytes)");
    }

    /// <summary>Against folders that are another node's, or hold somebody's files where ours would lie.</summary>
    internal DonateResult? CheckContents(string path, ImmutableArray<Donation> others, out Guid? ownId)
    {
        ownId = null;
        if (!Directory.Exists(path)) return Path.Exists(path) ? NotAFolder(path) : null;
        DonationMarker? marker;
        try
        {
            marker = DonationMarker.Read(path);
        }
        catch (InvalidDataException e)
        {
            return NotOurs($"{e.Message}. If no other node uses {path}, delete that file and donate again");
        }
        if (marker is null) return CheckUnmarked(path);
        if (marker.Node != self.ToString())
            return NotOurs(
                $"{path} is donated to the node {marker.Node} and not to this one ({self}): choose another " +
                "folder, or give it back there first. If that node is gone for good, delete " +
                $"{DonationMarker.PathIn(path)}, and models/ and trash/ there");
        if (others.FirstOrDefault(o => o.Id == marker.Donation) is { } same)
            return Overlap($"{path} is the donation {same.Path} under another name, or a copy of it: change that " +
                "one's size instead");
        ownId = marker.Donation;
        return null;
    }

    /// <summary>Whether the donation can be used now; away says why, with the remedy.</summary>
    internal (DonationState State, string Reason, VolumeFacts? Volume) Examine(
        Donation donation, DonationAccount account)
    {
        var path = donation.Path;
        if (volumes.Of(path) is not { } volume)
            return Away($"the folder {path} is not there: mount its volume, or give it back with `weightswarm " +
                $"donate 0 {path}`");
        if (WhyNotMarked(donation) is { } why) return Away(why);
        if (!account.IsOn(volume.Device))
            return Away(
                $"{path} lies on another volume than before: mount the right one, or confirm the new one with " +
                $"`weightswarm donate {donation.QuotaBytes} {path}`");
        if (volume.WhyNotWritable is { } reason)
            return Away($"{path} cannot be written ({reason}): mount it read-write, and check its owner and mode");
        if (donation.Returning) return (DonationState.Returning, "", volume);
        return donation.Drain is { } drain
            ? (DonationState.Draining, $"{drain.Reason}: {Remedy(donation)}", volume)
            : (DonationState.Present, "", volume);
    }

    /// <summary>Null when the folder carries the donation's own marker.</summary>
    internal string? WhyNotMarked(Donation donation)
    {
        var path = DonationMarker.PathIn(donation.Path);
        try
        {
            var marker = DonationMarker.Read(donation.Path);
            if (marker is null)
                return $"{path} is missing: the volume of {donation.Path} is not mounted, or another one is in " +
                    "its place";
            if (marker.Node != self.ToString() || marker.Donation != donation.Id)
                return $"{path} belongs to another donation (of node {marker.Node}): mount the right volume at " +
                    $"{donation.Path}";
            return null;
        }
        catch (InvalidDataException e)
        {
            return $"{e.Message}. Mount the right volume at {donation.Path}, or put the marker file back";
        }
    }

    private static string Remedy(Donation donation) =>
        $"replace the disk, and give the folder back with `weightswarm donate 0 {donation.Path}`; or, if the disk is " +
        $"sound, `weightswarm donate {donation.QuotaBytes} {donation.Path}`";

    private static DonateResult? CheckUnmarked(string path)
    {
        string[] ours = [DonationFolder.Models(path), DonationFolder.Trash(path), DonationFolder.Quarantine(path)];
        foreach (var folder in ours)
            if (File.Exists(folder) || Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
                return NotOurs(
                    $"{folder} is there and no marker says that it is this node's: choose a folder without it, or " +
                    "move it away");
        return null;
    }

    private static (DonationState, string, VolumeFacts?) Away(string reason) => (DonationState.Away, reason, null);

    private static DonateResult Overlap(string message) => DonateResult.Refused(DonateOutcome.Overlaps, message);

    private static DonateResult NotOurs(string message) => DonateResult.Refused(DonateOutcome.NotOurs, message);

    private static DonateResult NotAFolder(string path) =>
        DonateResult.Refused(DonateOutcome.BadPath, $"{path} is not a folder: choose another path");
}
