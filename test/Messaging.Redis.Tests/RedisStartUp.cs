using Microsoft.Extensions.Logging.Abstractions;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Redis.Tests;

/// <summary>What is compared with the server before anything is promised.</summary>
public sealed class RedisStartUp(RedisBackend redis)
{
    private static readonly Version Old = new(7, 0, 15);
    private static readonly Version New = new(7, 4, 0);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refuses_a_server_that_syncs_every_second_unless_that_is_accepted()
    {
        redis.Server.RequireOwn();
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        await native.Database.ExecuteAsync("CONFIG", "SET", "appendfsync", "everysec");
        try
        {
            await using var transport = redis.Transport();
            var refused = await Assert.ThrowsAsync<TransportRefusedException>(
                () => transport.StartAsync(RedisBackend.Topology(Some.Name("stream")), Stop));
            Assert.Contains("appendfsync everysec", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Messaging:Redis:AcceptEverysecFsync", refused.Message, StringComparison.Ordinal);

            await using var accepting = redis.Transport(options => options.AcceptEverysecFsync = true);
            await accepting.StartAsync(RedisBackend.Topology(Some.Name("stream")), Stop);
            Assert.False(accepting.Features.SurvivesPowerLoss);
        }
        finally
        {
            await native.Database.ExecuteAsync("CONFIG", "SET", "appendfsync", "always");
        }
    }

    [Fact]
    public async Task Refuses_a_server_that_evicts()
    {
        redis.Server.RequireOwn();
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        await native.Database.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        try
        {
            await using var transport = redis.Transport();
            var refused = await Assert.ThrowsAsync<TransportRefusedException>(
                () => transport.StartAsync(RedisBackend.Topology(Some.Name("stream")), Stop));
            Assert.Contains("maxmemory-policy", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            await native.Database.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        }
    }

    [Theory]
    [InlineData("no", "always", "AcceptNoAppendOnlyFile")]
    [InlineData("yes", "no", "AcceptEverysecFsync")]
    public void Refuses_settings_that_lose_events_naming_them(string file, string sync, string option)
    {
        var refused = Assert.Throws<TransportRefusedException>(
            () => { Check(new RedisOptions()).Judge(Settings(file, sync), New, "server"); });

        Assert.Contains(option, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Never_syncing_is_not_covered_by_accepting_every_second() => Assert.Throws<TransportRefusedException>(
        () => { Check(new RedisOptions { AcceptEverysecFsync = true }).Judge(Settings("yes", "no"), New, "server"); });

    [Fact]
    public void Waits_for_the_file_where_the_server_can_and_does_not_sync_always()
    {
        Assert.True(Check(new RedisOptions()).Judge(Settings("yes", "everysec"), New, "server"));
        Assert.False(Check(new RedisOptions()).Judge(Settings("yes", "always"), New, "server"));
        Assert.False(Check(new RedisOptions()).Judge(Settings("yes", "always"), Old, "server"));
        Assert.Throws<TransportRefusedException>(
            () => { Check(new RedisOptions()).Judge(Settings("yes", "everysec"), Old, "server"); });
    }

    [Fact]
    public async Task Says_that_a_server_is_away()
    {
        await using var transport = redis.Transport(options => options.Configuration = $"127.0.0.1:{FreePort.Next()}");

        await Assert.ThrowsAsync<TransportUnavailableException>(
            () => transport.StartAsync(RedisBackend.Topology(Some.Name("stream")), Stop));
    }

    private static SettingsCheck Check(RedisOptions options) => new(options, NullLogger.Instance);

    private static Dictionary<string, string> Settings(string file, string sync) => new()
    {
        ["appendonly"] = file, ["appendfsync"] = sync, ["maxmemory-policy"] = "noeviction",
    };
}
