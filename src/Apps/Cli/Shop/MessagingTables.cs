using System.Globalization;
using Spectre.Console;

namespace Tessera.Cli.Shop;

/// <summary>What waits where: each service's outbox, park and subscriptions, as the services tell
/// an operator.</summary>
internal static class MessagingTables
{
    public static async Task ShowAsync(Store store, IEnumerable<string> services, CancellationToken stop)
    {
        var outboxes = new Table().Border(TableBorder.Simple);
        outboxes.AddColumns("service", "unsent", "oldest unsent", "held keys", "parked", "timers");
        var subscriptions = new Table().Border(TableBorder.Simple);
        subscriptions.AddColumns(
            "subscription", "broker", "unread messages", "oldest unread", "partitions and their readers");
        foreach (var service in services)
        {
            var answer = await store.Client.GetAsync(
                $"/api/v1/services/{service}/messaging/status", await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess)
            {
                outboxes.AddRow(service, Markup.Escape(answer.Problem()));
                continue;
            }
            var status = answer.Read<Status>();
            outboxes.AddRow(
                service, Text(status.Outbox.Rows), Age(status.Outbox.OldestSeconds), Text(status.Outbox.HeldKeys),
                $"{status.Parked.Messages} in {status.Parked.Keys} keys", Text(status.Timers));
            foreach (var subscription in status.Subscriptions)
            {
                subscriptions.AddRow(
                    $"{subscription.Stream} → {service}", subscription.Broker,
                    subscription.Unread is { } unread ? Text(unread) : Markup.Escape(
                        subscription.Unavailable ?? "not told"),
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

    private sealed record Status(Outbox Outbox, Parked Parked, long Timers, IReadOnlyList<Subscription> Subscriptions);

    private sealed record Outbox(long Rows, double? OldestSeconds, long HeldKeys);

    private sealed record Parked(long Messages, long Keys);

    private sealed record Subscription(
        string Stream, string Broker, long? Unread, double? OldestUnreadSeconds,
        IReadOnlyList<Reader> Partitions, string? Unavailable);

    private sealed record Reader(int Partition, string? Owner);
}
