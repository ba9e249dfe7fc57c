using System.Globalization;

namespace Tessera.Flow;

/// <param name="Keys">Keys that take turns; the events of one key are this far apart.</param>
/// <param name="Stop">Stop the broker where the run would otherwise pause it.</param>
internal sealed record Options(
    string Mode, IReadOnlyList<string> Brokers, int Events, int Keys,
    int Rate, int Seconds, bool Stop, int Repetitions, string? Out)
{
    private static readonly string[] Modes = ["relay", "consume", "drain", "away"];

    /// <summary>Events before each measurement that are not measured: connections, prepared statements,
    /// compiled code.</summary>
    public int WarmUp => Math.Clamp(Events / 5, 1, 20_000);

    public static Options? Parse(string[] args)
    {
        if (args.Length == 0 || !Modes.Contains(args[0])) return null;
        var values = new Dictionary<string, string>();
        var stop = false;
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--stop") stop = true;
            else if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length) return null;
            else values[args[i]] = args[++i];
        }
        return new Options(args[0], values.GetValueOrDefault("--brokers", "rabbitmq,redis,kafka").Split(','),
            Int("--events", 100_000), Int("--keys", 10_000), Int("--rate", 500), Int("--seconds", 60), stop,
            Int("--repetitions", 3), values.GetValueOrDefault("--out"));

        int Int(string name, int otherwise) =>
            values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }
}
