using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using WeightSwarm.Node.Linux;

namespace WeightSwarm.Node.Scrub;

/// <summary>The calls of Linux that reading gently needs. See open(2), ioprio_set(2), setpriority(2).</summary>
internal static class ScrubCalls
{
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800;
    private const int ThisThread = 1;   // IOPRIO_WHO_PROCESS, which with id 0 is the calling thread
    private const int IdleClass = 3 << 13, LowestOfNormal = 2 << 13 | 7;
    private const int Process = 0;      // PRIO_PROCESS, likewise
    private const int Nicest = 19;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static int Direct => IsArm ? 0x10000 : 0x4000;

    private static int NoFollow => IsArm ? 0x8000 : 0x20000;

    private static int SetIoPriority => IsArm ? 30 : 251;

    /// <summary>Opens for reading; null and the error number where the system says no.</summary>
    public static SafeFileHandle? Open(string path, bool followLinks, bool pastCache, out int error)
    {
        var flags = CloseOnExec | NonBlocking | (pastCache ? Direct : 0) | (followLinks ? 0 : NoFollow);
        var descriptor = Libc.Open(path, flags, 0);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>
    /// From now on the disk serves this thread after everybody else, and so does the processor. Only a request: a
    /// system that refuses it changes nothing.
    /// </summary>
    /// <param name="idle">Only when nobody else wants the disk; else the lowest of the normal ones.</param>
    public static void BeModest(bool idle)
    {
        _ = Libc.Syscall(SetIoPriority, ThisThread, 0, idle ? IdleClass : LowestOfNormal);
        if (idle) _ = Libc.SetPriority(Process, 0, Nicest);
    }
}
