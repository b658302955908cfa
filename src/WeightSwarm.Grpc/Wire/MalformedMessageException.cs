namespace Grpc.Wire;

/// <summary>
/// Behind the status of a read: the peer sent whole bytes that no peer may send. A transport that fails, a message that
/// was cut short and a status that the peer gave never have it.
/// </summary>
public sealed class MalformedMessageException(string message, Exception? innerException = null)
    : Exception(message, innerException);
