using Tessera.Ops.Pages.Orders;
using Tessera.Ops.Tests.Foreign;

namespace Tessera.Ops.Tests;

public sealed class FindOrdersTests
{
    private static readonly Guid number = Guid.Parse("019ac500-0000-7000-8000-000000000001");
    private static readonly string none = """{"items":[],"next":null,"total":null}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Other systems call their orders so, too.</summary>
    [Fact]
    public async Task Takes_a_number_that_is_no_order_and_no_buyer_for_a_reference()
    {
        var store = new PretendedStore();
        store.Own[$"/orders?size=50&buyer={number}"] = none;
        store.Own[$"/orders?size=50&reference={number}"] = Page("theirs");
        await using var console = new ConsoleOver(store);
        Assert.Contains("theirs", await FindAsync(console), StringComparison.Ordinal);
        store.Own[$"/orders?size=50&buyer={number}"] = Page("own");
        Assert.DoesNotContain("theirs", await FindAsync(console), StringComparison.Ordinal);
    }

    private static async Task<string> FindAsync(ConsoleOver console) =>
        (await console.ShowAsync((me, _) => FindOrders.Handle(me, Stop, q: number.ToString()))).Text;

    private static string Page(string reference) =>
        $$"""
        {"items":[{"id":"019ac500-0000-7000-8000-000000000002","state":"Confirmed","totalMinor":100,"currency":"EUR",
            "reference":"{{reference}}","placedAt":"2026-11-29T12:00:00Z","confirmedAt":null}],"next":null,"total":null}
        """;
}
