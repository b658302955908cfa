namespace Grpc.Core;

/// <summary>Base of generated clients.</summary>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    /// <summary>For test doubles: a client that cannot call.</summary>
    protected ClientBase()
    {
    }

    /// <summary>A client on a channel.</summary>
    protected ClientBase(ChannelBase channel)
        : base(channel)
    {
    }

    /// <summary>A client on an invoker.</summary>
    protected ClientBase(CallInvoker callInvoker)
        : base(callInvoker)
    {
    }

    /// <summary>A client from a configuration.</summary>
    protected ClientBase(ClientBaseConfiguration configuration)
        : base(configuration)
    {
    }

    /// <summary>The same client with another authority in its requests.</summary>
    public T WithHost(string host) => NewInstance(new ClientBaseConfiguration(CallInvoker, host));

    /// <summary>Makes another instance.</summary>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}

/// <summary>Base of generated clients, without their type.</summary>
public abstract class ClientBase
{
    private readonly CallInvoker? _callInvoker;

    /// <summary>For test doubles: a client that cannot call.</summary>
    protected ClientBase()
    {
    }

    /// <summary>A client on a channel.</summary>
    protected ClientBase(ChannelBase channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _callInvoker = channel.CreateCallInvoker();
    }

    /// <summary>A client on an invoker.</summary>
    protected ClientBase(CallInvoker callInvoker) =>
        _callInvoker = callInvoker ?? throw new ArgumentNullException(nameof(callInvoker));

    /// <summary>A client from a configuration.</summary>
    protected ClientBase(ClientBaseConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _callInvoker = new HostCallInvoker(configuration.CallInvoker, configuration.Host);
    }

    /// <summary>What makes the calls.</summary>
    /// <exception cref="InvalidOperationException">The client was made without one.</exception>
    protected CallInvoker CallInvoker =>
        _callInvoker ?? throw new InvalidOperationException("this client has no channel: it is a test double");

    /// <summary>What a client is made from.</summary>
    protected internal sealed class ClientBaseConfiguration
    {
        internal ClientBaseConfiguration(CallInvoker callInvoker, string host)
        {
            CallInvoker = callInvoker;
            Host = host;
        }

        internal CallInvoker CallInvoker { get; }

        internal string Host { get; }
    }
}
