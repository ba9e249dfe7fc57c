using Tessera.Cli.Reconciling;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class CompareHistoriesTests
{
    private static readonly Guid _order = new("0198f000-0000-7000-8000-000000000001");
    private static readonly Guid _buyer = new("0198f000-0000-7000-8000-00000000000b");

    [Fact]
    public void Finds_nothing_where_each_service_knows_what_the_others_announced() => Assert.Empty(Compare(Sound()));

    [Theory]
    [InlineData("Placed", "Held", null, "missing inventory.stock-reserved orders", "missing orders.payment-requested")]
    [InlineData("Placed", "Refused", null, "missing inventory.stock-refused orders")]
    [InlineData("StockReserved", "Held", "Captured", "missing payments.payment-captured orders")]
    [InlineData("StockReserved", "Held", "Declined", "missing payments.payment-declined orders")]
    [InlineData("StockReserved", "Released", null, "missing inventory.stock-released orders")]
    [InlineData("StockReserved", "Committed", "Captured", "forgotten orders.order-confirmed orders")]
    [InlineData("StockReserved", null, "Requested", "forgotten inventory.stock-reserved inventory")]
    [InlineData("StockReserved", "Held", null, "missing orders.payment-requested payments")]
    [InlineData("StockReserved", "Held", "Refunded", "forgotten orders.order-cancelled orders")]
    [InlineData("Confirmed", "Held", "Captured", "missing orders.order-confirmed inventory")]
    [InlineData("Confirmed", "Committed", "Requested", "forgotten payments.payment-captured payments")]
    [InlineData("Cancelled", "Held", "Captured", "missing orders.order-cancelled inventory")]
    [InlineData("Cancelled", "Held", "Captured", "missing orders.order-cancelled payments")]
    [InlineData("Cancelled", null, "Cancelled", "missing orders.order-placed inventory")]
    [InlineData(null, "Held", null, "forgotten orders.order-placed orders")]
    [InlineData(null, "Held", "Requested", "forgotten orders.payment-requested orders")]
    public void Names_each_event_that_one_service_knows_and_another_does_not(
        string? order, string? reservation, string? payment, string wanted, string? notThatOf = null)
    {
        var found = Compare(Sound() with
        {
            Orders = order is null ? [] : Of(_order, Order(order)),
            Reservations = reservation is null ? [] : Of(_order, Reservation(reservation)),
            Payments = payment is null ? [] : Of(_order, Payment(payment)),
        });
        Assert.Contains(wanted, found.Select(Words));
        if (notThatOf is not null) Assert.DoesNotContain(found, each => Words(each).StartsWith(notThatOf));
    }

    [Fact]
    public void Names_what_was_taken_twice()
    {
        var order = Order("Confirmed") with { Heard = ["StockReserved", "PaymentCaptured", "PaymentCaptured"] };
        Assert.Equal(
            ["twice payments.payment-captured orders"],
            Compare(Sound() with { Orders = Of(_order, order) }).Select(Words));
    }

    [Theory]
    [InlineData(250, false, 2, "missing catalog.price-changed orders")]
    [InlineData(250, false, 4, "forgotten catalog.price-changed catalog")]
    [InlineData(200, true, 2, "missing catalog.product-withdrawn orders")]
    public void Names_what_was_not_heard_of_a_product(long price, bool withdrawn, long version, string wanted)
    {
        var known = new ProductHistory("A", price, withdrawn, version);
        var found = Compare(Sound() with { Prices = new Dictionary<string, ProductHistory> { ["A"] = known } });
        Assert.Equal([wanted], found.Select(Words));
    }

    [Fact]
    public void Takes_a_new_description_for_no_event()
    {
        var known = new ProductHistory("A", 200, false, 1);
        Assert.Empty(Compare(Sound() with { Prices = new Dictionary<string, ProductHistory> { ["A"] = known } }));
    }

    [Fact]
    public void Names_products_and_accounts_that_only_one_side_knows()
    {
        var none = new Dictionary<string, ProductHistory>();
        Assert.Equal(
            ["missing catalog.product-added inventory", "missing catalog.product-added orders"],
            Compare(Sound() with { Prices = none, Stocked = new HashSet<string>() }).Select(Words).Order());
        Assert.Equal(
            ["forgotten catalog.product-added catalog"], Compare(Sound() with { Catalog = none }).Select(Words));
        Assert.Equal(
            ["missing users.user-erased orders", "missing users.user-erased payments"],
            Compare(Sound() with { Accounts = new HashSet<Guid>() }).Select(Words).Order());
        Assert.Equal(
            ["forgotten users.user-erased users"],
            Compare(Sound() with { Erased = new HashSet<Guid> { _buyer } }).Select(Words));
    }

    [Fact]
    public void Says_in_a_line_who_lacks_which_event_of_what()
    {
        var lines = ReconcileCommand.Report(
            Sound(), new HashSet<Difference>
            {
                new(DifferenceKind.Missing, "inventory.stock-reserved", $"order {_order}", "orders"),
            });
        Assert.Equal(
            [
                $"missing    inventory.stock-reserved of order {_order}: announced, and orders has not got it",
                "1 differences. 1 orders, 1 reservations, 1 payments, 1 products compared.",
            ],
            lines);
    }

    private static string Words(Difference found) =>
        $"{found.Kind.ToString().ToLowerInvariant()} {found.Event} {found.Service}";

    private static IReadOnlySet<Difference> Compare(Histories histories) => CompareHistories.Run(histories);

    private static Histories Sound() => new(
        Of(_order, Order("Confirmed")), Of(_order, Reservation("Committed")), Of(_order, Payment("Captured")),
        new Dictionary<string, ProductHistory> { ["A"] = new("A", 200, false, 3) },
        new Dictionary<string, ProductHistory> { ["A"] = new("A", 200, false, 3) },
        new HashSet<string> { "A" }, new HashSet<Guid> { _buyer }, new HashSet<Guid> { _buyer },
        new HashSet<Guid> { _buyer }, new HashSet<Guid>());

    private static OrderHistory Order(string state) => state switch
    {
        "Placed" => new OrderHistory(_order, state, false, [], Set("Placed")),
        "StockReserved" => new OrderHistory(_order, state, false, ["StockReserved"], Set("Placed", "StockReserved")),
        "Confirmed" => new OrderHistory(
            _order, state, true, ["StockReserved", "PaymentCaptured", "StockCommitted"],
            Set("Placed", "StockReserved", "Confirmed")),
        _ => new OrderHistory(_order, state, false, [], Set("Placed", "Cancelled")),
    };

    private static ReservationHistory Reservation(string state) =>
        new(_order, state, state == "Committed", state == "Released" ? "expired" : null);

    private static PaymentHistory Payment(string state) => new(
        _order, state, 200, state is "Captured" or "Refunded" ? 200 : 0, state == "Refunded" ? 200 : 0,
        state is "Cancelled" or "Refunded");

    private static HashSet<string> Set(params string[] states) => [.. states];

    private static Dictionary<Guid, T> Of<T>(Guid order, T history) => new() { [order] = history };
}
