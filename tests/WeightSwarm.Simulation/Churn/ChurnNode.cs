using System.Buffers.Binary;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>One machine: what it is, and what the others believe of it.</summary>
internal sealed class ChurnNode
{
    public ChurnNode(int number, ulong seed, Habit habit, long donatedBytes)
    {
        (Number, Habit, DonatedBytes, FreeBytes) = (number, habit, donatedBytes, donatedBytes);
        Span<byte> name = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(name, seed);
        BinaryPrimitives.WriteInt32BigEndian(name[8..], number);
        Id = new NodeId(Hash256.Of(name));
        Digest = Rendezvous.NodeDigest(Id);
        PassPhaseMs = (long)(Digest % (ulong)ChurnSetting.Minute);
    }

    public int Number { get; }
    public NodeId Id { get; }
    public ulong Digest { get; }
    public Habit Habit { get; }
    public long DonatedBytes { get; }

    /// <summary>It is on.</summary>
    public bool On { get; set; }
    /// <summary>On by its habit, whatever the story has done to it.</summary>
    public bool WouldBeOn { get; set; }
    public bool Dead { get; set; }
    /// <summary>The story keeps it off.</summary>
    public bool IsKeptOff { get; set; }
    public long OnSinceMs { get; set; }
    public long OffSinceMs { get; set; }
    /// <summary>Grows when it goes or comes: timers of an earlier absence are void.</summary>
    public int Spell { get; set; }
    /// <summary>As the others have it; <see cref="Standing.Lost"/> once its lease is over.</summary>
    public Standing Standing { get; set; } = Standing.Lost;
    /// <summary>It fell silent with many others, no longer online and still recent.</summary>
    public bool IsStruck { get; set; }
    public bool IsForgotten { get; set; } = true;

    /// <summary>Room for more; what is being fetched is taken off.</summary>
    public long FreeBytes { get; set; }
    /// <summary>As it said with its last lease.</summary>
    public long SaidFreeBytes { get; set; }
    /// <summary>What lies on its disk.</summary>
    public List<int> Held { get; } = [];
    public List<Transfer> Fetching { get; } = [];
    public int Uploads { get; set; }

    /// <summary>Its planner runs each minute at this moment of it.</summary>
    public long PassPhaseMs { get; }
    public long NextPassMs { get; set; } = long.MaxValue;
    public long LastPassMs { get; set; } = long.MinValue / 2;
    /// <summary>Open deficits in whose order it stands near the front, and when it is to look at each again.</summary>
    public Dictionary<int, long> Near { get; } = [];
    /// <summary>It may open no further claim now, unless on a last copy.</summary>
    public bool IsBusy { get; set; }
    /// <summary>Nor on a last copy.</summary>
    public bool IsFull { get; set; }

    /// <summary>The room that its record shows.</summary>
    public long ShownBytes => Quantity.Quantise(Math.Max(0, FreeBytes));

    public bool IsPresent => Standing == Standing.Present;
}

/// <summary>One slice on its way to a node.</summary>
internal sealed class Transfer
{
    public required int Slice { get; init; }
    public required int Taker { get; init; }
    public ulong Score { get; init; }
    /// <summary>Since when the copy was wanted so much, and could be had.</summary>
    public long WantedSinceMs { get; init; }
    public Urgency Urgency { get; init; }
    public int Source { get; set; } = -1;
    public int Percent { get; set; }
    public long ProgressAtMs { get; set; }
    public bool Ended { get; set; }
}

/// <summary>One slice: who is believed to hold it, counted, and how it really is.</summary>
internal sealed class ChurnSlice
{
    /// <summary>Nodes whose statement that they hold it is in force.</summary>
    public List<int> Holders { get; } = [];
    public List<Transfer> Claims { get; } = [];
    public int Durable { get; set; }
    public int Recent { get; set; }
    public int Online { get; set; }
    /// <summary>Of the recent ones those that fell silent with many others.</summary>
    public int Struck { get; set; }
    /// <summary>Holders that nobody misses.</summary>
    public int Present { get; set; }
    /// <summary>Copies on machines that are really on.</summary>
    public int ReallyOn { get; set; }
    /// <summary>Copies that still exist.</summary>
    public int Alive { get; set; }
    public long AliveSinceMs { get; set; }
    public long UnreachableSinceMs { get; set; } = -1;
    public bool IsLost { get; set; }
}
