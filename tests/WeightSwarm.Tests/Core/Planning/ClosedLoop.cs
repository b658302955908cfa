using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>What a <see cref="ClosedLoop"/> is made of; times in milliseconds.</summary>
internal sealed record LoopSetting
{
    public required ulong Seed { get; init; }
    public required int Nodes { get; init; }
    public int Slices { get; init; } = 1;
    public long SliceBytes { get; init; } = 64 << 20;
    public int Copies { get; init; } = 3;
    public Pace Pace { get; init; } = Pace.Drill;
    public long Room { get; init; } = 10_000_000_000;
    /// <summary>Room of node 0, which holds everything at the start.</summary>
    public long FirstRoom { get; init; } = 10_000_000_000;
    public int FirstHolders { get; init; } = 1;
    public long LongestDelayMs { get; init; } = 600;
    public long TransferMs { get; init; } = 2_000;
    public long PlanMs { get; init; } = 200;
    public long SkewMs { get; init; }
    /// <summary>Of a hundred other nodes, how many a view lacks as candidates: it believes them full.</summary>
    public int MissingPercent { get; init; }
    /// <summary>Of a hundred nodes, how many are dead and still believed present.</summary>
    public int DeadPercent { get; init; }
    /// <summary>Nodes in different parts hear nothing of each other, though they believe each other present.</summary>
    public int Parts { get; init; } = 1;
    /// <summary>The autonomous system and the country that each node says it is in; empty: none says.</summary>
    public ImmutableArray<(uint Asn, string Country)> Places { get; init; } = [];
}

/// <summary>
/// Some planners in one closed loop under virtual time: each sees claims and holdings of the others after a random
/// delay, plans, claims, fetches for a fixed time, and cancels when told. It counts what was claimed and completed.
/// </summary>
internal sealed class ClosedLoop
{
    private readonly LoopSetting _setting;
    private readonly SplitMix64 _random;
    private readonly Member[] _members;
    private readonly Entry _entry;
    private readonly PriorityQueue<Action, (long, long)> _mail = new();
    private long _now = 1_000_000, _letters;

    public ClosedLoop(LoopSetting setting)
    {
        _setting = setting;
        _random = new SplitMix64(setting.Seed);
        _entry = Swarm.Model((int)setting.Seed, setting.Slices, setting.SliceBytes);
        _members = [.. Enumerable.Range(0, setting.Nodes).Select(n => new Member(n, setting, _random))];
        foreach (var holder in _members.Take(setting.FirstHolders)) HoldEverything(holder);
        StartMs = _now;
    }

    public long StartMs { get; }
    public int ClaimsMade { get; private set; }
    public int Cancelled { get; private set; }
    public int Completed { get; private set; }
    /// <summary>When each claim was made, since the start.</summary>
    public List<long> ClaimTimes { get; } = [];

    /// <summary>Copies of each slice that exist.</summary>
    public IReadOnlyList<int> CopiesBySlice =>
        [.. Enumerable.Range(0, _setting.Slices).Select(s => _members.Count(m => m.Held.Contains(s)))];

    /// <summary>The most copies that any slice has in one autonomous system or country.</summary>
    public int MostIn(Func<(uint Asn, string Country), bool> place) => Enumerable.Range(0, _setting.Slices)
        .Max(s => _members.Count(m => place(_setting.Places[m.Number]) && m.Held.Contains(s)));

    /// <summary>Slices that a node has.</summary>
    public int HeldBy(int node) => _members[node].Held.Count;

    /// <summary>Open claims of all nodes.</summary>
    public int OpenClaims => _members.Sum(m => m.Fetching.Count);

    public long ElapsedMs => _now - StartMs;

    /// <summary>The view of the first node.</summary>
    public SwarmView ViewOfAll() => ViewOf(_members[0]);

    /// <summary>Lets the time go by.</summary>
    public void Run(long ms)
    {
        for (var end = _now + ms; _now < end; _now += 50)
        {
            while (_mail.TryPeek(out _, out var due) && due.Item1 <= _now) _mail.Dequeue()();
            foreach (var member in _members.Where(m => !m.Dead)) Finish(member);
            foreach (var member in _members.Where(m => !m.Dead && m.NextPlanMs <= _now)) PlanAt(member);
        }
    }

    private void HoldEverything(Member holder)
    {
        holder.Dead = false;
        for (var slice = 0; slice < _setting.Slices; slice++)
        {
            holder.Held.Add(slice);
            foreach (var member in _members) member.KnownHeld.Add((holder.Number, slice));
        }
    }

    private void PlanAt(Member member)
    {
        member.NextPlanMs += _setting.PlanMs;
        var own = new OwnSituation
        {
            RoomBytes = member.Room,
            DonatedBytes = member.Room,
            Fetching = OfModel(SliceSet.Of(member.Fetching.Keys)),
            Held = OfModel(SliceSet.Of(member.Held)),
        };
        foreach (var step in member.Planner.Plan(ViewOf(member), own, new Instant(_now, _now)).Steps)
        {
            if (step.Action == PlanAction.Take) Take(member, step);
            if (step.Action == PlanAction.Cancel) Cancel(member, step.Slice);
        }
    }

    private ImmutableSortedDictionary<Hash256, SliceSet> OfModel(SliceSet slices) =>
        ImmutableSortedDictionary<Hash256, SliceSet>.Empty.Add(_entry.ModelId, slices);

    private void Take(Member member, PlanStep step)
    {
        ClaimsMade++;
        ClaimTimes.Add(ElapsedMs);
        member.Fetching.Add(step.Slice, _now + _setting.TransferMs);
        member.Room -= step.Bytes;
        var claim = new SliceClaim(Swarm.Id(member.Number), step.Slice, 0, step.Score, 0, _now);
        Tell(member, m => m.KnownClaims[(step.Slice, member.Number)] = claim with { ProgressAtMs = _now });
        TellRoom(member);
    }

    private void Cancel(Member member, int slice)
    {
        Cancelled++;
        member.Fetching.Remove(slice);
        member.Room += _setting.SliceBytes;
        Tell(member, m => m.KnownClaims.Remove((slice, member.Number)));
        TellRoom(member);
    }

    private void Finish(Member member)
    {
        foreach (var slice in member.Fetching.Where(f => f.Value <= _now).Select(f => f.Key).ToList())
        {
            Completed++;
            member.Fetching.Remove(slice);
            member.Held.Add(slice);
            Tell(member, m =>
            {
                m.KnownHeld.Add((member.Number, slice));
                m.KnownClaims.Remove((slice, member.Number));
            });
        }
    }

    /// <summary>The author knows at once; everybody else of its part after a delay of its own, in order.</summary>
    private void Tell(Member author, Action<Member> news)
    {
        news(author);
        foreach (var reader in _members)
        {
            if (reader == author || reader.Number % _setting.Parts != author.Number % _setting.Parts) continue;
            var due = Math.Max(_now + _random.Below(_setting.LongestDelayMs + 1), author.LastLetter[reader.Number]);
            author.LastLetter[reader.Number] = due;
            _mail.Enqueue(() => news(reader), (due, _letters++));
        }
    }

    private DomainRule Domains => _setting.Places.IsEmpty ? DomainRule.Node : DomainRule.Subnet;

    private SwarmView ViewOf(Member member) => new()
    {
        Version = _now,
        Self = Swarm.Id(member.Number),
        Policy = new Policy(_setting.Copies, _setting.Pace, Domains, _setting.SliceBytes),
        EpochSalt = Hash256.Of(BitConverter.GetBytes(_setting.Seed)),
        Nodes = member.Nodes ??= NodesOf(member),
        Models =
        [
            new ModelView(
                _entry,
                [.. member.KnownHeld.GroupBy(h => h.Node).Select(g => new Holder(
                    Swarm.Id(g.Key), SliceSet.Of(g.Select(h => h.Slice)), SliceSet.Empty, false))],
                [.. member.KnownClaims.Values]),
        ],
    };

    private ImmutableSortedDictionary<NodeId, NodeView> NodesOf(Member member) =>
        _members.ToImmutableSortedDictionary(m => Swarm.Id(m.Number), m => new NodeView
        {
            Id = Swarm.Id(m.Number),
            DonatedBytes = _setting.Room,
            FreeBytes = m != member && member.Lacks.Contains(m.Number) ? 0 : member.KnownRoom[m.Number],
            Asn = _setting.Places.IsEmpty ? 0 : _setting.Places[m.Number].Asn,
            Country = _setting.Places.IsEmpty ? "" : _setting.Places[m.Number].Country,
        });

    private void TellRoom(Member member)
    {
        var room = member.Room;
        Tell(member, m =>
        {
            m.KnownRoom[member.Number] = room;
            m.Nodes = null;
        });
    }

    private sealed class Member
    {
        public Member(int number, LoopSetting setting, SplitMix64 random)
        {
            Number = number;
            Room = number < setting.FirstHolders ? setting.FirstRoom : setting.Room;
            KnownRoom = [.. Enumerable.Range(0, setting.Nodes).Select(n =>
                n < setting.FirstHolders ? setting.FirstRoom : setting.Room)];
            LastLetter = new long[setting.Nodes];
            Dead = random.Below(100) < setting.DeadPercent;
            NextPlanMs = 1_000_000 + random.Below(setting.PlanMs) + random.Below(setting.SkewMs + 1);
            Lacks = [.. Enumerable.Range(setting.FirstHolders, setting.Nodes - setting.FirstHolders)
                .Where(_ => random.Below(100) < setting.MissingPercent)];
        }

        public int Number { get; }
        public Planner Planner { get; } = new();
        public bool Dead { get; set; }
        public long Room { get; set; }
        public long NextPlanMs { get; set; }
        public SortedSet<int> Lacks { get; }
        public SortedSet<int> Held { get; } = [];
        public SortedDictionary<int, long> Fetching { get; } = [];
        public SortedSet<(int Node, int Slice)> KnownHeld { get; } = [];
        public SortedDictionary<(int Slice, int Node), SliceClaim> KnownClaims { get; } = [];
        public long[] KnownRoom { get; }
        public ImmutableSortedDictionary<NodeId, NodeView>? Nodes { get; set; }
        public long[] LastLetter { get; }
    }
}
