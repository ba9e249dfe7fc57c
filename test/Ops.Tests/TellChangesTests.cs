using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Tessera.Ops.Calling;
using Tessera.Ops.Chaos;
using Tessera.Ops.Pages.Overview;
using Tessera.Ops.Tests.Foreign;
using Tessera.Orders.Contracts;
using Tessera.Stories;

namespace Tessera.Ops.Tests;

/// <summary>When a window that shows an order is told that it has changed.</summary>
public sealed class TellChangesTests
{
    private static readonly Guid order = Guid.Parse("019ac500-0000-7000-8000-000000000001");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_that_stays_unsent_is_told_although_each_service_says_what_it_said_before()
    {
        var unsent = new WaitingEvent(Guid.NewGuid(), OrderPlaced.EventType, _clock.GetUtcNow(), null);
        var marks = await MarksAsync(StoreWith(new KeyWaiting([unsent], true, null, [], [])), 2, 2, 2, 60);
        Assert.Equal(marks[0], marks[1]);
        Assert.Equal(marks[1], marks[2]);
        Assert.NotEqual(marks[2], marks[3]); // Older than what is on its way may be.
        Assert.Equal(marks[3], marks[4]);
    }

    [Fact]
    public async Task A_timer_that_nobody_works_off_is_told()
    {
        var timer = new WaitingTimer("StockOverdue", _clock.GetUtcNow().AddMinutes(10));
        var marks = await MarksAsync(StoreWith(new KeyWaiting([], true, null, [timer], [])), 60, 545, 60);
        Assert.Distinct(marks); // On time, late to be reserved, due, overdue.
    }

    [Fact]
    public async Task A_replica_that_is_ill_in_another_way_is_told_and_a_number_in_its_words_is_not()
    {
        var store = new PretendedStore { Replica = Ill("Degraded", "broker") };
        var marks = await MarksAsync(
            store, "overview", () => store.Replica = Ill("Unhealthy", "broker"),
            () => store.Replica = Ill("Unhealthy", "9000 bytes are free"),
            () => store.Replica = Ill("Unhealthy", "8000 bytes are free"),
            () => store.Replica = """{"status":"Unreachable","hasAnswered":true}""");
        Assert.Equal(marks[2], marks[3]); // It is another one at each look.
        Assert.Equal(4, marks.Distinct().Count());
    }

    [Theory]
    [InlineData("overview")]
    [InlineData("messaging")]
    public async Task That_a_service_is_away_which_else_has_nothing_to_tell_is_told_once(string of)
    {
        var store = new PretendedStore(); // It has nothing to tell of messages.
        const string status = $"/services/{PretendedStore.Foreign}/messaging/status";
        var marks = await MarksAsync(store, of, () => store.Away.Add(status), () => { });
        Assert.NotEqual(marks[0], marks[1]);
        Assert.Equal(marks[1], marks[2]);
    }

    [Fact]
    public async Task Each_try_of_a_held_key_is_told()
    {
        var store = new PretendedStore();
        void Try(int attempts) => store.Answers["status"] = PretendedStore.Status(
            $$"""
            "held":[{"key":"k","eventId":"{{order}}","reason":"too large","attempts":{{attempts}},
                     "retryAt":"2026-03-01T12:00:0{{attempts}}Z"}],
            """);
        Try(1);
        var marks = await MarksAsync(store, "messaging", () => { }, () => Try(2));
        Assert.Equal(marks[0], marks[1]);
        Assert.NotEqual(marks[1], marks[2]);
    }

    [Fact]
    public async Task That_a_timer_has_become_overdue_is_told_once()
    {
        var store = new PretendedStore();
        void Wait(string seconds) => store.Answers["status"] = PretendedStore.Status(
            $"\"handledSeconds\":{seconds},\"timersOverdueSeconds\":{seconds},");
        Wait("0.2");
        var marks = await MarksAsync(store, "messaging", () => Wait("0.9"), () => Wait("7"), () => Wait("8"));
        Assert.Equal(marks[0], marks[1]);
        Assert.NotEqual(marks[1], marks[2]);
        Assert.Equal(marks[2], marks[3]);
    }

    private static string Ill(string status, string why) =>
        $$"""
        {"status":"{{status}}","hasAnswered":true,
         "checks":{"messaging":{"status":"{{status}}","description":"{{why}}" } } }
        """;

    /// <summary>What one open request sees of an order at first and after each of these seconds.</summary>
    private Task<List<string>> MarksAsync(PretendedStore store, params int[] seconds) => MarksAsync(
        store, order.ToString(),
        [.. seconds.Select(more => (Action)(() => _clock.Advance(TimeSpan.FromSeconds(more))))]);

    /// <summary>What one open request sees at first and after each of these.</summary>
    private async Task<List<string>> MarksAsync(PretendedStore store, string of, params Action[] changes)
    {
        await using var console = new ConsoleOver(store, _clock);
        var marks = new List<string>();
        await console.WithinAsync(async (me, services) =>
        {
            var look = TellChanges.Look(
                of, me, services.GetRequiredService<ReadSystem>(),
                services.GetRequiredService<ReadOverview>(), services.GetRequiredService<LocalStore>(), _clock)!;
            marks.Add(await TellChanges.MarkAsync(look, Stop));
            foreach (var change in changes)
            {
                change();
                marks.Add(await TellChanges.MarkAsync(look, Stop));
            }
        });
        return marks;
    }

    /// <summary>An order that was placed just now.</summary>
    private PretendedStore StoreWith(KeyWaiting atOrders)
    {
        var store = new PretendedStore();
        var placed = new OrderStepView(_clock.GetUtcNow(), "Placed", "Placed", null, OrderPlaced.EventType);
        store.Own[$"/orders/{order}/history"] = Json(new OrderHistoryView(
            order, Guid.Empty, "Placed", null, null, null, 1, "GBP", "tok_ok", false, null, [], [placed]));
        foreach (var service in StorySources.Services)
        {
            store.Own[$"/services/{service}/messaging/keys/{order}"] =
                Json(service == "orders" ? atOrders : new KeyWaiting([], true, null, [], []));
        }
        return store;
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
