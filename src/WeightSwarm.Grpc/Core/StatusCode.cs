namespace Grpc.Core;

/// <summary>How a call ended. Numbers are those of the gRPC specification and travel as "grpc-status".</summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The caller cancelled the call.</summary>
    Cancelled = 1,

    /// <summary>An error that says nothing about itself, such as an exception in a handler.</summary>
    Unknown = 2,

    /// <summary>The request is wrong, whatever the state of the server.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call ended.</summary>
    DeadlineExceeded = 4,

    /// <summary>The thing that was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>The thing to be created exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A limit was reached: a message size, a quota, a rate.</summary>
    ResourceExhausted = 8,

    /// <summary>The server is not in the state that the operation needs.</summary>
    FailedPrecondition = 9,

    /// <summary>The operation lost a race and may be tried again as a whole.</summary>
    Aborted = 10,

    /// <summary>The operation went past the end.</summary>
    OutOfRange = 11,

    /// <summary>The server has no such method, or not this feature of it.</summary>
    Unimplemented = 12,

    /// <summary>A rule of the protocol was broken, on either side.</summary>
    Internal = 13,

    /// <summary>The peer cannot be reached now; trying again may help.</summary>
    Unavailable = 14,

    /// <summary>Data was lost beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known.</summary>
    Unauthenticated = 16,
}
