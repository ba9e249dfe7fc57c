using Tessera.Cli.Retail;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class RetailTests
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    [Fact]
    public void Reads_a_line_and_cleans_it()
    {
        var file = Read("536365, 85123a ,WHITE  HANGING HEART ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom");
        var line = Assert.Single(file.Lines);
        Assert.Equal(
            new RetailLine(2, "536365", "85123A", "WHITE HANGING HEART", 6,
                new DateTime(2010, 12, 1, 8, 26, 0), 255, "17850", "United Kingdom"),
            line);
    }

    [Theory]
    [InlineData("536365,POST,POSTAGE,1,2010-12-01 08:26:00,18,17850.0,France", "no product but postage (POST)")]
    [InlineData("536365,gift,x,1,2010-12-01 08:26:00,18,17850.0,France", "no product but a gift voucher (GIFT)")]
    [InlineData(
        "536365,85123A,x,-6,2010-12-01 08:26:00,2.55,17850.0,UK",
        "quantity is not positive, and it is no cancellation: a stock correction")]
    [InlineData("C536365,85123A,x,6,2010-12-01 08:26:00,2.55,17850.0,UK", "a cancellation that takes nothing back")]
    [InlineData("536365,85123A,x,6,2010-12-01 08:26:00,0,17850.0,UK", "price is not positive: a gift or a correction")]
    [InlineData("536365,85123A,x,six,2010-12-01 08:26:00,1,17850.0,UK", "quantity is no number: 'six'")]
    [InlineData("536365,85123A,x,6,yesterday,1,17850.0,UK", "date cannot be read: 'yesterday'")]
    [InlineData("536365,85123A,x,6,2010-12-01 08:26:00,cheap,17850.0,UK", "price is no number: 'cheap'")]
    [InlineData(
        "536365,85123A,x,6,2010-12-01,0.0001,17850.0,UK", "price is no whole number of hundredths: '0.0001'")]
    [InlineData("536365,85123A,x,6,2010-12-01,1e-27,17850.0,UK", "price is no whole number of hundredths: '1e-27'")]
    [InlineData("536365,85123A,x,6,2010-12-01,2.555,17850.0,UK", "price is no whole number of hundredths: '2.555'")]
    [InlineData(",85123A,x,6,2010-12-01 08:26:00,1,17850.0,UK", "no invoice number")]
    public void Says_why_a_line_is_of_no_use(string line, string reason)
    {
        var file = Read(line);
        Assert.Empty(file.Lines);
        Assert.Equal(reason, Assert.Single(file.Unusable).Reason);
    }

    [Fact]
    public void Names_the_column_that_is_missing()
    {
        var error = Assert.Throws<UserError>(
            () => RetailFile.Read(new StringReader("InvoiceNo,StockCode\n1,2\n"), "x.csv", new RetailForm()));
        Assert.Contains("Quantity", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_file_that_names_a_column_twice()
    {
        var error = Assert.Throws<UserError>(() => RetailFile.Read(
            new StringReader(Header.Replace("Quantity", "Quantity,quantity", StringComparison.Ordinal)), "x.csv",
            new RetailForm()));
        Assert.Contains("x.csv has more than one column Quantity;", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4.1499999999999995", 415)] // As a spreadsheet writes what it has calculated.
    [InlineData("4.150", 415)]
    [InlineData("0.01", 1)]
    [InlineData("1e2", 10_000)]
    public void Reads_a_price_that_is_money(string price, long minor) =>
        Assert.Equal(minor, Assert.Single(Read($"1,85123A,L,1,2010-12-01,{price},7,UK").Lines).PriceMinor);

    [Fact]
    public void Takes_the_middle_price_and_the_most_frequent_name()
    {
        var file = Read(
            "1,85123A,LAMP,1,2010-12-01,1.00,1,UK", "2,85123A,LAMP RED,1,2010-12-01,2.00,1,UK",
            "3,85123A,LAMP RED,1,2010-12-01,99.00,1,UK");
        var product = Assert.Single(Assortment.Of(file.Lines));
        Assert.Equal(("LAMP RED", 200, 3), (product.Name, product.PriceMinor, product.Stock));
    }

    [Fact]
    public void Gives_the_same_products_whatever_the_order_of_the_lines()
    {
        var file = RetailFile.Read(SampleFile, new RetailForm());
        var forwards = Assortment.Of(file.Lines);
        Assert.Equal(forwards, Assortment.Of(file.Lines.Reverse()));
        Assert.Contains(forwards, product => product.IsShort);
    }

    [Fact]
    public void Makes_one_order_of_an_invoice_with_one_line_for_each_product()
    {
        var file = Read(
            "1,85123A,L,1,2010-12-01,1,7,UK", "1,85123a,L,2,2010-12-01,1,7,UK", "1,22222,M,5,2010-12-01,1,7,UK");
        var invoice = Assert.Single(ReplayPlan.Of(file.Lines).Invoices);
        Assert.Equal([new InvoiceLine("22222", 5), new InvoiceLine("85123A", 3)], invoice.Lines);
    }

    [Fact]
    public void Cancels_the_latest_earlier_order_of_the_same_customer_and_product_once()
    {
        var file = Read(
            "1,85123A,L,1,2010-12-01,1,7,UK", "2,85123A,L,1,2010-12-02,1,7,UK", "3,85123A,L,1,2010-12-03,1,8,UK",
            "C4,85123A,L,-1,2010-12-04,1,7,UK", "C5,85123A,L,-1,2010-12-05,1,7,UK", "C6,85123A,L,-1,2010-12-06,1,7,UK",
            "C7,22222,M,-1,2010-12-06,1,7,UK", "8,85123A,L,1,2010-12-07,1,7,UK");
        var plan = ReplayPlan.Of(file.Lines);
        Assert.Equal([("C4", "2"), ("C5", "1"), ("C6", null), ("C7", null)],
            plan.Cancellations.Select(each => (each.Number, each.Order)));
        Assert.Equal("C4", plan.Invoices.Single(invoice => invoice.Number == "2").CancelledBy);
    }

    [Fact]
    public void Places_an_invoice_without_a_customer_as_its_guest()
    {
        var plan = ReplayPlan.Of(Read("1,85123A,L,1,2010-12-01,1,,UK").Lines);
        Assert.Equal("guest-1", Assert.Single(plan.Invoices).Customer);
        Assert.Equal(1, plan.Guests);
    }

    [Fact]
    public void Keeps_a_guest_apart_from_a_customer_whose_number_is_the_guest_s_name()
    {
        var plan = ReplayPlan.Of(Read(
            "1,85123A,L,1,2010-12-01,1,,UK", "2,85123A,L,1,2010-12-02,1,guest-1,UK",
            "3,85123A,L,1,2010-12-03,1,guest-3,UK", "C4,85123A,L,-1,2010-12-04,1,guest-1,UK").Lines);
        Assert.Equal(["guest-1", "guest\"1", "guest\"3"], plan.Invoices.Select(invoice => invoice.Customer));
        Assert.Equal(1, plan.Guests);
        Assert.Equal("2", Assert.Single(plan.Cancellations).Order);
    }

    [Fact]
    public void Uses_each_line_of_the_sample_or_says_why_not()
    {
        var file = RetailFile.Read(SampleFile, new RetailForm());
        Assert.Equal(30_000, file.Lines.Count + file.Unusable.Count);
        Assert.True(file.Unusable.Count < 250, $"{file.Unusable.Count} lines are of no use.");
        var plan = ReplayPlan.Of(file.Lines);
        Assert.True(plan.Invoices.Count > 11_500, $"Only {plan.Invoices.Count} invoices.");
        Assert.All(
            plan.Invoices, invoice => Assert.All(invoice.Lines, line => Assert.InRange(line.Quantity, 1, 100_000)));
    }

    private static string SampleFile => Path.Combine(SourceTree.Root, "samples", "online-retail.csv");

    private static RetailFile Read(params string[] lines) =>
        RetailFile.Read(new StringReader(Header + string.Join('\n', lines) + "\n"), "test.csv", new RetailForm());
}
