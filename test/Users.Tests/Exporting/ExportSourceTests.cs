using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Tessera.Users.Exporting;

namespace Tessera.Users.Tests.Exporting;

public sealed class ExportSourceTests
{
    [Theory]
    [InlineData(250, 1_000, 250, true)]
    [InlineData(250, 250, 250, true)]
    [InlineData(250, 100, 100, false)]
    [InlineData(0, 100, 0, true)]
    public async Task Reads_page_by_page_and_says_whether_it_is_all(int kept, int itemsMax, int read, bool isComplete)
    {
        using var orders = new PagedOrders(kept);
        using var http = new HttpClient(orders) { BaseAddress = new Uri("http://orders.example") };
        var answer = await new OrdersExport(http).ReadAsync("token", itemsMax, TestContext.Current.CancellationToken);
        var given = Assert.IsType<SourceAnswer.Read>(answer);
        Assert.Equal((read, isComplete), (given.Items.Count, given.IsComplete));
        Assert.Equal(Enumerable.Range(0, read), given.Items.Select(item => item.GetInt32()));
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task Calls_a_service_that_does_not_give_its_part_away(HttpStatusCode status)
    {
        using var orders = new PagedOrders(0) { Status = status };
        using var http = new HttpClient(orders) { BaseAddress = new Uri("http://orders.example") };
        Assert.IsType<SourceAnswer.Away>(
            await new OrdersExport(http).ReadAsync("token", 100, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"edition":null,"lines":[]}""", 0)]
    [InlineData("""{"edition":null,"lines":[{"sku":"A1","quantity":2,"seenPriceMinor":250}]}""", 1)]
    public async Task Takes_a_basket_whole_when_there_is_anything_in_it(string basket, int items)
    {
        using var baskets = new OneAnswer(basket);
        using var http = new HttpClient(baskets) { BaseAddress = new Uri("http://baskets.example") };
        var answer = await new BasketsExport(http).ReadAsync("token", 100, TestContext.Current.CancellationToken);
        Assert.Equal(items, Assert.IsType<SourceAnswer.Read>(answer).Items.Count);
    }

    [Fact]
    public async Task Takes_what_a_person_wants_to_be_told_as_one_thing()
    {
        using var notifications = new OneAnswer("""{"language":"de","unwanted":["sent"],"canBeUnwanted":["sent"]}""");
        using var http = new HttpClient(notifications) { BaseAddress = new Uri("http://notifications.example") };
        var answer = await new NotificationsExport(http).ReadAsync(
            "token", 100, TestContext.Current.CancellationToken);
        var item = Assert.Single(Assert.IsType<SourceAnswer.Read>(answer).Items);
        Assert.Equal("de", item.GetProperty("language").GetString());
    }

    private sealed class OneAnswer(string json) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            new HttpResponseMessage { Content = new StringContent(json, null, "application/json") });
    }

    /// <summary>Its items are their own numbers, and the cursor is the number of the next.</summary>
    private sealed class PagedOrders(int kept) : HttpMessageHandler
    {
        public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var query = request.RequestUri!.Query.TrimStart('?').Split('&').Select(pair => pair.Split('='))
                .ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
            var from = query.GetValueOrDefault("before");
            var until = Math.Min(from + query["size"], kept);
            return Task.FromResult(new HttpResponseMessage(Status)
            {
                Content = JsonContent.Create(new
                {
                    items = Enumerable.Range(from, until - from),
                    next = until < kept ? until.ToString(CultureInfo.InvariantCulture) : null,
                }),
            });
        }
    }
}
