using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Catalog.Contracts;
using Tessera.Web.Pictures;
using Tessera.Web.Texts;

namespace Tessera.Web.Tests;

/// <summary>What a product without a picture looks like.</summary>
public sealed class ProductPictureTests
{
    private static readonly ProductView pot = new("POT-1", "Pot", null, "kitchen", 250, "GBP", false, 1);

    [Fact]
    public void Is_made_of_its_category_and_its_code_and_of_nothing_else()
    {
        var drawn = Draw("POT-1", "kitchen");
        Assert.Equal(drawn, Draw("POT-1", "kitchen"));
        Assert.NotEqual(drawn, Draw("POT-1", "garden"));
        Assert.NotEqual(drawn, Draw("POT-2", "kitchen"));
        Assert.Equal("/pictures/POT-1?category=kitchen&v=2", ProductPicture.Generated(pot with { Name = "Another" }));
    }

    [Fact]
    public void Has_another_colour_in_each_category_and_one_within_it()
    {
        var categories = Words.Default.Keys.Where(key => key.StartsWith("category.", StringComparison.Ordinal));
        Assert.Distinct(categories.Select(key => ProductPicture.ColoursOf(key["category.".Length..]).Ground));
        Assert.Contains(ProductPicture.ColoursOf("kitchen").Ground, Draw("POT-1", "kitchen"), StringComparison.Ordinal);
        Assert.Contains(ProductPicture.ColoursOf("kitchen").Ground, Draw("POT-2", "kitchen"), StringComparison.Ordinal);
    }

    private static string Draw(string sku, string category)
    {
        var context = new DefaultHttpContext();
        var drawn = Assert.IsType<ContentHttpResult>(ProductPicture.Handle(sku, context, category));
        Assert.Equal("public, max-age=31536000, immutable", context.Response.Headers.CacheControl.ToString());
        return drawn.ResponseContent!;
    }
}
