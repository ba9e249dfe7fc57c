using System.Text.Json;
using Xunit;

namespace Tessera.Repo.Tests;

public sealed class EventTests
{
    [Fact]
    public void Each_service_says_of_each_event_of_the_streams_it_reads_what_it_does_with_it()
    {
        using var shop = JsonDocument.Parse(Repository.Read("src/Services/shop.json"));
        var readers = shop.RootElement.GetProperty("services").EnumerateArray()
            .Where(service => service.TryGetProperty("reads", out var reads) && reads.GetArrayLength() > 0).ToList();
        Assert.True(readers.Count >= 4);
        foreach (var service in readers)
        {
            var name = service.GetProperty("name").GetString()!;
            var code = CodeOf(name);
            foreach (var stream in service.GetProperty("reads").EnumerateArray().Select(read => read.GetString()!))
            {
                var contracts = CodeOf(char.ToUpperInvariant(stream[0]) + stream[1..] + ".Contracts");
                Assert.NotEmpty(EventRules.EventsOf(contracts));
                Assert.Empty(EventRules.Violations(name, code, contracts));
            }
        }
    }

    [Fact]
    public void Catches_an_event_that_a_service_says_nothing_of()
    {
        const string contracts = """
            public sealed record OrderNoted(Guid Order,
                string Text)
            {
                public const string EventType = "orders.order-noted.v1";
            }
            """;
        Assert.NotEmpty(EventRules.Violations("Inventory", "messages.Handle<ReserveStock>();", contracts));
        Assert.Empty(EventRules.Violations("Inventory", "messages.Ignores<OrderNoted>();", contracts));
        Assert.Empty(EventRules.Violations("Inventory", "class Note : IHandle<OrderNoted>, IHandle<Other>", contracts));
    }

    private static string CodeOf(string project) => string.Join('\n', Repository.Files(".cs")
        .Where(path => path.StartsWith($"src/Services/{project}/", StringComparison.Ordinal))
        .Select(Repository.Read));
}
