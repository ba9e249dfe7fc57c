using System.Globalization;

namespace Tessera.OrderHop;

/// <summary>One thing that is measured.</summary>
/// <param name="Kind">The prefix of its child processes' roles: none for the library, "grouped-" with the group commit,
/// "floor-" for the bare prototype.</param>
internal sealed record Contender(string Broker, string Address, int BrokerPid, string Kind = "")
{
    public string Name => Kind == "" ? Broker : $"{Broker}-{Kind.TrimEnd('-')}";

    public string Role(string service) => Kind + service;
}

internal sealed record Options(
    IReadOnlyList<string> Brokers, bool Floor, bool Grouped, int Orders,
    int Callers, int Rate, int Seconds, int Repetitions, string? Out)
{
    public static Options? Parse(string[] args)
    {
        var values = new Dictionary<string, string>();
        var (floor, grouped) = (false, false);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--floor") floor = true;
            else if (args[i] == "--grouped") grouped = true;
            else if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length) return null;
            else values[args[i]] = args[++i];
        }
        var brokers = values.GetValueOrDefault("--brokers", "rabbitmq").Split(',');
        return new Options(brokers, floor, grouped, Int("--orders", 20_000), Int("--callers", 64),
            Int("--rate", 200), Int("--seconds", 20), Int("--repetitions", 5), values.GetValueOrDefault("--out"));

        int Int(string name, int otherwise) =>
            values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }
}
