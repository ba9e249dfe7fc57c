using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tessera.Catalog.Contracts;
using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>The first commands that anybody types are read out of the README and typed, at the store's own port.
/// </summary>
[Collection(nameof(PlainStore))]
public sealed class ReadmeTests(PlainStore store)
{
    private const string Sku = "TEA-100";

    // A refusal is a failure, and no proxy of this machine's is asked.
    private const string CurlSettings = "fail-with-body\nnoproxy = *\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_commands_place_an_order_that_is_confirmed()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("The README's lines are a POSIX shell's.");
        await FillAsync();
        var parts = PlaceAnOrder();
        Assert.Equal(5, parts.Length);
        var said = await RunAsync(parts);
        Assert.Equal("ada@example.org", Read<JsonElement>(said[0]).GetProperty("email").GetString());
        Assert.Contains(Read<ProductPage>(said[1]).Items, product => product.Sku == Sku);
        var order = Read<OrderView>(said[2]);
        Assert.Equal((Sku, 2), (order.Lines.Single().Sku, order.Lines.Single().Quantity));
        Assert.Contains(order.Id.ToString(), said[3], StringComparison.Ordinal);
        Assert.Contains("ada@example.org", said[4], StringComparison.Ordinal);
        await Eventually.HoldsAsync("the order is confirmed", async () =>
            (await store.Shop.GetAsync<OrderView>($"/api/v1/orders/{order.Id}", store.Shop.Operator)).State
                == "Confirmed");
    }

    /// <summary>What a first start without --empty brings.</summary>
    private async Task FillAsync()
    {
        await store.Shop.SendAsync(
            HttpMethod.Post, "/api/v1/products/import",
            new ImportProductsRequest([new ImportedProduct(Sku, "Teapot, blue enamel", 1850)]), store.Shop.Operator);
        await store.Shop.SendAsync(
            HttpMethod.Post, "/api/v1/stock/receipts", new ReceiveManyRequest([new ReceiptLine(Sku, 40)]),
            store.Shop.Operator, Guid.NewGuid().ToString());
        await Eventually.HoldsAsync("the search finds it", async () =>
            (await store.Shop.Http.GetStringAsync("/api/v1/products?search=tea", Stop)).Contains(
                Sku, StringComparison.Ordinal));
    }

    /// <summary>The lines in the shell's block below the heading, by the empty lines between them.</summary>
    private static string[] PlaceAnOrder()
    {
        var readme = File.ReadAllText(Path.Combine(Command.Root, "README.md")).ReplaceLineEndings("\n");
        var section = readme.Split("\n## Place an order\n")[1].Split("\n## ")[0];
        return section.Split("```bash\n")[1].Split("```")[0].Split("\n\n");
    }

    /// <returns>What each part has said.</returns>
    private async Task<string[]> RunAsync(string[] parts)
    {
        const string mark = "----8<----";
        using var home = new TemporaryFolder("readme");
        await File.WriteAllTextAsync(home.File(".curlrc"), CurlSettings, Stop);
        var port = store.Port.ToString(CultureInfo.InvariantCulture);
        var lines = string.Join($"\necho '{mark}'\n", parts)
            .Replace("localhost:8080", "localhost:" + port, StringComparison.Ordinal)
            .Replace("./tessera ", "tessera ", StringComparison.Ordinal);
        var script = $$"""
            set -euo pipefail
            tessera() { dotnet '{{Command.Binary}}' "$@" --data '{{store.Data}}'; }
            {{lines}}
            """;
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Command.Root,
        };
        start.Environment["TESSERA_ROOT"] = Command.Root;
        start.Environment["CURL_HOME"] = home.Path;
        using var running = new RunningCommand(Process.Start(start)!, TimeSpan.FromMinutes(4));
        var result = await running.EndAsync(Stop);
        Assert.True(result.ExitCode == 0, $"{script}\nended with {result.ExitCode}: {result.All}");
        return result.Output.Split(mark);
    }

    private static T Read<T>(string said) => JsonSerializer.Deserialize<T>(said.Trim(), JsonSerializerOptions.Web)!;
}
