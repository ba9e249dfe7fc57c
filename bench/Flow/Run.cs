using System.Globalization;
using Tessera.Bench;

namespace Tessera.Flow;

/// <summary>One line of the report: the measurements of one mode on one broker, which is new for it.</summary>
internal sealed class Run(Options options, string postgres, BrokerServer server, int repetition)
{
    private readonly Dictionary<string, object> _line = new()
    {
        ["mode"] = options.Mode, ["broker"] = server.Name, ["repetition"] = repetition,
    };

    private int _next;

    public Options Options => options;

    public BrokerServer Server => server;

    public Broker Broker { get; } = new(server.Name, server.Address);

    public IReadOnlyDictionary<string, object> Line => _line;

    public void Report(string name, double value, int digits = 0) => _line[name] = Math.Round(value, digits);

    /// <summary>The numbers of the next events of this broker: they go on from contender to contender.</summary>
    public int Next(int count) => (_next += count) - count;

    public int Published => _next;

    public Task<Database> CreateDatabaseAsync(string contender) =>
        Database.CreateAsync(postgres, $"flow_{options.Mode}_{server.Name}_{contender}");

    public Task<Node> StartAsync(string role, Database? database = null, bool frames = true) =>
        Node.StartAsync(role, Library.Settings(Broker, database?.Connection ?? "", frames));

    public Task FillOutboxAsync(Database database, int count) =>
        database.FillOutboxAsync(Broker, Next(count), count, options.Keys);

    /// <summary>The contenders in another order each time, so that a drift of the machine meets all of them.</summary>
    public async Task InTurnAsync(params Func<Task>[] contenders)
    {
        for (var i = 0; i < contenders.Length; i++) await contenders[(i + repetition - 1) % contenders.Length]();
    }
}

internal static class NodeCommands
{
    public static async Task<Span> QuietAsync(this Node node, int skip = 0) =>
        Span.Parse(await node.AskAsync(string.Create(CultureInfo.InvariantCulture, $"quiet {skip}"), "span "));

    public static async Task<Span> BegunAsync(this Node node) => Span.Parse(await node.AskAsync("begun", "span "));

    public static Task ClearAsync(this Node node) => node.AskAsync("clear", "done");

    public static Task ProduceAsync(this Node node, int first, int count, int keys) =>
        node.AskAsync(string.Create(CultureInfo.InvariantCulture, $"produce {first} {count} {keys}"), "done");

    public static Task PublishAsync(this Node node, int perSecond, int seconds, int first, int keys) =>
        node.AskAsync(
            string.Create(CultureInfo.InvariantCulture, $"publish {perSecond} {seconds} {first} {keys}"), "done");

    /// <summary>Waits until the node's relay has sent everything; the time from its first send to its last.</summary>
    public static async Task<Span> RelayedAsync(this Node node, Database database)
    {
        var span = await node.QuietAsync();
        while (await database.WaitingAsync() > 0)
        {
            await database.UntilEmptyAsync(TimeSpan.FromMilliseconds(250));
            span = await node.QuietAsync();
        }
        return span;
    }
}
