using System.Globalization;
using System.Text.Json;
using Tessera.Messaging.Redis;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>Redis Streams as <c>redis-cli</c> sees them.</summary>
public sealed class RedisThroughItsCommandLine : ForeignBroker
{
    private readonly RedisServer _server = new();

    public override string AttributePrefix => "ce_";

    public override void Require()
    {
        _server.Require();
        ForeignProgram.Require("redis-cli", "redis-tools");
    }

    public override void Use(MessagingBuilder messages) =>
        messages.UseRedis(options => options.Configuration = _server.Address);

    public override ValueTask InitializeAsync() => _server.InitializeAsync();

    public override async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }

    internal override async Task<IReadOnlyList<ForeignMessage>> ReadAsync()
    {
        List<ForeignMessage> messages = [];
        for (var partition = 0; partition < 4; partition++)
        {
            var output = await RunAsync("--json", "XRANGE", Stream(partition), "-", "+");
            using var json = JsonDocument.Parse(output);
            foreach (var entry in json.RootElement.EnumerateArray())
            {
                var fields = entry[1].EnumerateArray().Select(field => field.GetString()!).Chunk(2)
                    .ToDictionary(pair => pair[0], pair => pair[1]);
                messages.Add(new ForeignMessage(
                    fields, fields.GetValueOrDefault("ce_partitionkey"), fields["content-type"], fields["data"]));
            }
        }
        return messages;
    }

    internal override Task PublishAsync(int partition, ForeignMessage message) => RunAsync(
        [
            "XADD", Stream(partition), "*", .. message.Headers.SelectMany(field => new[] { field.Key, field.Value }),
            "content-type", message.ContentType, "data", message.Body,
        ]);

    private static string Stream(int partition) =>
        string.Create(CultureInfo.InvariantCulture, $"{ParcelSent.Stream}:{partition}");

    private Task<string> RunAsync(params string[] command)
    {
        var (host, port) = (_server.Address.Split(':')[0], _server.Address.Split(':')[1]);
        return ForeignProgram.RunAsync("redis-cli", ["-h", host, "-p", port, .. command]);
    }
}

public sealed class RedisInterop(RedisThroughItsCommandLine redis)
    : InteropPromises(redis), IClassFixture<RedisThroughItsCommandLine>;
