using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>Files that once went wrong, each through a whole store: what is used, what is refused, and why.</summary>
public sealed partial class CaseFileTests(CaseFileStore store) : IClassFixture<CaseFileStore>
{
    [Theory]
    [InlineData("own-codes", "", "2 used, 0 not", "2 (2 now)", 2, 0)]
    [InlineData("invoice-numbers", "", "3 used, 0 not", "3 (3 now)", 3, 0)]
    [InlineData("long-invoice", "", "250 used, 0 not", "2 (2 now)", 2, 0)] // More than fit into one order.
    [InlineData("day-month", "--dates dd/MM/yyyy", "3 used, 0 not", "2 (2 now)", 2, 1)]
    public async Task Every_line_is_bought_and_the_cancellation_meets_its_order(
        string name, string form, string lines, string placed, int orders, int cancellations)
    {
        var before = await store.PlacedAsync();
        var import = await store.RunAsync(["import", FileOf(name), .. Words(form)]);
        var replay = await store.RunAsync(["replay", FileOf(name), .. Words(form)]);
        Assert.Contains($"lines      {lines}", import, StringComparison.Ordinal);
        Assert.Contains($"placed         {placed}", replay, StringComparison.Ordinal);
        Assert.Contains(
            $"cancellations  {cancellations} in the data, {cancellations} done", replay, StringComparison.Ordinal);
        Assert.Equal(before + orders, await store.PlacedAsync());
    }

    [Theory]
    [InlineData("day-month", "line 2: '01/11/2010 10:00' may have the day or the month first")]
    [InlineData("latin1", "line 2: its bytes are no utf-8")]
    public async Task What_could_be_read_in_two_ways_is_refused_with_its_line(string name, string reason)
    {
        var before = await store.PlacedAsync();
        foreach (var command in new[] { "import", "replay" })
        {
            var result = await store.TryAsync(command, FileOf(name));
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains(reason, Assert.Single(result.Error.Trim().Split('\n')), StringComparison.Ordinal);
        }
        Assert.Equal(before, await store.PlacedAsync());
    }

    [Fact]
    public async Task Letters_of_another_encoding_reach_the_catalog_whole()
    {
        await store.RunAsync("import", FileOf("latin1"), "--encoding", "latin1");
        var product = await store.Shop.GetAsync<Catalog.Contracts.ProductView>(
            "/api/v1/products/22111", store.Shop.Operator);
        Assert.Equal("CAFÉ £5 MUG", product.Name);
    }

    [Fact]
    public async Task The_same_data_with_other_line_ends_is_neither_received_nor_ordered_again()
    {
        await store.RunAsync("import", FileOf("again"));
        Assert.Contains("(58 now)", await store.RunAsync("replay", FileOf("again")), StringComparison.Ordinal);
        var before = await TotalsAsync();
        await store.RunAsync("import", FileOf("again-crlf"));
        Assert.Contains("(0 now)", await store.RunAsync("replay", FileOf("again-crlf")), StringComparison.Ordinal);
        Assert.Equal(before, await TotalsAsync());
    }

    [Fact]
    public async Task A_stray_quote_costs_its_own_line_and_each_line_is_counted()
    {
        // Invoices of its own: the numbers are those of another case.
        var own = Path.Combine(store.Data, "stray-quote.csv");
        await File.WriteAllLinesAsync(own, (await File.ReadAllLinesAsync(FileOf("stray-quote"), Stop))
            .Select((line, at) => at == 0 ? line : Number().Replace(line, "${cancelled}8${number}")), Stop);
        var said = await store.RunAsync("import", own);
        var lines = Counted().Match(said);
        Assert.Equal(299, CountIn(lines.Groups[1]) + CountIn(lines.Groups[2]));
        var report = await File.ReadAllTextAsync(lines.Groups[3].Value, Stop);
        Assert.Matches("(?m)^line,[^,]*,20,.*quote", report);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string FileOf(string name) =>
        Path.Combine(Command.Root, "test", "Cli.Tests", "Cases", name + ".csv");

    private static string[] Words(string form) => form.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int CountIn(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    private async Task<(long Orders, long Received)> TotalsAsync()
    {
        var received = 0L;
        foreach (var sku in new[] { "23256", "23275" }) received += (await store.Shop.StockAsync(sku)).Received;
        return (await store.PlacedAsync(), received);
    }

    [GeneratedRegex("^(?<cancelled>C?)(?<number>[0-9])")]
    private static partial Regex Number();

    [GeneratedRegex(@"lines +(\d+) used, (\d+) not \(all of them in (.+)\)")]
    private static partial Regex Counted();
}

/// <summary>Where nothing is sold but what the cases bring.</summary>
public sealed class CaseFileStore() : Store();
