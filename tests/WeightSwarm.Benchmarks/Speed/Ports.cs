using System.Net;
using System.Net.Sockets;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>For clients that do not say when they listen.</summary>
internal static class Ports
{
    /// <summary>Waits until somebody accepts connections there.</summary>
    public static async Task ListensAsync(IPEndPoint address, PeerProcess peer)
    {
        while (!await AnswersAsync(address))
        {
            if (peer.HasEnded) throw new InvalidOperationException($"nobody listens on {address}: {peer.Tail}");
            await Pause.BeforeLookingAgainAsync();
        }
    }

    private static async Task<bool> AnswersAsync(IPEndPoint address)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
