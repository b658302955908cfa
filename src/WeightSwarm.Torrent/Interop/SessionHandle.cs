using System.Runtime.InteropServices;

namespace WeightSwarm.Torrent.Interop;

/// <summary>A native session. Calls under way keep it alive; destroying it waits for libtorrent's threads.</summary>
internal sealed class SessionHandle : SafeHandle
{
    public SessionHandle(nint session) : base(0, ownsHandle: true) => SetHandle(session);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.ws_session_destroy(handle);
        return true;
    }
}
