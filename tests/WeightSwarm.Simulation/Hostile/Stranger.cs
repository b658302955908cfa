using Google.Protobuf;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Simulation.World;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.Hostile;

/// <summary>
/// A peer that is no member: it dials one node, greets, and sends what it is given as fast as it is let; thrown out, it
/// comes again at once.
/// </summary>
internal sealed class Stranger : IHostile
{
    private const long StepMs = 10;

    private readonly SimWorld _world;
    private readonly int _number, _victim, _bytesPerStep;
    private readonly Func<Frame> _next;
    private SessionId? _session;
    private bool _dialling, _stopped;

    /// <param name="world">Where it is.</param>
    /// <param name="number">The node whose place and key it has.</param>
    /// <param name="victim">Whom it dials.</param>
    /// <param name="bytesPerSecond">What it sends at most.</param>
    /// <param name="next">Makes the next frame.</param>
    public Stranger(SimWorld world, int number, int victim, int bytesPerSecond, Func<Frame> next)
    {
        (_world, _number, _victim, _next) = (world, number, victim, next);
        _bytesPerStep = (int)(bytesPerSecond * StepMs / 1000);
        world.Nodes[number].Hostile = this;
        Turn();
    }

    /// <summary>Bytes that it has sent.</summary>
    public long Sent { get; private set; }

    /// <summary>It sends no more.</summary>
    public void Stop() => _stopped = true;

    public void Happened(CoreInput input)
    {
        switch (input)
        {
            case CoreInput.SessionOpened opened:
                (_session, _dialling) = (opened.Session, false);
                _world.Net.Send(_number, opened.Session, new Frame
                {
                    Hello = new Hello { NetworkId = ByteString.CopyFrom(_world.Network.Hash.ToArray()), Protocol = 1 },
                });
                break;
            case CoreInput.SessionClosed: _session = null; break;
            case CoreInput.DialFailed: _dialling = false; break;
        }
    }

    public void Arrived(SessionId session, Frame frame)
    {
        if (frame.KindCase == Frame.KindOneofCase.Close) _session = null;
    }

    private void Turn()
    {
        if (_stopped) return;
        if (_session is null && !_dialling)
        {
            _dialling = true;
            _world.Net.Dial(_number, _world.Net.AddressOf(_victim), null);
        }
        for (var left = _bytesPerStep; _session is { } open && left > 0;)
        {
            var frame = _next();
            _world.Net.Send(_number, open, frame);
            var size = frame.CalculateSize();
            (left, Sent) = (left - size, Sent + size);
        }
        _world.In(StepMs, Turn);
    }
}
