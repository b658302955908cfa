using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Hostile;

/// <summary>All nodes of one owner, who acts through them.</summary>
internal sealed class Crowd
{
    private const int FirstClaimers = 8, MostBesiegers = 60;
    private const long RenewMs = 6 * 3_600_000;

    /// <summary>How often squatters look for slices to claim.</summary>
    public const long SquatMs = 10_000;

    private readonly SimWorld _world;
    private readonly int _honest;
    private readonly List<SybilNode> _nodes = [];
    private bool _gone;

    /// <summary>Every node of the world from a number on belongs to the crowd.</summary>
    /// <param name="world">Where they are.</param>
    /// <param name="honest">So many nodes are honest, the first ones.</param>
    /// <param name="networks">The crowd has addresses in so many networks of 256.</param>
    public Crowd(SimWorld world, int honest, int networks)
    {
        (_world, _honest) = (world, honest);
        for (var i = 0; honest + i < world.Nodes.Length; i++)
        {
            // Networks in as many wider networks as there are, each of them apart from the honest nodes'.
            var network = i % networks;
            world.Net.Settle(honest + i, new IPAddress(
                [(byte)(100 + network / 256 % 100), (byte)network, (byte)(network / 256), (byte)(1 + i / networks)]));
        }
    }

    public IReadOnlyList<SybilNode> Nodes => _nodes;

    /// <summary>They come, spread over a time, each with some streams to honest nodes.</summary>
    public void Come(long overMs, int streams)
    {
        for (var number = _honest; number < _world.Nodes.Length; number++)
        {
            var node = new SybilNode(_world, number);
            _nodes.Add(node);
            _world.In(_world.Random.Below(overMs), () => Come(node, streams));
        }
    }

    /// <summary>Everybody claims all slices of a model at once, and says a while later that it holds them.</summary>
    public void Take(Entry entry, long afterMs)
    {
        foreach (var node in _nodes.Take(FirstClaimers))
            for (var slice = 0; slice < entry.Slices; slice++)
                node.SayClaim(entry, slice, 1);
        _world.In(afterMs, () => _nodes.ForEach(n => n.SayHolding(entry)));
    }

    /// <summary>
    /// From now on all of them claim every slice that too few hold as soon as they see it, say so again every two
    /// minutes, and now and then that they began anew; or, if they lie about it, that they get on and on, and what
    /// they have by now.
    /// </summary>
    public void Squat(bool lies = false)
    {
        const int perRound = 12;
        var claimed = new SortedDictionary<(Hash256, int), int>();
        var look = 0;
        Look();

        void Look()
        {
            if (_gone) return;
            foreach (var entry in _world.Entries)
                for (var slice = 0; slice < entry.Slices; slice++)
                    if (_world.Oracle.Holders(entry.ModelId, slice).Count < _world.Policy.Copies &&
                        (claimed.TryAdd((entry.ModelId, slice), look) || look % perRound == 0))
                        foreach (var node in _nodes)
                            Say(node, entry, slice, look / perRound - claimed[(entry.ModelId, slice)] / perRound);
            look++;
            _world.In(SquatMs, Look);
        }

        void Say(SybilNode node, Entry entry, int slice, int round)
        {
            if (lies) node.SayClaim(entry, slice, Math.Min(99, round + 1), PartsOf(entry, slice, round + 1));
            else node.SayClaim(entry, slice, look / perRound % 5 == 4 ? 0 : 1);
        }
    }

    /// <summary>So many percent of a slice, from its beginning.</summary>
    private static PartMap PartsOf(Entry entry, int slice, int percent)
    {
        var pieces = new bool[entry.PiecesOf(slice).Count];
        pieces.AsSpan(0, Math.Min(pieces.Length, pieces.Length * percent / 100 + 1)).Fill(true);
        return PartMap.Of(pieces);
    }

    /// <summary>Whoever of them monitors an honest node says that it is down.</summary>
    public void Slander()
    {
        var all = _world.Nodes.Select(n => n.Id).ToList();
        foreach (var subject in _world.Nodes.Take(_honest))
        {
            var monitors = Monitors.Of(subject.Id, all);
            foreach (var node in _nodes.Where(n => monitors.Contains(n.Id))) node.SayDown(subject.Id);
        }
    }

    /// <summary>So many of them as it would ever let in connect to a node within its first seconds.</summary>
    public void Besiege(int victim)
    {
        foreach (var node in _nodes.Take(MostBesiegers)) _world.In(_world.Random.Below(3_000), () => node.Dial(victim));
    }

    /// <summary>All of them are gone at once.</summary>
    public void Vanish()
    {
        _gone = true;
        foreach (var node in _nodes)
        {
            _world.Nodes[node.Number].Hostile = null;
            _world.Stop(node.Number, hostToo: true);
        }
    }

    private void Come(SybilNode node, int streams)
    {
        if (_gone) return;
        node.SayNode();
        for (var i = 0; i < streams; i++) node.Dial((int)_world.Random.Below(_honest));
        _world.In(RenewMs, () => Renew(node));
    }

    private void Renew(SybilNode node)
    {
        if (_gone) return;
        node.SayAgain();
        _world.In(RenewMs, () => Renew(node));
    }
}
