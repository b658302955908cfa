using System.Text.Json;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>What a node says of who holds what, as `why` prints it.</summary>
internal static class HeldSlices
{
    /// <summary>Indexes of the slices of which a node says that a node holds them; none of a model that it does not
    /// know.</summary>
    /// <param name="asked">Whose word it is.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="holder">Of whom it is said.</param>
    /// <param name="claims">Those that the holder only fetches, instead.</param>
    public static async Task<SortedSet<int>> OfAsync(
        DaemonProcess asked, string model, DaemonProcess holder, bool claims = false)
    {
        var why = await asked.RunAsync("why", model);
        if (why.ExitCode == 3) return [];
        return
        [
            .. why.Succeeded().Json.GetProperty("slices").EnumerateArray()
                .Where(slice => slice.GetProperty("copies").EnumerateArray().Any(copy => IsOf(copy, holder.Id, claims)))
                .Select(slice => slice.GetProperty("slice").GetInt32()),
        ];
    }

    private static bool IsOf(JsonElement copy, string node, bool claim) =>
        copy.GetProperty("node_id").GetString() == node && copy.GetProperty("claim").GetBoolean() == claim;
}
