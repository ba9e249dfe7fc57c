using System.Text.Json;
using Tessera.Testing;

namespace Tessera.Services.Tests;

/// <summary>What people write stays out of the logs, whatever becomes of the request: no password, token, address or
/// e-mail can be read by who may read a log. The members are read from the OpenAPI documents.</summary>
[Collection(nameof(EveryService))]
public sealed class SilentLogTests(EveryService services)
{
    private const string Planted = "planted7f3a";

    [Theory]
    [MemberData(nameof(LoneService.Names), MemberType = typeof(LoneService))]
    public async Task No_log_holds_what_a_request_says_or_is_signed_with(string name)
    {
        await using var service = await services.AtTheGatewayAsync(name);
        string[] tokens = [service.Operator, service.Customer];
        var planted = new List<(string Value, Slot Slot)>();
        foreach (var operation in await service.OperationsAsync())
        {
            // A path names what is asked for, and is logged.
            foreach (var slot in operation.Slots().Where(slot => slot.In != "path"))
            {
                foreach (var form in new[] { "", "@example.org", "\u0001" })
                {
                    var value = $"{Planted}{name}x{planted.Count}x";
                    planted.Add((value, slot));
                    var call = operation.With(slot, value + form);
                    foreach (var token in (string?[])[.. tokens, value, null])
                    {
                        using var response = await service.SendAsync(call, token);
                    }
                }
            }
        }
        Assert.NotEmpty(planted);
        // Lines come in their order, and of many refusals in one second some get none.
        var last = new Call("GET", $"/last-{Guid.NewGuid():N}", null, null);
        await Eventually.HoldsAsync("the last request is logged", async () =>
        {
            using var nothing = await service.SendAsync(last, null);
            return service.GatewayLog.Contains(last.Target, StringComparison.Ordinal);
        });
        var log = $"{service.Log}\n{service.GatewayLog}";
        Assert.Empty(planted.Where(one => log.Contains(one.Value, StringComparison.Ordinal))
            .Select(one => one.Slot.ToString()).Distinct());
        Assert.DoesNotContain(tokens, token => log.Contains(token.Split('.')[^1], StringComparison.Ordinal));

        var lines = LinesOf(service.Log);
        Assert.All(lines, line => Assert.All(
            ["time", "level", "category", "message"], name => Assert.NotEqual("", line.GetProperty(name).GetString())));
        Assert.Contains(lines, line => line.TryGetProperty("values", out _));
        // The gateway tells of requests in lines of another form.
        Assert.Contains(LinesOf(service.GatewayLog), line => line.TryGetProperty("path", out var path)
            && path.GetString()!.EndsWith(last.Target, StringComparison.Ordinal)
            && line.GetProperty("trace").GetString() is { Length: 32 });
    }

    private static JsonElement[] LinesOf(string log) =>
        [.. log.Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
}
