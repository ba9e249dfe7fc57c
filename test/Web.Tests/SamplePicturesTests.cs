using Microsoft.Playwright;

namespace Tessera.Web.Tests;

/// <summary>The pictures that the products of a new store come with.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class SamplePicturesTests(ShopInBrowser shop)
{
    [Fact]
    public async Task Each_was_drawn_for_its_product_whose_page_shows_it_and_leaves_room_for_it()
    {
        var drawings = Directory.GetFiles(AppContext.BaseDirectory, "???-???.webp");
        Assert.Equal(12, drawings.Length);
        Assert.All(drawings, drawing => Assert.True(File.Exists(Path.ChangeExtension(drawing, "svg")), drawing));
        await using var visitor = await shop.NewVisitorAsync();
        foreach (var drawing in drawings)
        {
            var name = $"{Path.GetFileNameWithoutExtension(drawing)}-{Guid.NewGuid():N}"[..16];
            var sku = name.ToUpperInvariant();
            await shop.Shop.SendAsync(
                HttpMethod.Put, $"/api/v1/products/{sku}",
                new Catalog.Contracts.PutProductRequest(sku, null, "kitchen", 250), shop.Shop.Operator);
            await PutAsync(sku, drawing);
            await visitor.GoAsync($"/products/{sku}");
            var picture = visitor.At("picture");
            await Assertions.Expect(picture).ToHaveJSPropertyAsync("complete", true);
            Assert.Contains(
                $"/products/{sku}/pictures/1/", await picture.EvaluateAsync<string>("it => it.currentSrc"),
                StringComparison.Ordinal);
            var sides = await picture.EvaluateAsync<string[]>(
                "it => [it.getAttribute('width'), it.getAttribute('height'), `${it.naturalWidth > 0}`]");
            Assert.Equal("true", sides[2]);
            Assert.All(sides[..2], side => Assert.InRange(int.Parse(side, null), 320, 4_000));
        }
        Assert.True(visitor.Complaints.Count == 0, string.Join("; ", visitor.Complaints));
    }

    private async Task PutAsync(string sku, string drawing)
    {
        using var put = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/products/{sku}/pictures/1");
        put.Headers.Authorization = new("Bearer", shop.Shop.Operator);
        put.Content = new ByteArrayContent(
            await File.ReadAllBytesAsync(drawing, TestContext.Current.CancellationToken));
        using var answer = await shop.Shop.Http.SendAsync(put, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}
