using MimeKit;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Testing;
using Tessera.Users.Contracts;
using Xunit;

namespace Tessera.Notifications.Tests;

/// <summary>The broker that carries the events from our library to a service that knows only the wire format.</summary>
public abstract class CarryingBroker : IAsyncLifetime
{
    /// <summary>Skips the test when it cannot be had.</summary>
    public abstract void Require();

    /// <summary>Configures our library for it.</summary>
    public abstract void Use(MessagingBuilder messages);

    /// <summary>What the foreign service is told of it.</summary>
    public abstract IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Whether a reader has to be there before the events come.</summary>
    public virtual bool KeepsOnlyForKnownReaders => false;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>What a service in another language keeps of the promises that our own keep.</summary>
public abstract class ForeignServicePromises(CarryingBroker broker)
{
    private const int Kills = 20;
    private const int OrdersPerKill = 3;
    private const int EventsPerOrder = 3;
    private const int OrdersAtOnce = 40; // Several of each partition: the library sends these as frames.
    private const string LowStock = "stock-low";
    private const string Operator = "operator@example.org";
    private static readonly TimeSpan allArriveWithin = TimeSpan.FromSeconds(120);
    private static readonly string[] kindsInOrder = ["order-placed", "order-confirmed", "order-shipped"];

    [Fact]
    public async Task Each_mail_is_sent_once_and_each_order_in_its_order_while_replicas_are_killed_at_random()
    {
        broker.Require();
        var program = await NotificationsBuild.RequireAsync();
        using var folder = new TemporaryFolder("notifications");
        await using var users = new PretendedUsers();
        var settings = SettingsIn(folder, users);
        await using var first = new NotificationsProcess(program, folder.File("first"), settings);
        await using var second = new NotificationsProcess(program, folder.File("second"), settings);
        NotificationsProcess[] replicas = [first, second];
        foreach (var replica in replicas) replica.Start();
        if (broker.KeepsOnlyForKnownReaders) await first.ReadyAsync();
        await using var orders = await EventsPublisher.OrdersAsync(broker.Use);
        var seen = new MailsSeen(settings["Database__File"], folder.File("outbox"));
        var random = new Random();
        List<Guid> placed = [];

        for (var kill = 0; kill < Kills; kill++)
        {
            var before = seen.SentCount();
            Guid[] some = [.. Enumerable.Range(0, OrdersPerKill).Select(_ => Guid.CreateVersion7())];
            placed.AddRange(some);
            await orders.PublishOrdersAsync(some, buyer: Guid.NewGuid());
            // At any moment of the work: before its first mail, or after any of them.
            var reached = before + random.Next(0, OrdersPerKill * EventsPerOrder);
            await AwaitAsync(
                $"{reached} mails are sent before kill {kill}", () => seen.SentCount() >= reached, replicas);
            var killed = replicas[random.Next(replicas.Length)];
            await killed.KillAsync();
            killed.Start();
        }

        Guid[] atOnce = [.. Enumerable.Range(0, OrdersAtOnce).Select(_ => Guid.CreateVersion7())];
        placed.AddRange(atOnce);
        await orders.PublishOrdersAsync(atOnce, buyer: Guid.NewGuid());
        var expected = placed.Count * EventsPerOrder;
        await AwaitAsync("all mails are sent", () => seen.SentCount() == expected, replicas);
        await AssertOtherStreamsAsync(orders, seen, folder.File("outbox"), replicas);
        await AssertFramesCameAsync(replicas);
        foreach (var replica in replicas) await replica.StopAsync();
        AssertOnceAndInOrder(seen, placed);
        Assert.Empty(seen.ParkedReasons());
        Assert.Empty(users.Refused);
        await AssertWholeAsync(folder.File("outbox"), seen.Noted().Where(mail => mail.Kind != LowStock));
    }

    /// <summary>Of fewer messages than they had events: since their last start, which was before the orders that were
    /// placed at once.</summary>
    private static async Task AssertFramesCameAsync(IEnumerable<NotificationsProcess> replicas)
    {
        var (messages, events) = (0, 0);
        foreach (var replica in replicas)
        {
            messages += await replica.CountedAsync("notifications_messages_total");
            events += await replica.CountedAsync("notifications_events_handled_total")
                + await replica.CountedAsync("notifications_events_copies_total");
        }
        Assert.InRange(events, OrdersAtOnce * EventsPerOrder, int.MaxValue);
        Assert.InRange(messages, 1, events - 1);
    }

    /// <summary>Operators are told of low stock; of who is erased nothing stays.</summary>
    private async Task AssertOtherStreamsAsync(
        EventsPublisher orders, MailsSeen seen, string outbox, IReadOnlyList<NotificationsProcess> replicas)
    {
        await using var inventory = await EventsPublisher.InventoryAsync(broker.Use);
        await using var users = await EventsPublisher.UsersAsync(broker.Use);
        var (order, buyer, before) = (Guid.CreateVersion7(), Guid.NewGuid(), seen.Written().Count);
        await inventory.PublishAsync([new StockLow("MUG-1", 2)]);
        await orders.PublishOrdersAsync([order], buyer);
        var told = before + 1 + EventsPerOrder;
        await AwaitAsync("the operator and the buyer are told", () => seen.SentCount() == told, replicas);
        await users.PublishAsync([new UserErased(buyer)]);
        await AwaitAsync(
            "nothing of the buyer is left", () => seen.Written().Count == before + 1
                && !seen.Noted().Any(mail => mail.Key == order.ToString()), replicas);
        var low = Assert.Single(seen.Noted(), mail => mail.Kind == LowStock);
        var message = await MimeMessage.LoadAsync(Path.Combine(outbox, $"{low.Id}.eml"));
        Assert.Equal(Operator, message.To.Mailboxes.Single().Address);
        Assert.Contains("MUG-1", message.TextBody, StringComparison.Ordinal);
    }

    private static void AssertOnceAndInOrder(MailsSeen seen, List<Guid> placed)
    {
        var (noted, written) = (seen.Noted(), seen.Written());
        Assert.Equal(placed.Count * EventsPerOrder, noted.Count(mail => mail.Kind != LowStock));
        Assert.Equal(noted.Select(mail => mail.Id).Order(), written.Keys.Order());
        foreach (var order in placed)
        {
            var ofOrder = noted.Where(mail => mail.Key == order.ToString()).ToList();
            Assert.Equal(kindsInOrder, ofOrder.Select(mail => mail.Kind));
            var times = ofOrder.Select(mail => written[mail.Id]).ToList();
            Assert.Equal(times.Order(), times);
        }
    }

    private static async Task AssertWholeAsync(string outbox, IEnumerable<NotedMail> noted)
    {
        foreach (var mail in noted)
        {
            var message = await MimeMessage.LoadAsync(Path.Combine(outbox, $"{mail.Id}.eml"));
            Assert.Equal($"{mail.Id}@tessera.local", message.MessageId);
            Assert.Contains(mail.Key[..8], message.Subject, StringComparison.Ordinal);
            Assert.EndsWith("@example.org", message.To.Mailboxes.Single().Address, StringComparison.Ordinal);
            Assert.NotNull(message.TextBody);
            Assert.NotNull(message.HtmlBody);
        }
    }

    private Dictionary<string, string> SettingsIn(TemporaryFolder folder, PretendedUsers users) =>
        new(broker.Settings)
        {
            ["Tessera__DataDirectory"] = folder.Path,
            ["Tessera__ClientSecrets__notifications"] = PretendedUsers.Secret,
            ["Database__File"] = folder.File("notifications.db"),
            ["Notifications__Users"] = users.Address,
            ["Notifications__Operators__0"] = Operator,
            ["Mail__TakenFor"] = "00:00:02",
        };

    private static async Task AwaitAsync(string what, Func<bool> holds, IEnumerable<NotificationsProcess> replicas)
    {
        try
        {
            await Eventually.HoldsAsync(what, holds, allArriveWithin);
        }
        catch (TimeoutException late)
        {
            var said = replicas.Select(replica => string.Join('\n', replica.Output.Split('\n').TakeLast(10)));
            throw new TimeoutException($"{late.Message}. The replicas said:\n{string.Join("\n\n", said)}", late);
        }
    }
}
