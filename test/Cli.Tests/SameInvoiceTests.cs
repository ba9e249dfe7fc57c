using Tessera.Cli.Retail;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>An invoice is the same one in whatever file it stands; a changed one is seen to be so.</summary>
public sealed class SameInvoiceTests
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    [Fact]
    public void Is_known_in_a_file_with_other_line_ends_another_order_and_more_lines()
    {
        var first = Case("again");
        Assert.Equal(Identities(first), Identities(Case("again-crlf")));
        Assert.Equal(Identities(first), Identities(string.Join('\n', Shuffled(first))));
        var more = Identities(first + "\n999999,22423,NEW,1,2011-01-01 10:00:00,1,5,UK");
        Assert.Empty(Identities(first).Except(more));
        Assert.Single(more.Except(Identities(first)));
    }

    [Fact]
    public void Brings_the_same_stock_whatever_else_stands_in_the_file()
    {
        var file = Read(Case("again"));
        var more = Read(Case("again") + "\n000001,00001,FIRST OF ALL,5,2009-01-01 10:00:00,1,5,UK");
        var before = Assortment.Of(file.Lines).ToDictionary(product => product.Sku, product => product.Stock);
        Assert.All(
            Assortment.Of(more.Lines).Where(product => product.Sku != "00001"),
            product => Assert.Equal(before[product.Sku], product.Stock));
    }

    [Theory]
    [InlineData("1,85123A,L,2,2010-12-01,1,7,UK")]
    [InlineData("1,22222,L,1,2010-12-01,1,7,UK")]
    [InlineData("1,85123A,L,1,2010-12-01,1,8,UK")]
    [InlineData("1,85123A,L,1,2010-12-01,1,7,UK\n1,22222,L,1,2010-12-01,1,7,UK")]
    public void Is_seen_to_have_changed_and_keeps_its_key(string changed)
    {
        var was = Assert.Single(ReplayPlan.Of(Read(Header + "1,85123A,L,1,2010-12-01,1,7,UK").Lines).Invoices);
        var now = Assert.Single(ReplayPlan.Of(Read(Header + changed).Lines).Invoices);
        Assert.Equal(was.KeyFor("invoice"), now.KeyFor("invoice"));
        Assert.NotEqual(was.Digest, now.Digest);
        Assert.False(new JournalEntry("1", Guid.NewGuid(), Digest: was.Digest).IsOf(now));
    }

    [Theory]
    [InlineData(200, 201)]
    [InlineData(268, 401)]
    public void Has_another_first_order_when_it_grows_by_an_order(int was, int now)
    {
        var (before, after) = (OfProducts(was), OfProducts(now));
        Assert.Equal(before[0].KeyFor("invoice"), after[0].KeyFor("invoice"));
        Assert.NotEqual(before[0].Reference, after[0].Reference); // So the shop refuses it, and no more is tried.
        Assert.NotEqual(before[0].Digest, after[0].Digest);
    }

    [Fact]
    public void Is_not_cancelled_for_a_cancellation_that_another_order_was_cancelled_for_before()
    {
        var lines = Read(
            Header + "1,85123A,L,1,2010-12-01,1,7,UK\n2,85123A,L,1,2010-12-02,1,7,UK\n" +
            "C4,85123A,L,-1,2010-12-04,1,7,UK\nC5,85123A,L,-1,2010-12-05,1,7,UK\n").Lines;
        var plan = ReplayPlan.Of(lines, new Dictionary<string, string> { ["C4"] = "1" });
        Assert.Equal([("C4", "1"), ("C5", "2")], plan.Cancellations.Select(each => (each.Number, each.Order)));
    }

    private static IReadOnlyList<Invoice> OfProducts(int count) => ReplayPlan.Of(Read(Header + string.Join(
        '\n', Enumerable.Range(30_000, count).Select(sku => $"1,{sku},L,1,2010-12-01,1,7,UK"))).Lines).Invoices;

    private static IEnumerable<string> Shuffled(string text)
    {
        var lines = text.TrimEnd().Split('\n');
        return lines.Skip(1).Reverse().Prepend(lines[0]);
    }

    private static HashSet<(string, string)> Identities(string text) =>
        [.. ReplayPlan.Of(Read(text).Lines).Invoices.Select(invoice => (invoice.KeyFor("invoice"), invoice.Digest))];

    private static RetailFile Read(string text) =>
        RetailFile.Read(new StringReader(text), "test.csv", new RetailForm());

    private static string Case(string name) =>
        File.ReadAllText(Path.Combine(SourceTree.Root, "test", "Cli.Tests", "Cases", name + ".csv")).TrimEnd();
}
