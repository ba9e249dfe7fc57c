using System.Text.Json;
using System.Text.Json.Serialization;
using Tessera.Stories;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Notifications.Tests;

/// <summary>The tests that the program has in its own language.</summary>
public sealed class OwnTests(PostgresServer postgres, RedisServer redis, RabbitMqServer rabbitMq, KafkaServer kafka)
    : IClassFixture<PostgresServer>, IClassFixture<RedisServer>, IClassFixture<RabbitMqServer>,
        IClassFixture<KafkaServer>
{
    private static readonly JsonSerializerOptions strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    [Fact]
    public async Task Pass()
    {
        await NotificationsBuild.RequireAsync();
        var environment = new Dictionary<string, string>
        {
            ["TESSERA_CONTRACTS"] = NotificationsBuild.Contracts,
            ["NO_COLOR"] = "1",
        };
        using var folder = new TemporaryFolder("answers");
        environment["TESSERA_ANSWERS"] = folder.File("answers.json");
        if (postgres.IsAvailable) environment["TESSERA_TEST_DATABASE"] = await postgres.CreateDatabaseAsync();
        if (redis.IsAvailable) environment["TESSERA_TEST_REDIS"] = redis.Address;
        if (rabbitMq.IsAvailable) environment["TESSERA_TEST_RABBITMQ"] = rabbitMq.Uri;
        if (kafka.IsAvailable) environment["TESSERA_TEST_KAFKA"] = kafka.BootstrapServers;
        var (code, output) = await NodePackages.RunAsync(NotificationsBuild.Folder, "npm", ["test"], environment);
        Assert.True(code == 0, output);
        await using var answers = File.OpenRead(folder.File("answers.json"));
        Check((await JsonSerializer.DeserializeAsync<Answers>(
            answers, strict, TestContext.Current.CancellationToken))!);
    }

    /// <summary>What the program tells operators is what the console and the command read: they miss nothing of it,
    /// and nothing of what they show is missing in it.</summary>
    private static void Check(Answers answers)
    {
        Assert.Equal(new ParkedOutcome(1, false), answers.Discarded);
        Assert.Equal(("notifications", "webhook", "sqlite", false), (answers.Status.Service, answers.Status.Broker,
            answers.Status.Database, answers.Status.Changes));
        Assert.Equal(new ParkedStatus(3, 2), answers.Status.Parked);
        Assert.Equal("webhooks", Assert.Single(answers.Status.Subscriptions).Stream);
        Assert.Equal([("k", 1), ("k", 0)], answers.Parked.Items.Select(each => (each.Key, each.Attempts)));
        Assert.NotNull(answers.Parked.Next);
        Assert.Equal("{}", answers.Parked.Items[0].Data?.ToString());
        Assert.Null(Assert.Single(answers.Unreadable.Items).Data);
        Assert.True(answers.Causes.IsWhole);
        Assert.Equal([1, 0], answers.Causes.Causes.Select(cause => cause.Followers));
        var act = Assert.Single(answers.Acts.Items);
        Assert.Equal(("discard", "d", "broken at its source"), (act.Action, act.Key, act.Note));
    }

    private sealed record Answers(
        ParkedOutcome Discarded, MessagingStatus Status, ParkedPage Parked, ParkedPage Unreadable, ParkedByCause Causes,
        ParkedActs Acts);
}
