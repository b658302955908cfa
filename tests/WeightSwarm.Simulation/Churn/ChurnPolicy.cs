namespace WeightSwarm.Simulation.Churn;

/// <summary>Who keeps the copies, and by what rules.</summary>
internal abstract class ChurnPolicy(ChurnWorld world)
{
    protected ChurnWorld World { get; } = world;
    protected int Target => World.Setting.Policy.Copies;

    public abstract string Name { get; }

    /// <summary>A fetch goes in steps of so many percent.</summary>
    public virtual int StepPercent => 10;

    /// <summary>For how long the copies of a node that is away count.</summary>
    public virtual long GraceMs(ChurnNode node) => World.Pace.GraceMs;

    /// <summary>The count of a slice may be another one.</summary>
    public abstract void SliceChanged(int slice);

    /// <summary>A node is there again; its records are known, some of them anew.</summary>
    public virtual void NodeCame(ChurnNode node, bool isNew)
    {
    }

    /// <summary>A node is missed.</summary>
    public virtual void NodeMissed(ChurnNode node)
    {
    }

    /// <summary>Whether the taker goes on with a fetch.</summary>
    public virtual bool StillWanted(Transfer transfer) => true;

    /// <summary>A fetch has ended, well or not, while its taker was on.</summary>
    public virtual void Fetched(Transfer transfer)
    {
    }

    /// <summary>The storm breaker has opened or closed.</summary>
    public virtual void StormChanged()
    {
    }

    /// <summary>Something that the policy has put into the queue.</summary>
    public virtual void Happen(ChurnHappening happening)
    {
    }
}
