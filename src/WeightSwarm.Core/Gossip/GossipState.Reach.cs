using System.Net;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// Whether this node can be dialled. A peer that it dials tries the way back, once on each stream, and says how that
/// went (as libp2p's AutoNAT does). One that came through outweighs all that did not: a liar can hide nobody for whom a
/// single honest peer speaks.
/// </summary>
internal sealed partial class GossipState
{
    private bool _reached, _unreached;

    /// <summary>Peers have tried to dial this node, and none came through.</summary>
    public bool IsHidden => _unreached && !_reached;

    /// <summary>This node has another address: what was tried before counts no more.</summary>
    public void ForgetReach() => _reached = _unreached = false;

    /// <summary>The peer was dialled back.</summary>
    public void Knocked(CoreInput.Knocked input)
    {
        if (!_sessions.ContainsKey(input.Session)) return;
        _outbox.Send(input.Session, new V1.Frame { Reached = new V1.Reached { Dialled = input.Answered } });
    }

    /// <summary>On loopback there is no router to be behind.</summary>
    private void TryReach(Session session, V1.Hello hello)
    {
        if (session.Outbound || IPAddress.IsLoopback(session.Remote.Address)) return;
        _reached = true;
        if (hello.GossipPort is 0 or > 65535) return;
        var address = new IPEndPoint(session.Remote.Address, (int)hello.GossipPort);
        _outbox.Add(new CoreOutput.Knock(session.Id, session.Peer, address));
    }

    private void OnReached(Session session, V1.Reached reached)
    {
        if (!session.Outbound) return;
        _reached |= reached.Dialled;
        _unreached |= !reached.Dialled;
    }
}
