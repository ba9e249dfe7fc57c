using Xunit;

namespace Tessera.EndToEnd;

/// <summary>The same data in another file is the same data: nothing is received, ordered or paid twice.</summary>
[Collection(nameof(PlainStore))]
public sealed class SameDataTests(PlainStore store) : IDisposable
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    private readonly string _folder = Directory.CreateTempSubdirectory("tessera-data-").FullName;

    [Fact]
    public async Task Buys_nothing_again_from_a_file_with_other_line_ends_and_one_line_more()
    {
        var lines = Lines("70");
        await UseAsync("first.csv", string.Join('\n', lines));
        var (stock, orders) = (await ReceivedAsync("70001"), await store.PlacedAsync());
        Assert.Equal(6, stock);

        await UseAsync("crlf.csv", string.Join("\r\n", lines));
        Assert.Equal((stock, orders), (await ReceivedAsync("70001"), await store.PlacedAsync()));

        ForgetWhatWasDone(); // As on another machine.
        await UseAsync("more.csv", string.Join('\n', [.. lines, "709,70001,Cup,1,2011-01-03 10:00,4.15,9,UK"]));
        Assert.Equal((stock + 1, orders + 1), (await ReceivedAsync("70001"), await store.PlacedAsync()));
        await store.VerifyAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reports_an_invoice_that_has_changed_and_buys_none_of_it(bool isJournalLost)
    {
        var number = isJournalLost ? "72" : "71";
        var lines = Lines(number);
        await UseAsync("first.csv", string.Join('\n', lines));
        var before = (await ReceivedAsync(number + "001"), await store.PlacedAsync());
        if (isJournalLost) ForgetWhatWasDone();

        lines[1] = lines[1].Replace(",2,", ",3,", StringComparison.Ordinal);
        var file = Write("changed.csv", string.Join('\n', lines));
        var (import, replay) = (await store.TryAsync("import", file), await store.TryAsync("replay", file));
        Assert.Equal((1, 1), (import.ExitCode, replay.ExitCode));
        Assert.Contains("1  its stock came in before with other lines", import.Output, StringComparison.Ordinal);
        Assert.Contains("1  placed before with other lines", replay.Output, StringComparison.Ordinal);
        Assert.Equal(before, (await ReceivedAsync(number + "001"), await store.PlacedAsync()));
    }

    [Fact]
    public async Task Places_every_invoice_of_a_file_whatever_its_number_looks_like()
    {
        var file = Path.Combine(Command.Root, "test", "Cli.Tests", "Cases", "invoice-numbers.csv");
        await store.RunAsync("import", file);
        Assert.Contains("placed         3 (3 now)", await store.RunAsync("replay", file), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task UseAsync(string name, string text)
    {
        var file = Write(name, text);
        await store.RunAsync("import", file);
        await store.RunAsync("replay", file);
    }

    private static string[] Lines(string number) =>
    [
        Header, $"{number}1,{number}001,Cup,2,2011-01-01 10:00,4.15,{number}7,UK",
        $"{number}1,{number}002,Plate,1,2011-01-01 10:00,2.15,{number}7,UK",
        $"{number}2,{number}001,Cup,4,2011-01-02 10:00,4.15,,UK",
    ];

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    private void ForgetWhatWasDone() => Directory.Delete(Path.Combine(store.Data, "replays"), recursive: true);

    private async Task<long> ReceivedAsync(string sku) => (await store.Shop.StockAsync(sku)).Received;
}
