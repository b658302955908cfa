using System.CommandLine;
using System.CommandLine.Parsing;
using WeightSwarm.Node.Control;

namespace WeightSwarm.Cli.Commands;

/// <summary>Options and arguments that several verbs take, and the parsers of their values.</summary>
internal static class CommonOptions
{
    /// <summary>The argument MODEL.</summary>
    public static Argument<string> Model() => new("MODEL")
    {
        Description = "Name, name@revision, or the first 8 or more characters of an info-hash",
    };

    /// <summary>A number of copies; 0 when it is not given.</summary>
    public static Option<uint> Copies(string description)
    {
        var option = new Option<uint>("--copies") { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count != 1) return;
            var text = result.Tokens[0].Value;
            if (uint.TryParse(text, out var copies) && copies is >= 1 and <= 64) return;
            result.AddError($"--copies takes a number from 1 to 64, not '{text}'");
        });
        return option;
    }

    /// <summary>Makes the option read a size.</summary>
    public static Option<ulong> Size(Option<ulong> option)
    {
        option.CustomParser = ParseSize;
        return option;
    }

    /// <summary>The option --deadline: seconds, 0 when it is not given.</summary>
    public static Option<ulong> Deadline() => new("--deadline")
    {
        Description = "After this time, such as 36h or 7d, what has to go goes without waiting for copies elsewhere",
        HelpName = "DURATION",
        CustomParser = ParseDuration,
    };

    /// <summary>Reads a duration such as 90s, 30min, 36h or 7d as seconds, or reports what is wrong with it.</summary>
    public static ulong ParseDuration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var seconds = text[digits..] switch { "s" => 1UL, "min" => 60UL, "h" => 3600UL, "d" => 86_400UL, _ => 0UL };
        if (seconds > 0 && uint.TryParse(text[..digits], out var number) && number > 0) return number * seconds;
        result.AddError($"'{text}' is not a duration: write a number with s, min, h or d, such as 36h");
        return 0;
    }

    /// <summary>Reads a size such as 500GB or 64MiB, or reports what is wrong with it.</summary>
    public static ulong ParseSize(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (SizeText.TryParse(text, out var bytes)) return bytes;
        result.AddError($"'{text}' is not a size: write a number with a unit, such as 500GB or 64MiB");
        return 0;
    }
}
