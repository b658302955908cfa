using System.Globalization;
using System.Text.Json;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>The chance of loss within a year, as <c>health</c> shows it.</summary>
internal static class LossText
{
    private const double Least = 1e-9;

    /// <summary>"1 in 40,000"; a dash where it is not estimated.</summary>
    public static string Of(ModelHealth model) =>
        !model.HasLossWithinAYear ? "-" : model.Risk == "lost" ? "lost now" : Of(model.LossWithinAYear);

    /// <summary>Two figures at most, for a chance from 0 to 1: the estimate is no better.</summary>
    public static string Of(double chance) =>
        chance < Least ? "less than 1 in 1,000,000,000"
        : chance < 0.095 ? $"1 in {Number(Rounded(1 / chance))}"
        : chance < 0.995 ? $"{Number(Math.Round(100 * chance))} in 100"
        : "almost certain";

    /// <summary>What the chances rest on.</summary>
    public static string Basis(LifetimeInfo lifetime) => lifetime.Days == 0
        ? $"chance of loss: {lifetime.Words}"
        : $"chance of loss: {lifetime.Words}, independently of others; see docs/durability.md";

    /// <summary>The same for programs; nothing when a daemon did not say.</summary>
    public static void WriteLifetime(Utf8JsonWriter json, LifetimeInfo? lifetime)
    {
        if (lifetime is null) return;
        json.WriteStartObject("lifetime");
        if (lifetime.Days > 0) json.WriteNumber("days", lifetime.Days);
        else json.WriteNull("days");
        json.WriteBoolean("measured", lifetime.Measured);
        json.WriteNumber("nodes", lifetime.Nodes);
        json.WriteNumber("departed", lifetime.Departed);
        json.WriteNumber("observed_days", lifetime.ObservedDays);
        json.WriteString("words", lifetime.Words);
        json.WriteEndObject();
    }

    private static double Rounded(double number)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(number)) - 1));
        return Math.Round(number / unit) * unit;
    }

    private static string Number(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
