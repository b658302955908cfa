using System.Collections.Immutable;
using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// One node: a real core, and a driver that carries out its outputs on the simulated disk, network and clock.
/// </summary>
internal sealed class SimNode
{
    private readonly SimWorld _world;
    private readonly SimKey _key;
    private SwarmCore? _core;
    private long _monotonicBaseMs;

    public SimNode(SimWorld world, int number, long quotaBytes)
    {
        _world = world;
        Number = number;
        _key = new SimKey(world.Seed, number);
        Disk = new SimDisk(quotaBytes);
        Transfers = new Transfers(world, this);
    }

    public int Number { get; }
    public NodeId Id => _key.Id;
    public SimDisk Disk { get; }
    public Transfers Transfers { get; }
    /// <summary>Counts the starts and stops: what was planned in another life does not happen.</summary>
    public int Life { get; private set; }
    public bool Up => _core is not null;
    /// <summary>False after a power cut: nothing answers, not even with a refusal.</summary>
    public bool HostUp { get; private set; } = true;
    /// <summary>How far the wall clock is off, ms.</summary>
    public long ClockOffsetMs { get; set; }
    /// <summary>Addresses to try at the next start.</summary>
    public ImmutableArray<IPEndPoint> Bootstrap { get; set; } = [];
    public SwarmCore Core => _core ?? throw new InvalidOperationException($"node {Number} is down");
    public Instant Now => new(_world.NowMs + _monotonicBaseMs, SimWorld.EpochUnixMs + _world.NowMs + ClockOffsetMs);

    public void Start()
    {
        HostUp = true;
        Life++;
        _world.Net.Reset(Number);
        _monotonicBaseMs = 1_000 + _world.Random.Below(1_000_000) - _world.NowMs;
        _world.Log.Say(_world.NowMs, Number, $"starts as {Id.Brief}");
        var secret = new byte[32];
        _world.Random.Split().Fill(secret);
        _core = new SwarmCore(
            new CoreParts(_world.Network, _key, _key, Disk, _world.Random.Next(), secret), Now);
        Handle(new CoreInput.Restored([.. Disk.Records.Values.Select(r => r.Bytes)]), EventKind.Start);
        Describe();
        Transfers.TellRoom();
        foreach (var held in Disk.Intact.Keys.GroupBy(k => k.Model))
            Handle(new CoreInput.SlicesHeld(held.Key, SliceSet.Of(held.Select(k => k.Slice)),
                held.Any(k => Disk.Intact[k] == 0)), EventKind.Start);
        if (Bootstrap.Length > 0) Handle(new CoreInput.Bootstrap(Bootstrap), EventKind.Start);
        var life = Life;
        _world.In(_world.Random.Below(_world.TickMs), () => Tick(life));
    }

    /// <summary>The process, or with it the host, ends now.</summary>
    public void Stop(bool hostToo)
    {
        _world.Log.Add(_world.NowMs, Number, EventKind.Stop);
        _world.Log.Say(_world.NowMs, Number, hostToo ? "loses power" : "is killed");
        Life++;
        _core = null;
        HostUp = !hostToo;
        Transfers.DropAll();
        _world.Net.Vanish(Number, warned: !hostToo);
    }

    public void Describe(bool draining = false) => Handle(new CoreInput.Described(new SelfDescription(
        [(Net.AddressOf(Number).Address, 7000, 7001)], "", "", draining, "sim", Now.UnixMs)), EventKind.Start);

    public void Arrive(SessionId session, Frame frame, byte[] bytes)
    {
        if (!Up) return;
        _world.Log.Add(_world.NowMs, Number, EventKind.Frame, bytes);
        Carry(Core.Handle(new CoreInput.FrameArrived(session, frame), Now));
    }

    public void Handle(CoreInput input, EventKind kind)
    {
        if (!Up) return;
        _world.Log.Add(_world.NowMs, Number, kind);
        Carry(Core.Handle(input, Now));
    }

    private void Tick(int life)
    {
        if (Life != life) return;
        Handle(new CoreInput.Tick(), EventKind.Tick);
        Oracle.AfterTick(this);
        _world.In(_world.TickMs, () => Tick(life));
    }

    private void Carry(IReadOnlyList<CoreOutput> outputs)
    {
        foreach (var output in outputs) Carry(output);
    }

    private void Carry(CoreOutput output)
    {
        switch (output)
        {
            case CoreOutput.Send send: _world.Net.Send(Number, send.Session, send.Frame); break;
            case CoreOutput.Dial dial: _world.Net.Dial(Number, dial.Address, dial.Peer); break;
            case CoreOutput.Close close:
                _world.Log.Say(_world.NowMs, Number, $"closes stream {close.Session.Value}: {close.Reason}");
                _world.Metrics.Closed(close.Reason);
                _world.Net.Close(Number, close.Session, close.Reason);
                break;
            case CoreOutput.Persist persist: Keep(persist.Record); break;
            case CoreOutput.Forget forget: Forget(forget.Record); break;
            case CoreOutput.StartFetch start: Transfers.Start(start.Model, start.Slice); break;
            case CoreOutput.StopFetch stop: Transfers.Stop(stop.Model, stop.Slice); break;
            case CoreOutput.AskReceipt ask: _world.Releases.Challenge(this, ask); break;
            case CoreOutput.MoveToTrash release: _world.Releases.GiveUp(this, release); break;
            case CoreOutput.Content: break;
        }
    }

    private void Keep(Record record)
    {
        Span<byte> id = stackalloc byte[32];
        record.Id.CopyTo(id);
        _world.Log.Add(_world.NowMs, Number, EventKind.Persist, id);
        if (_world.Log.Traced) _world.Log.Say(_world.NowMs, Number, "keeps " + Words.Of(_world, record));
        _world.Oracle.Accepted(this, record);
        _world.Metrics.Accepted(this, record);
        Disk.Keep(record);
    }

    private void Forget(Record record)
    {
        Span<byte> id = stackalloc byte[32];
        record.Id.CopyTo(id);
        _world.Log.Add(_world.NowMs, Number, EventKind.Forget, id);
        if (_world.Log.Traced) _world.Log.Say(_world.NowMs, Number, "forgets " + Words.Of(_world, record));
        Disk.Forget(record);
    }
}
