using System.Net;
using Tessera.Catalog.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Web.Tests.Calling;

public sealed class StoreClientTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task Asks_nothing_else_when_a_name_is_of_dots_or_empty(string sku)
    {
        using var http = new HttpClient(new Pretended(_ => throw new InvalidOperationException("It was asked.")))
        {
            BaseAddress = new Uri("http://store/"),
        };
        var answer = await new StoreClient(http).SendAsync<ProductView>(
            HttpMethod.Get, $"/products/{Uri.EscapeDataString(sku)}", null, TestContext.Current.CancellationToken);
        Assert.Equal((null, HttpStatusCode.NotFound), (answer.Value, answer.Status));
    }
}
