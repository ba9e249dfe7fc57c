using System.Globalization;

namespace Tessera.OrderHop;

/// <summary>One thing that is measured: the library on a broker, or the floor.</summary>
internal sealed record Contender(string Name, string Broker, string Address, int BrokerPid, bool Floor)
{
    public string Role(string service) => Floor ? "floor-" + service : service;
}

internal sealed record Options(
    string Postgres, int PostgresPid, IReadOnlyList<Contender> Contenders,
    int Orders, int Callers, int Rate, int Seconds, int Repetitions, string? Out)
{
    public static Options? Parse(string[] args)
    {
        var single = new Dictionary<string, string>();
        var contenders = new List<Contender>();
        var floor = false;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--floor") floor = true;
            else if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length) return null;
            else if (args[i] == "--broker") contenders.Add(new Contender(args[++i], args[i], "", 0, false));
            else if (args[i] == "--address" && contenders.Count > 0) contenders[^1] = contenders[^1] with { Address = args[++i] };
            else if (args[i] == "--broker-pid" && contenders.Count > 0) contenders[^1] = contenders[^1] with { BrokerPid = Number(args[++i]) };
            else single[args[i]] = args[++i];
        }
        if (floor && contenders.Find(contender => contender.Broker == "rabbitmq") is { } rabbit)
            contenders.Add(rabbit with { Name = "floor", Floor = true });
        if (!single.TryGetValue("--postgres", out var postgres) || contenders.Count == 0) return null;
        return new Options(postgres, Int("--postgres-pid", 0), contenders, Int("--orders", 20_000), Int("--callers", 64),
            Int("--rate", 200), Int("--seconds", 20), Int("--repetitions", 5), single.GetValueOrDefault("--out"));

        int Int(string name, int otherwise) => single.TryGetValue(name, out var text) ? Number(text) : otherwise;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
