using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Simulation.Churn;

/// <summary>
/// Slices on their way. A transfer goes in steps; each step comes from the holder with the fewest uploads among those
/// who are on, at its uplink shared among them.
/// </summary>
internal sealed partial class ChurnWorld
{
    public void Fetch(ChurnNode taker, int slice, ulong score, Urgency urgency, long wantedSinceMs)
    {
        var transfer = new Transfer
        {
            Slice = slice,
            Taker = taker.Number,
            Score = score,
            Urgency = urgency,
            WantedSinceMs = wantedSinceMs,
            ProgressAtMs = NowMs,
        };
        taker.Fetching.Add(transfer);
        taker.FreeBytes -= ChurnSetting.SliceBytes;
        Slices[slice].Claims.Add(transfer);
        Figures.Started(NowMs);
        _queue.At(NowMs + 2 * ChurnSetting.Second, ChurnEvent.Chunk, slice, 0, transfer);
        Policy.SliceChanged(slice);
    }

    private void Chunk(Transfer transfer)
    {
        if (transfer.Ended) return;
        Receive(transfer);
        if (transfer.Percent >= 100)
        {
            Complete(transfer);
            return;
        }
        if (!Policy.StillWanted(transfer) || NowMs - transfer.ProgressAtMs > Setting.PatienceMs)
        {
            GiveUp(transfer);
            return;
        }
        Ask(transfer);
    }

    private void Receive(Transfer transfer)
    {
        if (transfer.Source < 0) return;
        var source = Nodes[transfer.Source];
        source.Uploads--;
        transfer.Source = -1;
        transfer.ProgressAtMs = NowMs;
        // Who went in the middle of a step may not have sent it.
        if (!source.On || !source.Held.Contains(transfer.Slice)) return;
        transfer.Percent += Policy.StepPercent;
        Figures.RepairedBytes += ChurnSetting.SliceBytes * Policy.StepPercent / 100;
    }

    private void Ask(Transfer transfer)
    {
        ChurnNode? best = null;
        foreach (var holder in Slices[transfer.Slice].Holders)
            if (Nodes[holder].On && (best is null || Nodes[holder].Uploads < best.Uploads))
                best = Nodes[holder];
        if (best is null)
        {
            Wait(transfer);
            return;
        }
        transfer.Source = best.Number;
        best.Uploads++;
        var bits = ChurnSetting.SliceBytes * 8 * Policy.StepPercent / 100;
        var took = bits * best.Uploads / (Setting.UpBitsPerSecond / 1_000);
        _queue.At(NowMs + took, ChurnEvent.Chunk, transfer.Slice, 0, transfer);
    }

    /// <summary>Nobody who has it is on. The others lose their patience at a moment of their own.</summary>
    private void Wait(Transfer transfer)
    {
        Policy.SliceChanged(transfer.Slice);
        var next = NowMs + ChurnSetting.Minute;
        foreach (var patience in (ReadOnlySpan<long>)[Pace.U0.ClaimTtlMs, Pace.U1.ClaimTtlMs])
            if (transfer.ProgressAtMs + patience >= NowMs)
                next = Math.Min(next, transfer.ProgressAtMs + patience + 1);
        _queue.At(next, ChurnEvent.Chunk, transfer.Slice, 0, transfer);
    }

    private void Complete(Transfer transfer)
    {
        var taker = Nodes[transfer.Taker];
        End(transfer);
        Slices[transfer.Slice].Claims.Remove(transfer);
        taker.Fetching.Remove(transfer);
        AddCopy(taker, transfer.Slice);
        Figures.Done++;
        Figures.Repairs[(int)transfer.Urgency].Add(NowMs - transfer.WantedSinceMs);
        Policy.SliceChanged(transfer.Slice);
        Policy.Fetched(transfer);
    }

    private void GiveUp(Transfer transfer)
    {
        Break(transfer);
        Drop(transfer);
        Policy.Fetched(transfer);
    }

    /// <summary>It stops; the claim stands until the taker takes it back, or is missed.</summary>
    private void Break(Transfer transfer)
    {
        if (transfer.Ended) return;
        End(transfer);
        Figures.GivenUp++;
        Figures.WastedBytes += ChurnSetting.SliceBytes * transfer.Percent / 100;
        Nodes[transfer.Taker].FreeBytes += ChurnSetting.SliceBytes;
    }

    private void Drop(Transfer transfer)
    {
        Nodes[transfer.Taker].Fetching.Remove(transfer);
        if (Slices[transfer.Slice].Claims.Remove(transfer)) Policy.SliceChanged(transfer.Slice);
    }

    private void End(Transfer transfer)
    {
        (transfer.Ended, transfer.ProgressAtMs) = (true, NowMs);
        if (transfer.Source >= 0) Nodes[transfer.Source].Uploads--;
        transfer.Source = -1;
    }
}
