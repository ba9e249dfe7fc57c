using System.CommandLine;
using System.Text.Json;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shop;

/// <summary>The messages that a service could not handle: seen, tried again, or thrown away by an
/// operator's decision.</summary>
internal static class ParkedCommand
{
    private const int PageMax = 1_000;

    public static Command Create() => new("parked", "List, replay or discard messages that a service could not handle.")
    {
        CreateList(), CreateAct("replay", "Handle parked messages again, in order.", "will be handled again"),
        CreateAct(
            "discard", "Throw parked messages away for good; who did it, and what it was, is recorded.", "discarded"),
    };

    private static Command CreateList()
    {
        var options = new Options();
        var json = new Option<bool>("--json") { Description = "For programs, with the messages' content." };
        var limit = new Option<int>("--limit")
        {
            Description = "At most so many of each service.",
            HelpName = "N",
            DefaultValueFactory = _ => 100,
        };
        var after = new Option<string?>("--after")
        {
            Description = "Go on behind where a list of one --service ended; what it named there.",
            HelpName = "PLACE",
        };
        var command = new Command("list", "Show what is parked, where and why.") { json, limit, after };
        options.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var (filter, place) = (options.Read(parsed), parsed.GetValue(after));
            if (place is not null && filter.Service is null)
                throw new UserError("--after goes on with one service's list: name it by --service.", ExitCodes.Usage);
            if (parsed.GetValue(limit) is < 1 and var few)
                throw new UserError($"--limit is {few}; at least 1 is shown.", ExitCodes.Usage);
            using var store = options.OpenStore(parsed);
            return await ListAsync(store, filter, place, parsed.GetValue(limit), parsed.GetValue(json), stop);
        });
        return command;
    }

    private static Command CreateAct(string act, string description, string outcome)
    {
        var options = new Options();
        var all = new Option<bool>("--all") { Description = "All of them." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say how many it would be." };
        var command = new Command(act, description) { all, dryRun };
        options.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var filter = options.Read(parsed);
            if (filter is { Stream: null, Key: null, EventId: null } && !parsed.GetValue(all))
                throw new UserError($"Say which to {act}: --event, --key, --stream or --all.", ExitCodes.Usage);
            using var store = options.OpenStore(parsed);
            return await ActAsync(store, filter, act, outcome, parsed.GetValue(all), parsed.GetValue(dryRun), stop);
        });
        return command;
    }

    private static async Task<int> ListAsync(
        Store store, Filter filter, string? after, int limit, bool json, CancellationToken stop)
    {
        var found = new Dictionary<string, IReadOnlyList<JsonElement>>();
        foreach (var service in Services(store, filter))
        {
            var (items, next) = await ReadAsync(store, service, filter, after, limit, stop);
            found[service] = items;
            if (next is not null)
            {
                Console.Error.WriteLine(
                    $"{service} has more than {limit}: go on by --service {service} --after {next}");
            }
        }
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(found));
            return ExitCodes.Ok;
        }
        foreach (var (service, items) in found)
        {
            foreach (var item in items)
            {
                Console.WriteLine($"{service}  {Text(item, "stream")} {Text(item, "key")}  {Text(item, "type")}  " +
                    $"{Text(item, "eventId")}  attempts {Text(item, "attempts")}, parked {Text(item, "parkedAt")}");
                Console.WriteLine($"    {Text(item, "reason").ReplaceLineEndings(" ")}");
            }
        }
        if (found.Values.All(items => items.Count == 0)) Console.WriteLine("Nothing is parked.");
        return ExitCodes.Ok;
    }

    /// <summary>Page by page: a service shows a thousand at a time.</summary>
    private static async Task<(IReadOnlyList<JsonElement> Items, string? Next)> ReadAsync(
        Store store, string service, Filter filter, string? after, int limit, CancellationToken stop)
    {
        var items = new List<JsonElement>();
        do
        {
            var path = $"/api/v1/services/{service}/messaging/parked?limit={Math.Min(limit - items.Count, PageMax)}"
                + filter.Query() + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}");
            var answer = await store.Client.GetAsync(path, await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess) throw new UserError($"{service} did not say what is parked: {answer.Problem()}");
            var page = answer.Read<Page>();
            items.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null && items.Count < limit);
        return (items, after);
    }

    private static async Task<int> ActAsync(
        Store store, Filter filter, string act, string outcome, bool all, bool dryRun, CancellationToken stop)
    {
        var total = 0;
        foreach (var service in Services(store, filter))
        {
            var body = new { filter.Stream, filter.Key, filter.EventId, All = all, DryRun = dryRun };
            var answer = await store.Client.PostAsync(
                $"/api/v1/services/{service}/messaging/parked/{act}", body,
                await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess) throw new UserError($"{service} did not do it: {answer.Problem()}");
            var count = answer.Read<Outcome>().Messages;
            total += count;
            if (count > 0) Console.WriteLine($"{service}: {count} {(dryRun ? "would be concerned" : outcome)}");
        }
        if (total == 0) Console.WriteLine("Nothing that is parked matches.");
        return ExitCodes.Ok;
    }

    private static IReadOnlyList<string> Services(Store store, Filter filter)
    {
        if (filter.Service is { } named) return [named];
        var running = store.Folder.ReadState()?.Services.Select(service => service.Service)
            ?? SourceTree.Interfaces().Select(name => name.ToLowerInvariant());
        return SourceTree.WithData(running);
    }

    private static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) ? value.ToString() : "";

    private sealed record Page(IReadOnlyList<JsonElement> Items, string? Next);

    private sealed record Outcome(int Messages);

    private sealed record Filter(string? Service, string? Stream, string? Key, Guid? EventId)
    {
        public string Query() =>
            (Stream is null ? "" : $"&stream={Uri.EscapeDataString(Stream)}")
            + (Key is null ? "" : $"&key={Uri.EscapeDataString(Key)}")
            + (EventId is null ? "" : $"&eventId={EventId}");
    }

    private sealed class Options
    {
        private readonly Option<string> _data = UpOptions.Data();
        private readonly Option<Uri?> _gateway = Store.GatewayOption();
        private readonly Option<string?> _service =
            new("--service") { Description = "Only in this service.", HelpName = "NAME" };
        private readonly Option<string?> _stream =
            new("--stream") { Description = "Only of this stream.", HelpName = "NAME" };
        private readonly Option<string?> _key =
            new("--key") { Description = "Only of this key, such as an order's id.", HelpName = "KEY" };
        private readonly Option<Guid?> _event = new("--event") { Description = "Only this event.", HelpName = "ID" };

        public void AddTo(Command command)
        {
            Option[] options = [_service, _stream, _key, _event, _data, _gateway];
            foreach (var option in options) command.Add(option);
        }

        public Filter Read(ParseResult parsed) =>
            new(parsed.GetValue(_service), parsed.GetValue(_stream), parsed.GetValue(_key), parsed.GetValue(_event));

        public Store OpenStore(ParseResult parsed) =>
            Store.Open(parsed.GetRequiredValue(_data), parsed.GetValue(_gateway), TimeProvider.System);
    }
}
