using System.Globalization;
using Spectre.Console;
using Tessera.Cli.Logs;
using Tessera.Stories;

namespace Tessera.Cli.Shop;

/// <summary>What waits where: each service's outbox, park and subscriptions, as the services tell
/// an operator.</summary>
internal static class MessagingTables
{
    /// <summary>Of each service what it says, or why it says nothing.</summary>
    public static async Task<IReadOnlyDictionary<string, Told<MessagingStatus>>> ReadAsync(
        Store store, IEnumerable<string> services, CancellationToken stop)
    {
        var told = new Dictionary<string, Told<MessagingStatus>>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            var answer = await store.Client.GetAsync(
                $"/api/v1/services/{service}/messaging/status", await store.Scripts.TokenAsync(stop), stop);
            told[service] = answer.IsSuccess
                ? new Told<MessagingStatus>(answer.Read<MessagingStatus>())
                : new Told<MessagingStatus>(null, answer.Problem());
        }
        return told;
    }

    public static void Show(IReadOnlyDictionary<string, Told<MessagingStatus>> told)
    {
        var outboxes = new Table().Border(TableBorder.Simple);
        outboxes.AddColumns("service", "unsent", "oldest unsent", "held keys", "parked", "timers", "handled last");
        var subscriptions = new Table().Border(TableBorder.Simple);
        subscriptions.AddColumns(
            "subscription", "broker", "unread messages", "oldest unread", "partitions and their readers");
        foreach (var (service, each) in told)
        {
            if (each.Value is not { } status)
            {
                outboxes.AddRow(service, Markup.Escape(each.Fault ?? ""));
                continue;
            }
            outboxes.AddRow(
                service, Text(status.Outbox.Rows), Age(status.Outbox.OldestSeconds), Text(status.Outbox.HeldKeys),
                $"{status.Parked.Messages} in {status.Parked.Keys} keys",
                Text(status.Timers) + (status.TimersOverdueSeconds is { } late ? $", overdue for {Age(late)}" : ""),
                status.HandledSeconds is null ? "" : $"{Age(status.HandledSeconds)} ago");
            foreach (var subscription in status.Subscriptions)
            {
                subscriptions.AddRow(
                    $"{Markup.Escape(subscription.Stream)} → {service}", Markup.Escape(subscription.Broker),
                    subscription.Unread is { } unread ? Text(unread) : Markup.Escape(
                        PlainLine.Of(subscription.Unavailable ?? "not told")),
                    Age(subscription.OldestUnreadSeconds),
                    Markup.Escape(string.Join(
                        "  ", subscription.Partitions.Select(one => $"{one.Partition}: {one.Owner ?? "nobody"}"))));
            }
        }
        AnsiConsole.Write(outboxes);
        AnsiConsole.Write(subscriptions);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Age(double? seconds) =>
        seconds is { } age ? string.Create(CultureInfo.InvariantCulture, $"{age:0.0} s") : "";
}
