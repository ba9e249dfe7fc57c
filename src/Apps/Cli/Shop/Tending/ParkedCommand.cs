using System.CommandLine;
using System.Text.Json;
using Tessera.Cli.Logs;

namespace Tessera.Cli.Shop;

/// <summary>The messages that a service could not handle: seen, tried again, or thrown away by an
/// operator's decision.</summary>
internal static class ParkedCommand
{
    private const int PageMax = 1_000;

    public static Command Create() => new("parked", "Show, replay or discard messages that a service could not handle.")
    {
        CreateShow(), CreateAct("replay", "Handle parked messages again, in order.", "will be handled again"),
        CreateAct(
            "discard", "Throw parked messages away for good; who did it, why, and what it was, is recorded.",
            "discarded"),
    };

    private static Command CreateShow()
    {
        var options = new ParkedOptions();
        var json = new Option<bool>("--json") { Description = "For programs, with the messages' content." };
        var causes = new Option<bool>("--causes") { Description = "Grouped by what went wrong." };
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
        var command = new Command("show", "Show what is parked, where and why.") { json, causes, limit, after };
        command.Aliases.Add("list");
        options.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var (filter, place) = (options.Read(parsed), parsed.GetValue(after));
            if (place is not null && filter.Service is null)
                throw new UserError("--after goes on with one service's list: name it by --service.", ExitCodes.Usage);
            _ = Numbers.InRange(parsed.GetValue(limit), 1, int.MaxValue, "--limit");
            using var store = options.OpenStore(parsed);
            var services = await ServicesWithMessages.OfAsync(store, filter.Service, stop);
            return parsed.GetValue(causes)
                ? await ParkedByCause.ShowAsync(store, services, parsed.GetValue(json), stop)
                : await ShowAsync(store, services, filter, place, parsed.GetValue(limit), parsed.GetValue(json), stop);
        });
        return command;
    }

    private static Command CreateAct(string act, string description, string outcome)
    {
        var options = new ParkedOptions();
        var all = new Option<bool>("--all") { Description = "All of them." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say how many it would be." };
        var json = new Option<bool>("--json") { Description = "For programs." };
        var reason = new Option<string?>("--reason")
        {
            Description = "Why; it is recorded with who did it and what it was.",
            HelpName = "WORDS",
        };
        var command = new Command(act, description) { all, dryRun, reason, json };
        var body = new Option<string?>("--body")
        {
            Description = "Handle the one message of --event with this body instead, as a new, recorded event.",
            HelpName = "FILE",
        };
        if (act == "replay") command.Add(body);
        options.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var filter = options.Read(parsed);
            if (filter.IsEmpty && !parsed.GetValue(all))
            {
                throw new UserError(
                    $"Say which to {act}: --event, --key, --stream, --type, --cause, --from, --to or --all.",
                    ExitCodes.Usage);
            }
            if (act == "discard" && !parsed.GetValue(dryRun) && string.IsNullOrWhiteSpace(parsed.GetValue(reason)))
                throw new UserError("Say why they are thrown away: --reason WORDS.", ExitCodes.Usage);
            using var store = options.OpenStore(parsed);
            var services = await ServicesWithMessages.OfAsync(store, filter.Service, stop);
            if (act == "replay" && parsed.GetValue(body) is { } file)
            {
                if (parsed.GetValue(dryRun))
                    throw new UserError("--body has no --dry-run: it concerns one message.", ExitCodes.Usage);
                return await ChangedReplay.RunAsync(
                    store, services, filter, file, parsed.GetValue(reason), parsed.GetValue(json), stop);
            }
            return await ActAsync(
                store, services, filter, new Act(act, outcome, parsed.GetValue(all), parsed.GetValue(dryRun),
                    parsed.GetValue(reason)), parsed.GetValue(json), stop);
        });
        return command;
    }

    private static async Task<int> ShowAsync(
        Store store, IReadOnlyList<string> services, ParkedFilter filter, string? after, int limit, bool json,
        CancellationToken stop)
    {
        var found = new Dictionary<string, IReadOnlyList<JsonElement>>();
        foreach (var service in services)
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
                Console.WriteLine($"    {Text(item, "reason")}");
            }
        }
        if (found.Values.All(items => items.Count == 0)) Console.WriteLine("Nothing is parked.");
        return ExitCodes.Ok;
    }

    /// <summary>Page by page: a service shows a thousand at a time.</summary>
    private static async Task<(IReadOnlyList<JsonElement> Items, string? Next)> ReadAsync(
        Store store, string service, ParkedFilter filter, string? after, int limit, CancellationToken stop)
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
        Store store, IReadOnlyList<string> services, ParkedFilter filter, Act act, bool json, CancellationToken stop)
    {
        var counts = new Dictionary<string, int>();
        foreach (var service in services)
        {
            var body = new
            {
                filter.Stream, filter.Key, filter.EventId, filter.Type, filter.Cause, filter.From, filter.To,
                act.All, act.DryRun, Note = act.Reason,
                // So that a retry of the request is the same act.
                Act = Guid.CreateVersion7(),
            };
            var answer = await store.Client.PostAsync(
                $"/api/v1/services/{service}/messaging/parked/{act.Name}", body,
                await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess) throw new UserError($"{service} did not do it: {answer.Problem()}");
            counts[service] = answer.Read<Outcome>().Messages;
        }
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { act = act.Name, dryRun = act.DryRun, messages = counts }));
            return ExitCodes.Ok;
        }
        foreach (var (service, count) in counts.Where(each => each.Value > 0))
            Console.WriteLine($"{service}: {count} {(act.DryRun ? "would be concerned" : act.Outcome)}");
        if (counts.Values.All(count => count == 0)) Console.WriteLine("Nothing that is parked matches.");
        return ExitCodes.Ok;
    }

    internal static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) ? PlainLine.Of(value.ToString().ReplaceLineEndings(" ")) : "";

    private sealed record Page(IReadOnlyList<JsonElement> Items, string? Next);

    private sealed record Outcome(int Messages);

    private sealed record Act(string Name, string Outcome, bool All, bool DryRun, string? Reason);
}
