using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Handling;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>Events of a type that this build does not list wait, where it is told to park them, for one that does.
/// </summary>
public abstract class UnknownPromises(StoreBackend backend) : StoreSuite(backend)
{
    private static readonly string[] s_keys = ["a", "b", "c"];

    private static int s_place;

    public static TheoryData<string> Steps =>
    [
        nameof(Checkpoint.ConsumeReceived), nameof(Checkpoint.ConsumeBegun), nameof(Checkpoint.ConsumeAdmitted),
        nameof(Checkpoint.ConsumeHandled), nameof(Checkpoint.ConsumeBeforeCommit),
        nameof(Checkpoint.ConsumeCommitted), nameof(Checkpoint.ParkCommitted),
        nameof(Checkpoint.ConsumeBeforeSettle),
    ];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await CommitAsync(session => session.Enqueue(
            "create table seen (place integer, what text, number integer)", []));
    }

    [Fact]
    public async Task They_are_counted_and_settled_unless_told_otherwise()
    {
        await using var build = Build(unknown: null, knows: false);
        Assert.Equal(DeliveryOutcome.Settle, await DeliverAsync(build, Events()));
        Assert.Empty(await ParkedAsync());
        Assert.Equal(["placed 1", "placed 3", "placed 4", "placed 6"], await SeenAsync());
    }

    [Fact]
    public async Task They_are_parked_with_what_follows_of_their_key_and_other_keys_go_on()
    {
        await using var build = Build("park", knows: false);
        Assert.Equal(DeliveryOutcome.Settle, await DeliverAsync(build, Events()));
        Assert.Equal(["placed 1", "placed 3"], await SeenAsync());
        Assert.Equal(
            [("a", 2, 1), ("a", 4, 0), ("b", 5, 1), ("b", 6, 0)], await ParkedAsync());
        var causes = await new ParkedCauses(Database).GroupAsync(Stop);
        var cause = Assert.Single(causes.Causes);
        Assert.Equal((Noted.EventType, MissingHandler.Reason), (cause.Type, cause.Cause));
        Assert.Equal((2, 2), (cause.Messages, cause.Followers));
    }

    [Fact]
    public async Task A_type_that_is_listed_as_of_no_use_is_passed_over_all_the_same()
    {
        await using var build = Build("park", knows: false, ignores: true);
        Assert.Equal(DeliveryOutcome.Settle, await DeliverAsync(build, Events()));
        Assert.Empty(await ParkedAsync());
        Assert.Equal(["placed 1", "placed 3", "placed 4", "placed 6"], await SeenAsync());
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_process_that_ends_at_any_step_parks_each_once_and_loses_none(string step)
    {
        var events = Events();
        await using (var dying = Build("park", knows: false))
        {
            using var died = new CancellationTokenSource();
            // From that step on nothing of the library comes through, as if its process were gone.
            dying.GetRequiredService<Checkpoints>().Reached = at =>
            {
                if (at.ToString() == step) died.Cancel();
                if (died.IsCancellationRequested) throw new InvalidOperationException("Stopped by the test.");
            };
            Assert.Equal(DeliveryOutcome.Redeliver, await DeliverAsync(dying, events, died.Token));
            Assert.True(died.IsCancellationRequested, $"The library never came to {step}.");
        }
        await using var next = Build("park", knows: false);
        Assert.Equal(DeliveryOutcome.Settle, await DeliverAsync(next, events));
        Assert.Equal(["placed 1", "placed 3"], await SeenAsync());
        Assert.Equal([2, 4, 5, 6], (await ParkedAsync()).Select(parked => parked.Number));
    }

    [Fact]
    public async Task A_build_that_lists_the_type_replays_them_in_order_and_one_that_does_not_leaves_them()
    {
        await using (var old = Build("park", knows: false))
        {
            await DeliverAsync(old, Events());
            var executor = old.GetRequiredService<BatchExecutor>();
            var failure = await executor.TryAsync(Replay(old, "a"), Stop);
            Assert.Equal(MissingHandler.Reason, failure?.Reason);
            Assert.Equal([2, 4, 5, 6], (await ParkedAsync()).Select(parked => parked.Number));
        }
        await using var upgraded = Build("park", knows: true);
        foreach (var key in s_keys)
            Assert.Null(await upgraded.GetRequiredService<BatchExecutor>().TryAsync(Replay(upgraded, key), Stop));
        Assert.Equal(["placed 1", "placed 3", "noted 2", "placed 4", "noted 5", "placed 6"], await SeenAsync());
        Assert.Empty(await ParkedAsync());
    }

    private static ReplayIntake Replay(IServiceProvider build, string key) =>
        new(build.GetRequiredService<HandlerTable>(), new ParkedKey("orders", key, 10, Now), 10);

    /// <summary>Two keys with a noted event between placed ones, and one without.</summary>
    private static WireMessage Events()
    {
        EventEnvelope Of(string key, int number, bool added = false) => Some.Event(key, $"{{\"number\":{number}}}") with
        {
            Type = added ? Noted.EventType : Placed.EventType,
        };
        return WireFormat.EncodeFrame(
            [Of("a", 1), Of("a", 2, added: true), Of("c", 3), Of("a", 4), Of("b", 5, added: true), Of("b", 6)], 0);
    }

    private static Task<DeliveryOutcome> DeliverAsync(
        IServiceProvider build, WireMessage events, CancellationToken? revoked = null) =>
        build.GetRequiredService<ConsumePipeline>().HandleAsync("orders", new Delivery([events]), revoked ?? Stop);

    private ServiceProvider Build(string? unknown, bool knows, bool ignores = false)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["Messaging:Unknown"] = unknown }).Build());
        var (store, database) = OwnDatabase.Open();
        services.AddSingleton(store).AddSingleton(database);
        services.AddMessaging("stock", messages =>
        {
            messages.Handle<See>();
            if (knows) messages.Handle<SeeNoted>();
            if (ignores) messages.Ignores<Noted>();
        });
        return services.BuildServiceProvider();
    }

    private async Task<List<(string Key, int Number, int Attempts)>> ParkedAsync() =>
        [.. (await Store.ListParkedAsync(new ParkedFilter(), null, 100, Stop)).Select(parked => (
            parked.Event.Key, NumberOf(parked.Event), parked.Attempts))];

    private static int NumberOf(EventEnvelope noted) =>
        JsonSerializer.Deserialize<Noted>(noted.Data.Span, JsonSerializerOptions.Web)!.Number;

    private Task<List<string>> SeenAsync() => Database.QueryAsync(
        "select what, number from seen order by place", [], row => $"{row.GetString(0)} {row.GetInt32(1)}", Stop);

    private sealed record Placed(int Number)
    {
        public const string EventType = "orders.order-placed.v1";
    }

    private sealed record Noted(int Number)
    {
        public const string EventType = "orders.order-noted.v1";
    }

    private sealed class See(UnitOfWork work) : IHandle<Placed>
    {
        public Task HandleAsync(Placed message, MessageContext context, CancellationToken stop)
        {
            Write(work, "placed", message.Number);
            return Task.CompletedTask;
        }
    }

    private sealed class SeeNoted(UnitOfWork work) : IHandle<Noted>
    {
        public Task HandleAsync(Noted message, MessageContext context, CancellationToken stop)
        {
            Write(work, "noted", message.Number);
            return Task.CompletedTask;
        }
    }

    private static void Write(UnitOfWork work, string what, int number) => work.Enqueue(
        "insert into seen (place, what, number) values ($1, $2, $3)",
        Interlocked.Increment(ref s_place), what, number);
}
