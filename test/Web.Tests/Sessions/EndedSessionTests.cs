using System.Net;
using System.Text.Json;
using Tessera.Baskets.Contracts;
using Tessera.Catalog.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;
using Tessera.Web.Tests.Calling;

namespace Tessera.Web.Tests.Sessions;

/// <summary>Somebody is signed in at the real storefront, and the gateway or the disk does not play along.</summary>
public sealed class EndedSessionTests : IAsyncLifetime
{
    private const string Id = "01939d3e-1111-7000-8000-000000000001";
    private readonly TemporaryFolder _data = new("ended");
    private readonly PretendedGateway _gateway = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private ServiceProcess? _web;

    public async ValueTask InitializeAsync()
    {
        _http.DefaultRequestHeaders.Add("Cookie", await PretendedSession.BeginAsync(_data.Path));
        _web = await ServiceProcess.StartAsync("Web", _data.Path, ("Web:Gateway", _gateway.Address));
        _http.BaseAddress = _web.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_web is not null) await _web.DisposeAsync();
        await _gateway.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData("/basket")]
    [InlineData("/checkout")]
    [InlineData("/orders")]
    [InlineData("/orders/" + Id)]
    [InlineData("/profile")]
    public async Task Leads_from_a_page_to_the_sign_in_and_back_when_the_token_is_refused(string page)
    {
        _gateway.Answer = (401, "{}");
        using var answer = await _http.GetAsync(page, Stop);
        LeadsToTheSignIn(answer, page);
    }

    [Theory]
    [InlineData($"/orders/{Id}/cancel", "/orders/" + Id)]
    [InlineData($"/orders/{Id}/again", "/orders/" + Id)]
    [InlineData($"/profile/addresses/{Id}/remove", "/profile")]
    [InlineData($"/profile/addresses/{Id}/usual", "/profile")]
    [InlineData("/basket/change", "/basket", "sku=TEA&remove=yes")]
    [InlineData("/basket/change", "/basket", "sku=TEA&quantity=2&seen=250")]
    [InlineData("/basket/add", "/products/TEA", "sku=TEA&quantity=2")]
    [InlineData("/profile/erase", "/profile", "sure=yes")]
    public async Task Leads_from_a_form_to_the_sign_in_and_back_to_the_form_s_page(
        string form, string page, string fields = "")
    {
        // What can be read is, and the deed itself is refused: a session ends between two requests as well.
        _gateway.Answer = (401, "{}");
        _gateway.AnswerTo = (method, path) => method == "GET" ? Known(path) : null;
        await PostLeadsToTheSignInAsync();
        _gateway.AnswerTo = (method, path) =>
            method == "GET" && path.Contains("/products/", StringComparison.Ordinal) ? Known(path) : null;
        await PostLeadsToTheSignInAsync();

        async Task PostLeadsToTheSignInAsync()
        {
            using var answer = await PostAsync(form, fields);
            LeadsToTheSignIn(answer, page);
        }
    }

    [Theory]
    [InlineData("/basket/add", "sku=TEA&quantity=2", 403, "/basket")] // Of an operator, who has no basket.
    [InlineData($"/orders/{Id}/again", "", 403, "/basket")]
    [InlineData("/basket/add", "sku=TEA&quantity=2", 422, "/basket?fault=full")]
    [InlineData($"/orders/{Id}/again", "", 422, "/basket?fault=full")]
    [InlineData("/basket/change", "sku=TEA&quantity=2&seen=250", 422, "/basket?fault=full")]
    [InlineData($"/orders/{Id}/again", "", 503, "/basket?fault=away")]
    public async Task Leads_to_the_basket_that_says_why_it_took_nothing(
        string form, string fields, int status, string page)
    {
        _gateway.Answer = (status, "{}");
        _gateway.AnswerTo = (method, path) =>
            method == "GET" && !(status == 403 && path.EndsWith("/mine", StringComparison.Ordinal))
                ? Known(path)
                : null;
        using var answer = await PostAsync(form, fields);
        Assert.Equal((303, page), ((int)answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task A_disk_that_fails_for_a_moment_signs_nobody_out()
    {
        _gateway.AnswerTo = (_, path) => Known(path);
        var session = Assert.Single(Directory.GetFiles(Path.Combine(_data.Path, "web", "sessions")));
        await using (new FileStream(session, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            using var page = await _http.GetAsync("/orders", Stop);
            SignsNobodyOut(page, HttpStatusCode.ServiceUnavailable);
            using var change = await PostAsync("/basket/change", "sku=TEA&quantity=2&seen=250");
            SignsNobodyOut(change, HttpStatusCode.ServiceUnavailable);
            using var cancel = await PostAsync($"/orders/{Id}/cancel", "");
            SignsNobodyOut(cancel, HttpStatusCode.ServiceUnavailable);
            using var home = await _http.GetAsync("/help", Stop);
            SignsNobodyOut(home, HttpStatusCode.OK);
        }
        using var again = await _http.GetAsync("/orders", Stop);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Contains("my-orders", await again.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static void LeadsToTheSignIn(HttpResponseMessage answer, string page)
    {
        Assert.InRange((int)answer.StatusCode, 302, 303);
        Assert.Equal($"/sign-in?back={Uri.EscapeDataString(page)}", answer.Headers.Location?.ToString());
    }

    private static void SignsNobodyOut(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        var set = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [];
        Assert.DoesNotContain(set, cookie => cookie.StartsWith("tessera-web=", StringComparison.Ordinal));
    }

    private static (int Status, string Json)? Known(string path)
    {
        object? known = path["/api/v1".Length..] switch
        {
            "/products/TEA" => new ProductView("TEA", "Tea", null, "tea", 250, "GBP", false, 1),
            "/baskets/mine" => new BasketView(Guid.Parse(Id), [new BasketLineView("TEA", 1, 250)]),
            "/users/me" => new UserView(
                Guid.Parse(Id), "ada@example.org", "Ada", ["customer"],
                [new AddressView(Guid.Parse(Id), "12 St James's Square", null, "London", "SW1Y 4JH", "England")],
                default),
            "/orders" => new OrderPage([], null, 0),
            "/orders/" + Id => new OrderView(
                Guid.Parse(Id), "Cancelled", null, [new OrderLineView("TEA", "Tea", 2, 250)], 500, "GBP", null, default,
                null, []),
            _ => null,
        };
        if (known is null) return null;
        return (200, JsonSerializer.Serialize(known, known.GetType(), JsonSerializerOptions.Web));
    }

    private Task<HttpResponseMessage> PostAsync(string path, string fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(fields, null, "application/x-www-form-urlencoded"),
        };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return _http.SendAsync(request, Stop);
    }
}
