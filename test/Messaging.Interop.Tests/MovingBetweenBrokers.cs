using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>A live system moves from RabbitMQ to Kafka and back, by restarting its processes one by one.</summary>
public sealed class MovingBetweenBrokers(
    RabbitMqThroughABareClient rabbitMq, KafkaThroughKcat kafka, PostgresServer postgres)
    : IClassFixture<RabbitMqThroughABareClient>, IClassFixture<KafkaThroughKcat>,
        IClassFixture<PostgresServer>, IAsyncLifetime
{
    private const int Keys = 24;
    private readonly TemporaryFolder _folder = new("moving");
    private readonly string _run = Some.Name("p");
    private int _sent;

    public ValueTask InitializeAsync()
    {
        rabbitMq.Require();
        kafka.Require();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Moves_there_and_back_under_load_without_loss_or_double_and_in_order(string engine)
    {
        var (publishing, handling) = engine == "sqlite"
            ? (_folder.File("parcels.db"), _folder.File("tracking.db"))
            : (await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync());
        await using var first = await MovingService.HandlerAsync(handling, rabbitMq, kafka);
        var second = await MovingService.HandlerAsync(handling, rabbitMq, kafka);
        var before = await MovingService.PublisherAsync(publishing, kafka, rabbitMq);
        await LoadAsync(40, before);

        // The replica with the new setting comes while the one with the old setting still works.
        var moved = await MovingService.PublisherAsync(publishing, rabbitMq, kafka);
        await LoadAsync(40, before, moved);
        await before.DisposeAsync();
        await LoadAsync(40, moved);
        await second.DisposeAsync(); // A reader leaves in the middle; the other takes over on both brokers.
        await LoadAsync(20, moved);

        await using var back = await MovingService.PublisherAsync(publishing, kafka, rabbitMq);
        await LoadAsync(40, moved, back);
        await moved.DisposeAsync();
        await LoadAsync(40, back);

        await AllIsSeenInOrderAsync(first);
        var markers = (await kafka.ReadAsync())
            .Select(message => message.Headers.GetValueOrDefault("ce_type")).ToList();
        Assert.Contains("tessera.partition-opened.v1", markers);
        Assert.Contains("tessera.partition-closed.v1", markers);
        Assert.All(await back.QueryAsync("select broker from msg_shard_brokers", row => row.GetString(0)),
            broker => Assert.Equal("rabbitmq", broker));
    }

    [Fact]
    public async Task What_waits_in_the_old_broker_is_handled_before_what_came_to_the_new_one()
    {
        var (publishing, handling) = (_folder.File("parcels.db"), _folder.File("tracking.db"));
        await (await MovingService.HandlerAsync(handling, rabbitMq, kafka)).DisposeAsync();
        await using (var before = await MovingService.PublisherAsync(publishing, kafka, rabbitMq))
        {
            await LoadAsync(60, before);
            await OutboxIsEmptyAsync(before);
        }
        await using var moved = await MovingService.PublisherAsync(publishing, rabbitMq, kafka);
        await LoadAsync(60, moved);
        await OutboxIsEmptyAsync(moved);

        // Kafka is subscribed to first, and has all its events at hand before RabbitMQ is asked.
        await using var handler = await MovingService.HandlerAsync(handling, kafka, rabbitMq);

        await AllIsSeenInOrderAsync(handler);
    }

    [Fact]
    public async Task Refuses_to_change_the_broker_without_reading_the_old_one_to_its_end()
    {
        var publishing = _folder.File("parcels.db");
        await using (var before = await MovingService.PublisherAsync(publishing, rabbitMq)) await LoadAsync(1, before);

        await using var changed = await MovingService.BeginPublisherAsync(publishing, kafka);

        await changed.Stopped.WithinAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("Messaging:AlsoConsume", changed.Health, StringComparison.Ordinal);
        Assert.Contains("went to rabbitmq until now", changed.Health, StringComparison.Ordinal);
    }

    /// <summary>Rounds of one event per key, in turn through the processes given.</summary>
    private async Task LoadAsync(int rounds, params MovingService[] through)
    {
        for (var round = 0; round < rounds; round++, _sent++)
        {
            await through[_sent % through.Length].PublishAsync(
                Enumerable.Range(0, Keys).Select(key => new ParcelSent($"{_run}-{key}", _sent)));
            await Task.Delay(10);
        }
    }

    private static Task OutboxIsEmptyAsync(MovingService publisher) => Eventually.HoldsAsync(
        "all is sent",
        async () => (await publisher.QueryAsync("select count(*) from msg_outbox", row => row.GetInt64(0)))[0] == 0);

    private async Task AllIsSeenInOrderAsync(MovingService handler)
    {
        List<(string Parcel, int Number)> seen = [];
        await Eventually.HoldsAsync($"{_sent} events of each of {Keys} keys are handled", async () =>
        {
            // Another test may have left some of its own in the brokers.
            seen = await handler.QueryAsync(
                $"select parcel, grams from seen where parcel like '{_run}-%' order by number",
                row => (row.GetString(0), row.GetInt32(1)));
            return seen.Count >= _sent * Keys;
        }, TimeSpan.FromSeconds(60));
        foreach (var key in seen.GroupBy(one => one.Parcel))
            Assert.Equal(Enumerable.Range(0, _sent), key.Select(one => one.Number));
        Assert.Equal(_sent * Keys, seen.Count);
    }
}
