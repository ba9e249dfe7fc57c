using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tessera.Cli.Logs;
using Tessera.Cli.Up;
using Tessera.Stories;

namespace Tessera.Cli.Shop;

/// <summary>The story of one order: what happened to it in each service, and what it waits for.</summary>
internal static class OrderCommand
{
    /// <summary>A service that is stopped must not hold up what the others know.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create() => Create(patience);

    /// <param name="within">How long a service may take to answer.</param>
    internal static Command Create(TimeSpan within)
    {
        var id = new Argument<Guid>("id") { Description = "The order's number." };
        var asJson = new Option<bool>("--json") { Description = "For programs." };
        var (data, gateway) = (UpOptions.Data(), Store.GatewayOption());
        var command = new Command(
            "order", "Tell an order's story over all services: what happened, what it waits for, and who must act.")
        {
            id, asJson, data, gateway,
        };
        command.SetAction(async (parsed, stop) =>
        {
            using var store = Store.Open(
                parsed.GetRequiredValue(data), parsed.GetValue(gateway), TimeProvider.System, within);
            var order = parsed.GetRequiredValue(id);
            var sources = await StorySources.ReadAsync(new AskThroughGateway(store), order, stop);
            var story = TellStory.From(sources, TimeProvider.System.GetUtcNow())
                ?? throw new UserError($"There is no order {order}.");
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                parsed.GetValue(asJson) ? JsonSerializer.Serialize(story, json) : Tell(story));
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static string Tell(OrderStory story)
    {
        var text = new List<string>
        {
            $"Order {story.Id}: {Words.Of(story.State)}{(story.Reason is { } why ? $" ({why})" : "")}",
            $"{Words.Money(story.TotalMinor, story.Currency)}, buyer {story.Buyer}"
                + (story.Reference is { } mark ? $", reference {mark}" : "")
                + (story.TraceId is { } trace ? $", trace {trace}" : ""),
            "",
        };
        var day = default(DateOnly);
        foreach (var moment in story.Moments)
        {
            var on = DateOnly.FromDateTime(moment.At.UtcDateTime);
            if (on != day) text.Add(on.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + " (UTC)");
            day = on;
            text.Add(LineOf(moment) + (moment.TraceId is { } its && its != story.TraceId ? $"  trace {its}" : ""));
        }
        text.Add("");
        if (story.Waits.Count == 0) text.Add("It waits for nothing: it has come to its end.");
        foreach (var wait in story.Waits) text.AddRange(LinesOf(wait));
        if (story.Silent.Count > 0) text.Add($"Not told, for they do not answer: {string.Join(", ", story.Silent)}");
        return string.Join(Environment.NewLine, text.Select(PlainLine.Of));
    }

    private static string LineOf(StoryMoment moment)
    {
        var after = (moment.Detail is { } detail ? $": {detail.ReplaceLineEndings(" ")}" : "")
            + (moment.Took is { } took ? $", {Seconds(took)} on its way" : "")
            + (moment.ClockAhead is { } ahead ? $", its cause later: that clock is ahead by {Seconds(ahead)}" : "")
            + (moment.Event is { } said ? $"  → {Words.Event(said.Type)} ({said.Status})" : "")
            + (moment.Actor is { } actor ? $"  by {actor}" : "");
        return $"  {Time(moment.At)}  {(moment.IsTrouble ? "!" : " ")} {moment.Service,-9}  {moment.What}{after}";
    }

    private static IEnumerable<string> LinesOf(StoryWait wait)
    {
        yield return $"{(wait.IsTrouble ? "STUCK" : "waits")}: {wait.What.ReplaceLineEndings(" ")}"
            + (wait.Since is { } since ? $", since {Time(since)}" : "")
            + (wait.Until is { } until ? $", until {Time(until)}" : "");
        yield return $"       {(wait.Who == "nobody" ? "Nobody must act" : $"An {wait.Who} must act")}: {wait.Act}";
    }

    private static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
